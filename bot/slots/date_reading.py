"""What day a text means. Day before month, as in El Salvador; nothing is guessed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from bot.slots.calendar_words import last_day, month_later, real_date, tokens, year_of
from knowledge.text import plain

Prefer = str | None
"""'past', 'future', or None for both: which "15 de marzo" or "jueves" is meant."""


class NoDate(Enum):
    """Why a text gave no day."""

    UNREAD = "it names none"
    IMPOSSIBLE = "the calendar has no such day"
    OTHER_WEEKDAY = "that day is another day of the week"


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a text may mean, the likeliest first; never empty."""

    readings: tuple[date, ...]


_NUMERIC: Final = re.compile(
    r"(?<![0-9/.-])(?:(?P<iso>[0-9]{4})(?P<mark>[/-])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})"
    r"|(?P<day>[0-9]{1,2})\s?(?P<by>[/.-])\s?(?P<month>[0-9]{1,2})"
    r"(?:\s?(?P=by)\s?(?P<year>[0-9]{4}|[0-9]{2}))?)(?![0-9/]|[.-][0-9])"
)
_BEFORE_YESTERDAY: Final = re.compile(r"\bante(?:s de)? ayer\b")
_HEDGE: Final = re.compile(
    r"\b(?:creo que|creo|como|unos|unas|(?:en|por) la (?:manana|tarde|noche))\b"
)
"""What changes nothing about the day: "creo que hace unos 3 días", "ayer en la tarde"."""
_MONTHS_APART: Final = {"este mes": 0, "pasado mes": -1, "proximo mes": 1, "otro mes": 1}


def read_days(text: str, today: date, prefer: Prefer) -> Days | NoDate:
    """The days that a text may mean, as seen from today."""
    text = _HEDGE.sub(" ", _BEFORE_YESTERDAY.sub("antier", plain(text)))
    numeric = _NUMERIC.search(text)
    if numeric is not None:
        beside = _said(text[: numeric.start()] + " " + text[numeric.end() :])
        weekday = re.fullmatch(r"(?:W([0-6]))?", beside)
        if weekday is None:
            return NoDate.UNREAD
        day, month = numeric["d"] or numeric["day"], numeric["m"] or numeric["month"]
        year = numeric["iso"] or numeric["year"]
        return _on(int(day), int(month), year, weekday[1], today, prefer)
    said = _said(text)
    for pattern, meaning in _FORMS:
        found = re.fullmatch(pattern, said)
        if found is not None:
            return meaning(found, today, prefer)
    return NoDate.UNREAD


def _said(text: str) -> str:
    items = [item for item in tokens(text) if item not in ("?", "/", "-")]
    said = " ".join(items)
    return said.replace("que viene", "proximo").replace("q viene", "proximo")


def _one_or_more(readings: Iterable[date | None]) -> Days | NoDate:
    real = tuple(dict.fromkeys(day for day in readings if day is not None))
    return Days(real) if real else NoDate.IMPOSSIBLE


def _preferred(past: date | None, future: date | None, prefer: Prefer) -> Days | NoDate:
    if prefer == "past":
        return _one_or_more([past or future])
    if prefer == "future":
        return _one_or_more([future or past])
    return _one_or_more([past, future])


def _on(
    day: int, month: int, year: str | None, weekday: str | None, today: date, prefer: Prefer
) -> Days | NoDate:
    """A day and month, with or without their year and day of the week."""
    if year:
        exact = real_date(year_of(year), month, day)
        if exact is not None and weekday and exact.weekday() != int(weekday):
            return NoDate.OTHER_WEEKDAY
        return _one_or_more([exact])
    # 29 February comes back after eight years at most.
    around = [real_date(today.year + away, month, day) for away in range(-8, 9)]
    days = [one for one in around if one is not None]
    if not days:
        return NoDate.IMPOSSIBLE
    past = [one for one in days if one <= today][-1:]
    future = [one for one in days if one >= today][:1]
    if weekday:
        near = past + future
        past = [one for one in past if one.weekday() == int(weekday)]
        future = [one for one in future if one.weekday() == int(weekday)]
        if near and not past and not future:
            return NoDate.OTHER_WEEKDAY
    return _preferred(next(iter(past), None), next(iter(future), None), prefer)


