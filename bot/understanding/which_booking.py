"""Which of their bookings a sentence speaks of: by its number, or by its day and hour. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from actions.bookings.booked import Booked
from bot.slots.calendar_words import MONTHS
from bot.slots.date_reading import Days, read_days
from bot.slots.time_reading import split_time
from knowledge.text import plain

_MONTH: Final = "|".join(one[:3] for one in MONTHS)
_NO_NUMBER: Final = (
    rf"(?!\d|\s*(?:[/:-]|[.,h]?\s?\d|(?:del?\s+)?(?:{_MONTH})[a-z]*\b|del?\s+(?:este|ese|la|mes)\b"
    r"|[ap]\.?\s?m\b|(?:hrs?|horas?|h)\b|y\s+(?:media|cuarto)\b|en\s+punto\b))"
)
"""Not before what makes a date or an hour of it: "cita 25 de noviembre", "cita 9 am"."""
_NUMBERED: Final = re.compile(
    r"(?:\b[cs]ita|\bnumero|\bnum\.?|\bnro\.?|\bno\.|\bn\.?\s?[º°]|\bn\.\s?o\.?|#)\s*"
    rf"(?:(?:numero|num\.?|nro\.?|no\.?|n\.?\s?[º°o]\.?)\s*)?#?\s*(?P<number>\d{{1,18}}){_NO_NUMBER}"
)
_BARE: Final = re.compile(r"\W*(?P<number>\d{1,18})\W*(?:por favor|porfa|gracias)?\W*")
_TOLD: Final = re.compile(
    r"\b(?:[cs]ita\s+(?:(?!(?:al?|para|pal?)\b)[a-z]+\s+){0,5}?del?|(?:la|esa|tengo)\s+del?|tengo\s+el"
    r"|[cs]ita(?=\s+\d))\s+(?=(?P<told>.*))",
    re.DOTALL,
)
"""What stands before the day or the hour by which a booking is named: "mi cita del", "la de"."""
_TO: Final = re.compile(r"\b(?:al|para|pal|pa|por favor|porfa|porque)\b|[,;?!\n]|\.(?!\s?m)(?!\d)")
"""What ends it: from here on it is another time, or another matter."""
_MOST_WORDS: Final = 9


@dataclass(frozen=True, slots=True)
class Named:
    """The day and the hour in El Salvador by which a booking is named; None what is not said."""

    day: date | None
    hour: time | None

    def is_of(self, starts: datetime) -> bool:
        """Whether that fits a meeting which begins then, in El Salvador's time."""
        return self.day in (None, starts.date()) and self.hour in (None, starts.time())


def number_in(text: str) -> int | None:
    """The number of a booking that a text names as such, or is; None where it names none."""
    said = plain(text)
    found = _BARE.fullmatch(said) or _NUMBERED.search(said)
    return None if found is None else int(found["number"])


def moment_in(text: str, today: date) -> Named | None:
    """The day or hour that tells which booking is meant: "mi cita del 25", "la de las 9 am". What a
    booking is to be moved to ("al 27", "para el jueves") is none of it."""
    said = plain(text)
    for found in _TOLD.finditer(said):
        told = _TO.split(found["told"], maxsplit=1)[0].split()[:_MOST_WORDS]
        # Behind the day may stand anything: the longest beginning that can be read is it.
        for length in range(len(told), 0, -1):
            timed = split_time(" ".join(told[:length]))
            days = read_days(timed.rest, today, "future") if timed.rest.strip() else None
            if isinstance(days, Days):
                return Named(days.readings[0], timed.time)
            if timed.time is not None and days is None:
                return Named(None, timed.time)
    return None


def meant(text: str, bookings: Sequence[Booked], today: date) -> Sequence[Booked] | None:
    """Those of a person's bookings of which a text speaks by day or hour, perhaps none; None where
    it says neither."""
    named = moment_in(text, today)
    if named is None:
        return None
    return [one for one in bookings if named.is_of(one.span.starts)]
