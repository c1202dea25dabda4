"""Addresses that nobody can have, so that invented people are never written to."""

from typing import Final

INVENTED: Final = "demo-"
"""What an address of the web chat or of Telegram begins with: the one is a digest, the other a
number, so neither ever looks like this."""
INVENTED_NUMBER: Final = "+5030"
"""In El Salvador numbers begin with 2, 6 or 7 (those of services with 8 and 9): none with 0."""


def is_invented(external: str) -> bool:
    """Whether an address is one of the demo's. Delivery never sends there, whatever is queued."""
    return external.startswith((INVENTED, INVENTED_NUMBER))
