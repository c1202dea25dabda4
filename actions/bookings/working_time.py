"""Reckoning in working hours: only the time counts in which offices are open. Pure.

An answer that is due in 24 working hours is not due on a Sunday, nor in Holy Week.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from actions.cases.hours import USUAL, ZONE, Hours, closed_days

DAY: Final = timedelta(days=1)
NONE: Final = timedelta()


def add_working(start: datetime, span: timedelta, hours: Hours = USUAL) -> datetime:
    """The moment, in El Salvador's time, at which ``span`` of open time has passed since ``start``.

    Where it falls on closing time it is that moment, not the next morning: an answer due "by the
    end of Friday" is due on Friday. Raises ValueError for a span below nothing, or a start without
    a zone.
    """
    if span < NONE:
        raise ValueError("working time goes forward only")
    left = span
    for opens, closes in _open_from(start, hours):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("offices open again, whatever the day")


def working_between(start: datetime, end: datetime, hours: Hours = USUAL) -> timedelta:
    """How much open time lies between two moments; none where ``end`` comes first.

    Raises ValueError for a moment without a zone.
    """
    if end.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    passed = NONE
    # In one zone moments are compared without asking it for its offset, which is what takes long.
    there = end.astimezone(ZONE)
    for opens, closes in _open_from(start, hours):
        if opens >= there:
            return passed
        passed += min(closes, there) - opens
    return passed


def _open_from(start: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the day's open time after ``start``, and that of each open day after it."""
    if start.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    there = start.astimezone(ZONE)
    day = there.date()
    while True:
        if is_working_day(day, hours):
            opens = max(at(day, hours.opens), there)
            closes = at(day, hours.closes)
            if opens < closes:
                yield opens, closes
        day += DAY


def is_working_day(day: date, hours: Hours = USUAL) -> bool:
    """Whether offices open on that day."""
    return day.weekday() in hours.weekdays and day not in closed_days(day.year)


def at(day: date, clock: time) -> datetime:
    """That time of that day in El Salvador, which has no summer time."""
    return datetime.combine(day, clock, ZONE)
