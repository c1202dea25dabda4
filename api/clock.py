"""The time in El Salvador."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/El_Salvador")


def today() -> date:
    """The present day there."""
    return datetime.now(ZONE).date()
