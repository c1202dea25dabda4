"""The privacy notice that a person agrees to before anything of theirs is kept for a task."""

from typing import Final

VERSION: Final = "2026-12"
"""Recorded with each consent. It changes with the words of ``utter_ask_consent``, so that everyone
is asked again; a test holds the two together."""
DIGEST: Final = "4cde241cc6fd06d1"
"""Of those words: the beginning of their SHA-256."""

CONTACT_VERSION: Final = "contacto-2026-12b"
"""Recorded with each booking whose owner agreed that the consultant gets their contact. It changes
with the words of ``utter_ask_share_contact``; a test holds the two together."""
CONTACT_DIGEST: Final = "cc4e41328d474f67"
"""Of those words, as above."""
