"""Slots: a month or a quarter of a year, as compliance reports ask for them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from bot.slots.calendar_words import (
    MONTHS,
    PREFER,
    last_day,
    month_later,
    real_date,
    shown_month,
    tokens,
    year_of,
)
from bot.slots.day_limits import DayLimits
from bot.slots.declaration import Declaration
from bot.slots.matching import ORDINALS
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.text import plain

_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2}|(?:ano )?este ano|ano pasado|pasado ano|proximo ano)"
_MAYBE_YEAR: Final = rf"(?: {_YEAR})?"
_NEXT: Final = r"(?:proximo|que viene)"
_MONTH_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?:en )?(?:mes )?M(?P<month>[01][0-9])(?:(?: [/-])? {_YEAR})?",
        r"(?P<year>[0-9]{4}) M(?P<month>[01][0-9])",
        r"(?P<month>0?[1-9]|1[0-2])",
        r"(?P<month>0?[1-9]|1[0-2]) [/-] (?P<year>[0-9]{4}|[0-9]{2})",
        r"(?P<year>[0-9]{4}) [/-] (?P<month>0?[1-9]|1[0-2])",
        r"(?:(?P<past>(?:pasado|ultimo) mes|mes (?:pasado|anterior))"
        rf"|(?P<present>este mes|mes actual)|(?P<next>{_NEXT} mes|mes {_NEXT}))",
        r"hace (?P<ago>[0-9]{1,2}) mes(?:es)?",
    )
)
_QUARTER: Final = r"(?:t (?P<t>[1-4])|(?P<t2>[1-4]) t|q (?P<q>[1-4])|trimestre (?P<n>[1-4])"
_QUARTER_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_QUARTER}|(?P<o>[1-4])(?: trimestre)?)(?: [/-])?{_MAYBE_YEAR}",
        rf"(?P<year>[0-9]{{4}}) (?:[/-] )?{_QUARTER})",
        rf"M(?P<first>[01][0-9]) (?:(?:a|al|y|-|/) )?(?:M(?P<second>[01][0-9]) (?:y )?)?"
        rf"M(?P<third>[01][0-9]){_MAYBE_YEAR}",
        r"(?P<past>pasado trimestre|trimestre (?:pasado|anterior))",
        r"(?P<present>este trimestre|trimestre actual)",
        rf"(?P<next>{_NEXT} trimestre|trimestre {_NEXT})",
        rf"(?P<last>ultimo) trimestre{_MAYBE_YEAR}",
    )
)
_ORDINAL_NAMES: Final = ("primer", "segundo", "tercer", "cuarto")
_GLUED: Final = re.compile(
    r"(?<![a-z])([tq])\s?([1-4])(?![0-9])|(?<![0-9])([1-4])\s?[oºer]*\s?t(?![a-z])"
)

_ROMANS: Final = ("i", "ii", "iii", "iv")
_ROMAN: Final = re.compile(r"(?<![a-z])(i{1,3}|iv)(?=\s+trim)")


def _year(said: str | None, today: date) -> int | None:
    if said is None:
        return None
    if said[0].isdigit():
        return year_of(said)
    return today.year + (-1 if "pasado" in said else 1 if "proximo" in said else 0)


def _nearest(candidates: Iterable[date], present: date, prefer: str) -> list[date]:
    """The period that is meant where the year was not said; the present one counts as past."""
    ordered = sorted(candidates)
    if prefer == "future":
        return [one for one in ordered if one >= present][:1]
    return [one for one in ordered if one <= present][-1:]


@dataclass(frozen=True, slots=True)
class Month:
    """``type: month``

    ``minimum``, ``maximum``: see :meth:`DayLimits.declared`; the whole month has to lie within,
    but for the days of the present month still to come. ``prefer``: past (when not said; the
    present month included) or future, which "marzo" means. Kept as "2026-03".
    """

    name: ClassVar[str] = "month"
    limits: DayLimits
    prefer: str
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: marzo 2026"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        prefer = declaration.one_of("prefer", PREFER) or "past"
        return cls(DayLimits.declared(declaration), prefer)

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        said = " ".join(tokens(text))
        for form in _MONTH_FORMS:
            found = form.fullmatch(said)
            if found is not None:
                first = self._first_day(found.groupdict(), today)
                return self._checked(first, today) if first else Wrong("utter_wrong_month")
        return Wrong("utter_wrong_month")

    def _first_day(self, said: dict[str, str | None], today: date) -> date | None:
        present = today.replace(day=1)
        if (number := said.get("month")) is not None:
            year = _year(said.get("year"), today)
            if year is not None:
                return real_date(year, int(number), 1)
            around = (real_date(today.year + away, int(number), 1) for away in (-1, 0, 1))
            near = _nearest((one for one in around if one), present, self.prefer)
            return near[0] if near else None
        if said.get("ago"):
            return month_later(present, -int(said["ago"] or 0))
        away = -1 if said.get("past") else 1 if said.get("next") else 0
        return month_later(present, away)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        found = (
            re.fullmatch(r"([0-9]{4})-([0-9]{2})", value, re.ASCII)
            if isinstance(value, str)
            else None
        )
        first = real_date(int(found[1]), int(found[2]), 1) if found else None
        return self._checked(first, today) if first else STALE

    def _checked(self, first: date, today: date) -> Value | Wrong:
        last = first.replace(day=last_day(first.year, first.month))
        return _broken(self.limits, first, last, today) or Value(
            f"{first.year:04}-{first.month:02}", shown_month(first)
        )


def _broken(limits: DayLimits, first: date, last: date, today: date) -> Wrong | None:
    return limits.broken(first, today) or limits.broken(
        today if first <= today <= last else last, today
    )


@dataclass(frozen=True, slots=True)
class Quarter:
    """``type: quarter``; keys as in a month. Kept as "2026-T1"."""

    name: ClassVar[str] = "quarter"
    limits: DayLimits
    prefer: str
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: primer trimestre 2026"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        prefer = declaration.one_of("prefer", PREFER) or "past"
        return cls(DayLimits.declared(declaration), prefer)

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        said = _quarter_words(text)
        for form in _QUARTER_FORMS:
            found = form.fullmatch(said)
            if found is not None:
                return self._meant(found.groupdict(), today)
        return Wrong("utter_wrong_quarter")

    def _meant(self, said: dict[str, str | None], today: date) -> Value | Wrong | Choose:
        present = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        if said.get("past"):
            return self._checked(month_later(present, -3), today)
        if said.get("present"):
            return self._checked(present, today)
        if said.get("next"):
            return self._checked(month_later(present, 3), today)
        if said.get("last") and not said.get("year"):
            # The one just over, or the fourth of a year.
            readings = {month_later(present, -3), *self._numbered(4, None, today)}
        else:
            number = _number_of(said)
            if number is None:
                return Wrong("utter_wrong_quarter_months")
            readings = set(self._numbered(number, _year(said.get("year"), today), today))
        if not readings:
            return Wrong("utter_wrong_quarter")
        checked = [self._checked(one, today) for one in sorted(readings, reverse=True)]
        good = [one for one in checked if isinstance(one, Value)]
        if len(good) < 2:
            return (good or checked)[0]
        return Choose(
            tuple(Option(f"{one.value}".replace("-", " "), one.value, one.shown) for one in good)
        )

    def _numbered(self, number: int, year: int | None, today: date) -> list[date]:
        month = 3 * number - 2
        if year is not None:
            first = real_date(year, month, 1)
            return [first] if first else []
        present = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        around = (real_date(today.year + away, month, 1) for away in (-1, 0, 1))
        return _nearest((one for one in around if one), present, self.prefer)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        found = (
            re.fullmatch(r"([0-9]{4})-T([1-4])", value, re.ASCII)
            if isinstance(value, str)
            else None
        )
        first = real_date(int(found[1]), 3 * int(found[2]) - 2, 1) if found else None
        return self._checked(first, today) if first else STALE

    def _checked(self, first: date, today: date) -> Value | Wrong:
        number = (first.month + 2) // 3
        third = first.month + 1
        last = date(first.year, third + 1, last_day(first.year, third + 1))
        shown = (
            f"{_ORDINAL_NAMES[number - 1]} trimestre de {first.year} "
            f"({MONTHS[first.month - 1]} a {MONTHS[third]})"
        )
        return _broken(self.limits, first, last, today) or Value(
            f"{first.year:04}-T{number}", shown
        )


def _quarter_words(text: str) -> str:
    # What stands in brackets only repeats the months.
    flat = re.sub(r"\([^()]*\)", " ", plain(text))
    flat = _GLUED.sub(lambda found: f" t {found[2] or found[3]} ", flat)
    flat = _ROMAN.sub(lambda found: str(_ROMANS.index(found[1]) + 1), flat)
    items = [str(ORDINALS.get(item, item)) for item in tokens(flat)]
    return " ".join(items)


def _number_of(said: dict[str, str | None]) -> int | None:
    """The quarter from 1 to 4; None for three months that are none."""
    for key in ("t", "t2", "q", "n", "o"):
        if number := said.get(key):
            return int(number)
    if said.get("last"):
        return 4
    first, second, third = (int(said.get(key) or 0) for key in ("first", "second", "third"))
    if first % 3 != 1 or third != first + 2 or second not in (0, first + 1):
        return None
    return (first + 2) // 3
