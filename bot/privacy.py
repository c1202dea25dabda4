"""The privacy notice that a person agrees to before anything of theirs is kept for a task."""

from typing import Final

VERSION: Final = "2026-11"
"""Recorded with each consent. It changes with the words of ``utter_ask_consent``, so that everyone
is asked again; a test holds the two together."""
DIGEST: Final = "109b8860d71d4fdd"
"""Of those words: the beginning of their SHA-256."""
