"""The words of the calendar in Spanish: read as people type them, written as they are read."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from bot.slots.number_reading import as_number_word
from knowledge.number_words import number_in_words
from knowledge.spelling import sound
from knowledge.text import plain

MONTHS: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip
WEEKDAYS: Final = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
_PIVOT: Final = 80
"""A year of two digits from here on is of the last century."""

_ABBREVIATED: Final = {
    word: f"M{month:02}"
    for month, spellings in enumerate(
        (
            "ene",
            "feb",
            "mar",
            "abr",
            "may",
            "jun",
            "jul",
            "ago",
            "sep sept set",
            "oct",
            "nov",
            "dic",
        ),
        1,
    )
    for word in spellings.split()
} | {"lun": "W0", "mie": "W2", "jue": "W3", "vie": "W4", "sab": "W5", "dom": "W6"}
_NAMED: Final = {
    **{sound(month): f"M{number:02}" for number, month in enumerate(MONTHS, 1)},
    sound("setiembre"): "M09",
    **{sound(plain(name)): f"W{number}" for number, name in enumerate(WEEKDAYS)},
}
_ONE_WORD: Final = {
    sound(word): meant
    for meant, spellings in {
        "manana": "manana maniana manyana",
        "hoy": "hoy",
        "ayer": "ayer",
        "antier": "antier antiyer anteayer",
        "pasado": "pasado pasada",
        "proximo": "proximo proxima siguiente entrante",
        "ultimo": "ultimo ultima",
        "este": "este esta",
        "otro": "otro otra",
        "semana": "semana semanas",
        "trimestre": "trimestre trimestr trimeste trimestres trim",
    }.items()
    for word in spellings.split()
}
_ORDINAL: Final = re.compile(
    r"(?<![a-z0-9])([0-9]{1,2})\s?(?:ero|er|ro|do|to|mo|vo|no|ra|da|ta|[oº°ª])(?![a-z])"
)
_FILLERS: Final = frozenset(
    (
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "d",
        "para",
        "fue",
        "sera",
        "es",
        "fecha",
        "mismo",
        "por",
        "favor",
        "porfa",
        "porfavor",
        "gracias",
    )
)
_TOKEN: Final = re.compile(r"[0-9]+|[a-z]+|[?/-]")


def tokens(text: str) -> list[str]:
    """The words of a text about days, canonical.

    Months become "M01" to "M12", weekdays "W0" (Monday) to "W6", numbers in words digits; words
    without weight are left out.
    """
    found = _TOKEN.findall(_ORDINAL.sub(r"\1", plain(text)))
    items = _with_digits([_canonical(item) for item in found])
    kept = [item for item in items if item not in _FILLERS]
    # "El día 15", but "en 1 día".
    return [item for at, item in enumerate(kept) if item != "dia" or kept[max(at - 1, 0)].isdigit()]


def _canonical(word: str) -> str:
    if not word.isalpha():
        return word
    if word in _ABBREVIATED:
        return _ABBREVIATED[word]
    if word in ("primero", "primer", "primera"):
        return "1"
    heard = sound(word)
    named = _NAMED.get(heard) or _ONE_WORD.get(heard)
    if named is not None:
        return named
    if len(heard) >= 5:
        near = {
            meant
            for name, meant in _NAMED.items()
            if DamerauLevenshtein.distance(heard, name, score_cutoff=1) <= 1
        }
        if len(near) == 1:
            return near.pop()
    return as_number_word(word)


def _with_digits(items: Sequence[str]) -> list[str]:
    written: list[str] = []
    at = 0
    while at < len(items):
        number, after = number_in_words(items, at)
        if after > at:
            written.append(str(number))
            at = after
        else:
            written.append(items[at])
            at += 1
    return written


def year_of(digits: str) -> int:
    """The year that two or four digits mean."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < _PIVOT else 1900)


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none or it is centuries away."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_later(day: date, months: int) -> date:
    """The same day some months later (or before), or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(max(day.year + years, FIRST_YEAR), LAST_YEAR)
    return date(year, month + 1, min(day.day, last_day(year, month + 1)))


def last_day(year: int, month: int) -> int:
    """The number of a month's last day."""
    return next(day for day in (31, 30, 29, 28) if real_date(year, month, day))


def shown_date(day: date) -> str:
    """A date as it is read: "jueves 26 de noviembre de 2026"."""
    month = MONTHS[day.month - 1]
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {month} de {day.year}"


def shown_month(month: date) -> str:
    """A month as it is read: "marzo de 2026"."""
    return f"{MONTHS[month.month - 1]} de {month.year}"


PREFER: Final = ("past", "future")
"""Which of two readings a slot takes where a text does not tell the year (or month, or week)."""
