"""Slot types: what a person may answer to one question, and how it is read. Pure code."""
