"""What time of day stands in a text, and what is left of the text without it."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from knowledge.number_words import number_in_words
from knowledge.text import plain, words

_HOURS: Final = {
    word: number_in_words([word], 0)[0]
    for word in words("una dos tres cuatro cinco seis siete ocho nueve diez once doce")
}
_MINUTES: Final = {
    "media": 30, "cuarto": 15, "quince": 15, "veinte": 20, "diez": 10, "cinco": 5, "treinta": 30,
    "veinticinco": 25, "cuarenta": 40, "cuarenta y cinco": 45, "cincuenta": 50,
}  # fmt: skip

_HOUR: Final = rf"(?P<hour>[0-9]{{1,2}}|{'|'.join(_HOURS)})(?![0-9a-z])"
_GLUED_HOUR: Final = r"(?P<hour>[0-9]{1,2})"
_MARK: Final = r"(?P<half>[ap])\.?\s?m(?![a-z])\.?"
_PART: Final = (
    r"(?:de|en|por|x)\s+la\s+(?P<part>manana|tarde|noche|madrugada)|del?\s+(?P<noon>medio\s?dia)"
)
_WHEN: Final = rf"(?:\s*{_MARK}|\s+(?:{_PART}))"
_SHARP: Final = r"(?:\s+en\s+punto)?"
_EXACT: Final = rf"(?:\s*(?:hrs?|horas|h)(?![a-z])\.?)?{_SHARP}"
_AND: Final = (
    rf"\s+y\s+(?P<spoken>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}|[0-5][0-9])\b"
)
_AFTER: Final = rf"(?:\s?[:.h]\s?(?P<minute>[0-5][0-9])(?![0-9])|{_AND})"
_AT: Final = r"(?:(?:a|para|tipo|como a|desde|x|por)\s+las?|a\s?las?|alas|las)"

_NO_MORE: Final = r"(?![0-9a-z/]|\s?:\s?[0-9])"
"""Not before more digits: "a las 3:75" is no hour."""

_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?:\b{_AT}\s+)?(?<![0-9.:/-])(?P<midday>12(?::00)?\s*m\.?\s?d?)(?![a-z0-9])\.?",
        rf"(?:a\s+|al\s+)?(?:un\s+)?(?P<before>cuarto|diez|veinte|cinco|[0-5]?[0-9])\s+"
        rf"(?:para|pa)\s+las?\s+{_HOUR}{_WHEN}?",
        rf"\b{_AT}\s+{_HOUR}\s+menos\s+(?P<before>cuarto|diez|veinte|cinco){_WHEN}?",
        rf"\b{_AT}\s*{_GLUED_HOUR}(?:{_AFTER})?{_EXACT}{_WHEN}?{_SHARP}{_NO_MORE}",
        rf"\b{_AT}\s+{_HOUR}(?:{_AFTER})?{_EXACT}{_WHEN}?{_SHARP}{_NO_MORE}",
        rf"(?<![0-9.:/-]){_GLUED_HOUR}:(?P<minute>[0-5][0-9])(?![0-9:]){_EXACT}{_WHEN}?",
        rf"(?<![0-9.:/-]){_GLUED_HOUR}(?:{_AFTER})?{_WHEN}{_SHARP}",
        rf"(?<![0-9.:/-]){_GLUED_HOUR}\s*(?:hrs?|horas|h)(?![a-z])",
        rf"(?<![a-z]){_HOUR}(?:{_AND})?{_WHEN}",
        r"(?:al?\s+)?(?P<midday>medio\s?dia)\b",
    )
)
"""In order: the first that is found tells the time."""

_LOOSE_PART: Final = re.compile(r"(?:en|por|x|de)\s+la\s+(?P<part>manana|tarde|noche)\b")


@dataclass(frozen=True, slots=True)
class Timed:
    """A text taken apart. ``time`` is None where there is none that can be told."""

    time: time | None
    rest: str
    spoken: bool
    """Whether the text tries to tell a time at all."""


def split_time(text: str) -> Timed:
    """The time in a text and the rest of it, plain.

    Hours without "a. m." or "p. m." are office hours: 1 to 6 are in the afternoon.
    """
    text = plain(text)
    for form in _FORMS:
        found = form.search(text)
        if found is None:
            continue
        rest = text[: found.start()] + " " + text[found.end() :]
        fields = found.groupdict()
        loose = None if fields.get("half") or fields.get("part") else _LOOSE_PART.search(rest)
        if loose is not None:
            fields["part"] = loose["part"]
            rest = rest[: loose.start()] + " " + rest[loose.end() :]
        if any(other.search(rest) for other in _FORMS):
            return Timed(None, rest, True)
        return Timed(_time(fields), rest, True)
    loose = _LOOSE_PART.search(text)
    if loose is not None:
        return Timed(None, text[: loose.start()] + " " + text[loose.end() :], False)
    return Timed(None, text, False)


def _time(fields: dict[str, str | None]) -> time | None:
    if fields.get("midday"):
        return time(12)
    spelled = fields["hour"] or ""
    hour = _hour(int(_HOURS.get(spelled) or spelled), fields)
    if hour is None:
        return None
    minutes = fields.get("minute") or fields.get("spoken") or "0"
    minute = int(_MINUTES.get(minutes) or minutes)
    if before := fields.get("before"):
        total = 60 * hour - int(_MINUTES.get(before) or before)
        hour, minute = divmod(total % (24 * 60), 60)
    return time(hour, minute)


def _hour(hour: int, fields: dict[str, str | None]) -> int | None:
    """The hour from 0 to 23, or None where its part of the day contradicts it."""
    half, part = fields.get("half"), fields.get("part")
    if fields.get("noon"):
        return 12 if hour == 12 else None
    if half:
        return hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else _stated(hour, half)
    if part == "manana":
        return hour if 4 <= hour <= 12 else None
    if part == "madrugada":
        return hour if 1 <= hour <= 6 else None
    if part == "tarde":
        return hour % 12 + 12 if hour in (12, 1, 2, 3, 4, 5, 6, 7) else _stated(hour, "p")
    if part == "noche":
        return hour + 12 if 6 <= hour <= 11 else _stated(hour, "p")
    if not 0 <= hour <= 23:
        return None
    return hour + 12 if 1 <= hour <= 6 else hour


def _stated(hour: int, half: str) -> int | None:
    """An hour of the 24-hour clock that says the same twice: "15:00 p. m."."""
    return hour if half == "p" and 13 <= hour <= 23 else None


def shown_time(moment: time) -> str:
    """A time as it is read: "3:00 p. m.", and "12:00 m." at noon."""
    half = "a. m." if moment.hour < 12 else "p. m."
    if (moment.hour, moment.minute) == (12, 0):
        half = "m."
    return f"{(moment.hour - 1) % 12 + 1}:{moment.minute:02} {half}"
