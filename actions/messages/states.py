"""The life of an outbound message, and how receipts move it.

queued -> sending -> sent -> delivered -> read. A send whose answer was lost is ``ambiguous`` until
it is reconciled; a bulk one on a channel that cannot be asked ends ``unknown``. ``excluded`` rows
were never sent (opted out, blocked, window closed without a template).
"""

from collections.abc import Iterable
from typing import Final

QUEUED: Final = "queued"
SENDING: Final = "sending"
AMBIGUOUS: Final = "ambiguous"
SENT: Final = "sent"
DELIVERED: Final = "delivered"
READ: Final = "read"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"
EXCLUDED: Final = "excluded"

OPEN: Final = (QUEUED, SENDING, AMBIGUOUS)
"""States of a message that still has to be sent or reconciled."""

_RANK = {
    QUEUED: 0,
    SENDING: 1,
    AMBIGUOUS: 1,
    UNKNOWN: 2,
    EXCLUDED: 2,
    SENT: 3,
    # A provider that says "failed" and "delivered" of one message did deliver it.
    FAILED: 4,
    DELIVERED: 5,
    READ: 6,
}

_OF_STATUS = {
    "accepted": SENT,
    "scheduled": SENT,
    "queued": SENT,
    "sending": SENT,
    "sent": SENT,
    "delivered": DELIVERED,
    "read": READ,
    "undelivered": FAILED,
    "failed": FAILED,
    "canceled": FAILED,
}

STATUSES: Final = frozenset(_OF_STATUS)
"""Statuses of Twilio's callbacks that we know (documentation: "Message status callbacks")."""

REPLY: Final = 0
NOTICE: Final = 1
BULK: Final = 2
"""Lanes: a lower one goes first."""


def settled(state: str, told: Iterable[str]) -> str:
    """The state after all that a provider told, whatever the order in which it came.

    It is the furthest of the present state and of each status told, so it never goes backwards and
    the same set of statuses always gives the same state. Unknown statuses are ignored.
    """
    reached = [state, *(_OF_STATUS[status] for status in told if status in _OF_STATUS)]
    return max(reached, key=_RANK.__getitem__)