def _day_and_month(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    day, month, weekday = int(found["day"]), int(found["month"]), found["weekday"]
    return _on(day, month, _year_said(found, today), weekday, today, prefer)


def _year_said(found: re.Match[str], today: date) -> str | None:
    """The year in digits, None where there is none."""
    fields = found.groupdict()
    near = fields.get("near_year")
    if near is None:
        return fields["year"]
    return str(today.year + (-1 if "pasado" in near else 0 if "este" in near else 1))


def _day_of_some_month(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    """ "El 15": of the month before or after today that has such a day."""
    number, weekday = int(found["day"]), found["weekday"]
    if not 1 <= number <= 31:
        return NoDate.IMPOSSIBLE
    months = [month_later(today.replace(day=1), away) for away in range(-2, 3)]
    days = [day for one in months if (day := real_date(one.year, one.month, number)) is not None]
    if weekday:
        days = [day for day in days if day.weekday() == int(weekday)]
        if not days:
            return NoDate.OTHER_WEEKDAY
    past = [day for day in days if day <= today][-1:]
    future = [day for day in days if day >= today][:1]
    return _preferred(next(iter(past), None), next(iter(future), None), prefer)


def _day_of_named_month(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    name = " ".join(sorted(found["which"].split(), key=lambda word: word == "mes"))
    month = month_later(today.replace(day=1), _MONTHS_APART[name])
    return _one_or_more([real_date(month.year, month.month, int(found["day"]))])


def _weekday(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    wanted, which = int(found["weekday"]), (found["before"] or found["after"] or "").strip()
    coming = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    gone = coming - timedelta(days=7)
    if gone == today:
        if which == "pasado":
            return _one_or_more([today - timedelta(days=7)])
        return _one_or_more([coming] if which == "proximo" else _today_or(today, prefer))
    if which == "pasado":
        return _one_or_more([gone])
    if which == "proximo":
        return _one_or_more([coming])
    if which == "otro":
        return _one_or_more([coming, coming + timedelta(days=7)])
    if which == "este" and not (prefer == "future" and wanted < today.weekday()):
        return _one_or_more([today + timedelta(days=wanted - today.weekday())])
    return _preferred(gone, coming, prefer)


def _today_or(today: date, prefer: Prefer) -> list[date]:
    week = timedelta(days=7)
    return [today, today - week if prefer == "past" else today + week]


def _weekday_of_week(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    weeks = {"este": 0, "pasado": -1, "proximo": 1, "otro": 1}[found["which"] or found["whose"]]
    monday = today + timedelta(days=7 * weeks - today.weekday())
    return _one_or_more([monday + timedelta(days=int(found["weekday"]))])


def _so_many_away(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    count, sign = int(found["count"]), -1 if found["hace"] else 1
    if count > 1000:
        return NoDate.IMPOSSIBLE
    unit = found["unit"]
    if unit.startswith("mes"):
        return _one_or_more([month_later(today, sign * count)])
    if unit.startswith("ano"):
        return _one_or_more([month_later(today, 12 * sign * count)])
    days = count * (7 if unit == "semana" else 1)
    return _one_or_more([today + timedelta(days=sign * days)])


def _week_or_two(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    """ "De hoy en ocho" is a week, "en quince" two: the first day counts."""
    start = today + timedelta(days={"hoy": 0, "manana": 1}[found["start"]])
    return _one_or_more([start + timedelta(days={"8": 7, "15": 14}[found["count"]])])


def _end_of_month(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
    if not found["month"]:
        return _one_or_more([today.replace(day=last_day(today.year, today.month))])
    month = int(found["month"])
    if said := _year_said(found, today):
        year = year_of(said)
        first = real_date(year, month, 1)
        return _one_or_more([first and real_date(year, month, last_day(year, month))])
    ends = [
        date(today.year + away, month, last_day(today.year + away, month)) for away in (-1, 0, 1)
    ]
    past = [day for day in ends if day <= today][-1:]
    future = [day for day in ends if day >= today][:1]
    return _preferred(next(iter(past), None), next(iter(future), None), prefer)


def _away(days: int) -> "Meaning":
    def meaning(found: re.Match[str], today: date, prefer: Prefer) -> Days | NoDate:
        day, weekday = today + timedelta(days=days), found["weekday"]
        if weekday and day.weekday() != int(weekday):
            return NoDate.OTHER_WEEKDAY
        return _one_or_more([day])

    return meaning


Meaning = Callable[[re.Match[str], date, Prefer], Days | NoDate]

_W: Final = r"W(?P<weekday>[0-6])"
_MAYBE_W: Final = rf"(?:{_W} )?"
_THEN_W: Final = rf"(?: {_W})?"
_DAY: Final = r"(?P<day>[0-9]{1,2})"
_MONTH: Final = r"M(?P<month>[01][0-9])"
_YEAR: Final = (
    r"(?: (?:ano )?(?P<year>[0-9]{4}|[0-9]{2})"
    r"| (?P<near_year>(?:este|pasado|proximo|otro) ano|ano (?:pasado|proximo)))?"
)
_WHICH: Final = "este|pasado|proximo|otro"
_FORMS: Final[tuple[tuple[str, Meaning], ...]] = (
    (f"hoy{_THEN_W}", _away(0)),
    (f"manana{_THEN_W}", _away(1)),
    (f"pasado manana{_THEN_W}", _away(2)),
    (f"ayer{_THEN_W}", _away(-1)),
    (f"antier{_THEN_W}", _away(-2)),
    (f"{_MAYBE_W}{_DAY} {_MONTH}{_YEAR}", _day_and_month),
    (f"{_MAYBE_W}{_MONTH} {_DAY}(?: (?P<year>[0-9]{{4}}))?", _day_and_month),
    (f"{_MAYBE_W}{_DAY} (?P<month>[0-9]{{1,2}}) (?P<year>[0-9]{{4}})", _day_and_month),
    (f"{_MAYBE_W}{_DAY}", _day_of_some_month),
    (f"{_DAY} (?P<which>(?:{_WHICH}) mes|mes (?:pasado|proximo))", _day_of_named_month),
    (
        f"(?:(?P<before>{_WHICH}) )?{_W}(?P<after> pasado| proximo)?",
        _weekday,
    ),
    (
        f"{_W} (?:en )?(?:(?P<which>{_WHICH}) semana|semana (?P<whose>pasado|proximo))",
        _weekday_of_week,
    ),
    (
        "(?:(?P<hace>hace)|en|dentro(?: en)?) (?P<count>[0-9]{1,4})"
        " (?P<unit>dias?|semana|mes|meses|ano|anos)",
        _so_many_away,
    ),
    ("(?P<start>hoy|manana) en (?P<count>8|15)", _week_or_two),
    (f"(?:a )?(?:fin|fines|finales|ultimo)(?: {_MONTH}{_YEAR}| este mes| mes)", _end_of_month),
)
