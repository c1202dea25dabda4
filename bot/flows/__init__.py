"""Flows: the tasks a person can do by conversation, in the vocabulary of Rasa's CALM flows."""

from bot.flows.file import load
from bot.flows.model import Flow, Flows, Slot

__all__ = ["Flow", "Flows", "Slot", "load"]
