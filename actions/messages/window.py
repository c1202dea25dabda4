"""When a person may be sent free text: on WhatsApp for a day after they last wrote.

Outside that window WhatsApp takes approved templates only (WhatsApp Business Platform, "Customer
service windows"; Twilio's error 63016).
"""

from datetime import UTC, datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=24)
MARGIN: Final = timedelta(minutes=2)
"""So much earlier we take it for closed: a message may wait a moment before it is handed over."""

_LIMITED: Final = frozenset({"whatsapp"})


def closes_at(channel: str, last_inbound_at: datetime | None) -> datetime | None:
    """From when on free text is not sent there; None where there is no limit.

    A limited channel on which the person never wrote has been closed since 1970.
    """
    if channel not in _LIMITED:
        return None
    if last_inbound_at is None:
        return datetime.fromtimestamp(0, UTC)
    return last_inbound_at + WINDOW - MARGIN


def is_open(channel: str, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free text, and files, may be sent there now."""
    closes = closes_at(channel, last_inbound_at)
    return closes is None or now < closes
