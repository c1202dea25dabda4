"""The first and the last day that a slot takes, fixed or counted from today."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from bot.slots.calendar_words import month_later, shown_date
from bot.slots.declaration import Declaration, InvalidSlot, in_order
from bot.slots.protocol import Wrong

_RELATIVE: Final = re.compile(r"today(?:(?P<sign>[+-])(?P<count>[0-9]{1,3})(?P<unit>[dwmy]))?")


@dataclass(frozen=True, slots=True)
class DayLimit:
    """A fixed day, or one that lies some days and months from today."""

    fixed: date | None = None
    days: int = 0
    months: int = 0

    def on(self, today: date) -> date:
        """The day it stands for today."""
        if self.fixed is not None:
            return self.fixed
        return month_later(today, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class DayLimits:
    """Both limits, included; None where there is none."""

    minimum: DayLimit | None
    maximum: DayLimit | None

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        """``minimum`` and ``maximum``: an ISO date, ``today``, or ``today+30d``, ``today-2y``.

        After the number stand d(ays), w(eeks), m(onths) or y(ears).
        """
        minimum = _limit("minimum", declaration.raw("minimum"))
        maximum = _limit("maximum", declaration.raw("maximum"))
        if minimum and maximum and (minimum.fixed is None) == (maximum.fixed is None):
            some_day = date(2026, 1, 1)
            in_order(minimum.on(some_day), maximum.on(some_day))
        return cls(minimum, maximum)

    def broken(self, day: date, today: date) -> Wrong | None:
        """What is wrong with a day outside them."""
        if self.minimum is not None and day < (first := self.minimum.on(today)):
            return Wrong("utter_wrong_date_too_early", {"minimum": shown_date(first)})
        if self.maximum is not None and day > (last := self.maximum.on(today)):
            return Wrong("utter_wrong_date_too_late", {"maximum": shown_date(last)})
        return None


def _limit(key: str, declared: Any) -> DayLimit | None:
    if declared is None:
        return None
    if isinstance(declared, date) and not isinstance(declared, datetime):
        return DayLimit(fixed=declared)
    found = _RELATIVE.fullmatch(declared) if isinstance(declared, str) else None
    if found is not None:
        count = int(found["count"] or 0) * (-1 if found["sign"] == "-" else 1)
        if found["unit"] in ("m", "y"):
            return DayLimit(months=count * (12 if found["unit"] == "y" else 1))
        return DayLimit(days=count * (7 if found["unit"] == "w" else 1))
    try:
        return DayLimit(fixed=date.fromisoformat(declared))
    except (TypeError, ValueError) as error:
        raise InvalidSlot(
            f"'{key}' must be an ISO date, 'today' or like 'today+30d', not {declared!r}"
        ) from error
