"""When someone of the ministry may be there, and what may be promised of it.

The ministry has not confirmed its hours, so they are a setting of the deployment: they decide what
is promised, and are never told as the ministry's own.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import holidays

ZONE: Final = ZoneInfo("America/El_Salvador")
MONDAY_TO_FRIDAY: Final = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Hours:
    """Office hours in El Salvador's time: ``weekdays`` (Monday is 0), from ``opens`` up to, and
    without, ``closes``. Raises ValueError where they leave no time open."""

    opens: time = time(7, 30)
    closes: time = time(15, 30)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY

    def __post_init__(self) -> None:
        if self.opens >= self.closes or not self.weekdays:
            raise ValueError("office hours must leave some time open")
        if not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays go from 0 (Monday) to 6 (Sunday)")


USUAL: Final = Hours()
"""What is customary in the central government; unconfirmed for the ministry."""


@cache
def closed_days(year: int) -> frozenset[date]:
    """The days of a year on which public offices are closed, weekends apart.

    The Labour Code's holidays (art. 190), those of the district of San Salvador included, and the
    vacations of the Ley de Asueto, Vacaciones y Licencias de los Empleados Públicos: eight days in
    Holy Week, 1 to 6 August, 24 December to 2 January. That law does not say which eight; Monday
    to Easter Monday are taken, so that no promise comes too early.
    """
    code = holidays.country_holidays("SV", subdiv="SS", years=year, language="es")
    (good_friday,) = code.get_named("Viernes Santo", lookup="exact")
    return frozenset(code) | {
        *_days(good_friday - timedelta(days=4), 8),
        *_days(date(year, 8, 1), 6),
        *_days(date(year, 1, 1), 2),
        *_days(date(year, 12, 24), 8),
    }


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=place) for place in range(count)]


def is_open(at: datetime, hours: Hours = USUAL) -> bool:
    """Whether someone may be there at that moment. Raises ValueError for one without a zone."""
    there = _there(at)
    return _is_working_day(there.date(), hours) and hours.opens <= there.time() < hours.closes


def next_opening(at: datetime, hours: Hours = USUAL) -> datetime:
    """When the offices open next, after ``at``, in El Salvador's time."""
    there = _there(at)
    day = there.date()
    if there.time() >= hours.opens:
        day += timedelta(days=1)
    while not _is_working_day(day, hours):
        day += timedelta(days=1)
    return datetime.combine(day, hours.opens, ZONE)


@dataclass(frozen=True, slots=True)
class Promise:
    """What may be said of when a person will see a case.

    ``working_hours``: in working hours, no day named. ``from_day``: from ``day`` on, which is
    always later than the day of the promise: that someone will look today is never promised.
    """

    kind: Literal["working_hours", "from_day"]
    day: date | None = None


def promise(at: datetime, hours: Hours = USUAL) -> Promise:
    """What may be promised to someone who asks for a person at that moment."""
    if is_open(at, hours):
        return Promise("working_hours")
    day = next_opening(at, hours).date()
    if day == _there(at).date():
        return Promise("working_hours")
    return Promise("from_day", day)


def _is_working_day(day: date, hours: Hours) -> bool:
    return day.weekday() in hours.weekdays and day not in closed_days(day.year)


def _there(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    return at.astimezone(ZONE)
