"""The time in El Salvador."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/El_Salvador")


def today() -> date:
    """The present day there."""
    return datetime.now(ZONE).date()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
