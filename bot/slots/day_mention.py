"""The day, or the week, of which a sentence speaks in passing: "qué citas tengo el lunes"."""

import re
from datetime import date, timedelta
from typing import Final

from bot.slots.date_reading import Days, read_days
from knowledge.text import fold

_WEEK: Final = re.compile(
    r"\b(?:(?P<next>(?:la )?(?:proxima|otra|siguiente) semana|(?:la )?semana (?:que|q) viene"
    r"|(?:la )?semana proxima)|semana|semanal)\b"
)
_MOST_WORDS: Final = 6


def week_in(text: str, today: date) -> tuple[date, date] | None:
    """The days of the week that a text names, from today on or from the next Monday on, both
    included; None where it names none."""
    found = _WEEK.search(fold(text))
    if found is None:
        return None
    sunday = today + timedelta(days=6 - today.weekday())
    if found["next"]:
        return sunday + timedelta(days=1), sunday + timedelta(days=7)
    return today, sunday


def day_in(text: str, today: date) -> date | None:
    """The day that a text names, seen from today: the one that comes next is meant. None where it
    names none."""
    said = fold(text).split()
    for length in range(min(len(said), _MOST_WORDS), 0, -1):
        for start in range(len(said) - length + 1):
            words = said[start : start + length]
            if (
                words[0].isdigit()
                and length == 1
                and said[start - 1 : start] not in (["el"], ["dia"])
            ):
                # "La cita 39" names no day.
                continue
            days = read_days(" ".join(words), today, "future")
            if isinstance(days, Days):
                return days.readings[0]
    return None
