"""Tests of the stand-ins themselves, through the real client libraries."""
