"""When a consultant is free. Pure: the clock, the windows and what is taken are passed in.

A day's open time is what the weekly windows say, none on a public holiday, more or less by the
exceptions of that day. What an exception closes stays closed, whatever another one opens. Openings
begin every ``step`` after a stretch of open time begins, and are as long as ``length``; the buffers
lie around them and may reach outside the open time, since nobody meets anybody in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, Literal

from actions.bookings.working_time import DAY, at
from actions.cases.hours import ZONE, closed_days

Mode = Literal["on_site", "remote"]
MODES: Final[tuple[Mode, ...]] = ("on_site", "remote")
BOTH: Final = "both"
"""What a window is for where the owner may choose."""
WINDOW_MODES: Final = (*MODES, BOTH)

Refusal = Literal["past", "too_early", "too_far", "closed_day", "outside", "elsewhere", "taken"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How time is given out. ``before`` and ``after`` are the consultant's buffers around each
    meeting; nothing is offered sooner than ``lead`` from now, nor later than ``horizon``.

    Raises ValueError where an opening would have no length, or a span is below nothing.
    """

    length: timedelta = timedelta(minutes=60)
    step: timedelta = timedelta(minutes=30)
    before: timedelta = timedelta(minutes=15)
    after: timedelta = timedelta(minutes=15)
    lead: timedelta = timedelta(hours=24)
    horizon: timedelta = timedelta(days=60)

    def __post_init__(self) -> None:
        if min(self.length, self.step) <= timedelta():
            raise ValueError("an opening has a length, and the next one begins later")
        if min(self.before, self.after, self.lead, self.horizon) < timedelta():
            raise ValueError("buffers, lead and horizon are not below nothing")


USUAL: Final = Rules()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``starts`` up to, and without, ``ends``; both with a zone. Raises ValueError where it
    has no length or no zone."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("a moment without a zone says nothing")
        if self.starts >= self.ends:
            raise ValueError("a span ends after it starts")

    def overlaps(self, other: "Span") -> bool:
        return self.starts < other.ends and other.starts < self.ends

    def padded(self, rules: Rules) -> "Span":
        """With the buffers around it: what a booking keeps others from."""
        return Span(self.starts - rules.before, self.ends + rules.after)


@dataclass(frozen=True, slots=True)
class Window:
    """Time that a consultant has every week: ``weekday`` (Monday is 0), in El Salvador's time;
    ``mode`` is one of WINDOW_MODES."""

    weekday: int
    starts: time
    ends: time
    mode: str = BOTH


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What is different from ``first`` to ``last``, both included.

    Closed: without hours the whole days, with them that part of each. Opened: with hours, time of
    its own in ``mode``; without, the weekly windows hold although the day is a holiday.
    """

    first: date
    last: date
    opened: bool
    starts: time | None = None
    ends: time | None = None
    mode: str = BOTH


@dataclass(frozen=True, slots=True)
class Opening:
    """A free time, and how one can meet then; in El Salvador's time."""

    span: Span
    modes: tuple[Mode, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that decides when one consultant is free. ``taken`` are spans that bookings keep, their
    buffers included; ``elsewhere`` those in which the owner meets somebody, without buffers."""

    windows: Sequence[Window] = ()
    exceptions: Sequence[Exceptional] = ()
    taken: Sequence[Span] = ()
    elsewhere: Sequence[Span] = ()


def openings(
    timetable: Timetable,
    now: datetime,
    rules: Rules = USUAL,
    since: datetime | None = None,
    until: datetime | None = None,
    mode: Mode | None = None,
) -> Iterator[Opening]:
    """The free openings that lie between two moments, in the order of time.

    They begin within the rules' lead and horizon of ``now`` in any case. With a ``mode`` only those
    in which one can meet in it. Raises ValueError for a moment without a zone.
    """
    earliest = _there(now) + rules.lead
    latest = _there(now) + rules.horizon
    if since is not None:
        earliest = max(earliest, _there(since))
    if until is not None:
        latest = min(latest, _there(until) - rules.length)
    taken = sorted(timetable.taken)
    day = earliest.date()
    while day <= latest.date():
        for opening in offered(timetable, day, rules):
            starts = opening.span.starts
            if not (earliest <= starts <= latest and starts > now):
                continue
            if mode and mode not in opening.modes:
                continue
            if any(opening.span.overlaps(one) for one in timetable.elsewhere):
                continue
            padded = opening.span.padded(rules)
            if not any(padded.overlaps(one) for one in taken):
                yield opening
        day += DAY


def nearest(
    timetable: Timetable,
    now: datetime,
    count: int,
    rules: Rules = USUAL,
    near: datetime | None = None,
    mode: Mode | None = None,
    but: Span | None = None,
) -> list[Opening]:
    """Up to ``count`` free openings: the first ones, or with ``near`` the first from then on, made
    up with the last ones before it where too few are left. In the order of time, without ``but``.
    """
    later = openings(timetable, now, rules, since=near, mode=mode)
    found = list(islice((one for one in later if one.span != but), count))
    if near is not None and len(found) < count:
        before = [
            one
            for one in openings(timetable, now, rules, until=near + rules.length, mode=mode)
            if one.span.starts < near and one.span != but
        ]
        found = before[len(before) - min(len(before), count - len(found)) :] + found
    return found


def refusal(
    timetable: Timetable,
    span: Span,
    now: datetime,
    rules: Rules = USUAL,
    mode: Mode | None = None,
) -> Refusal | None:
    """Why that time cannot be had; None where it can."""
    if span.starts <= now:
        return "past"
    if span.starts < now + rules.lead:
        return "too_early"
    if span.starts > now + rules.horizon:
        return "too_far"
    day = _there(span.starts).date()
    if not open_time(timetable, day) and (_is_closed(timetable, day) or _is_holiday(day)):
        return "closed_day"
    if not any(
        one.span == span and (mode is None or mode in one.modes)
        for one in offered(timetable, day, rules)
    ):
        return "outside"
    if any(span.overlaps(one) for one in timetable.elsewhere):
        return "elsewhere"
    padded = span.padded(rules)
    return "taken" if any(padded.overlaps(one) for one in timetable.taken) else None


def offered(timetable: Timetable, day: date, rules: Rules = USUAL) -> list[Opening]:
    """The openings that a day would have if nothing were taken and the clock did not matter."""
    modes_at: dict[datetime, list[Mode]] = {}
    for mode, spans in open_time(timetable, day).items():
        for span in spans:
            starts = span.starts
            while starts + rules.length <= span.ends:
                modes_at.setdefault(starts, []).append(mode)
                starts += rules.step
    return [
        Opening(Span(starts, starts + rules.length), tuple(modes_at[starts]))
        for starts in sorted(modes_at)
    ]


def open_time(timetable: Timetable, day: date) -> dict[Mode, list[Span]]:
    """The stretches of a day in which the consultant can be met, by how; none where there is
    none."""
    exceptions = [one for one in timetable.exceptions if one.first <= day <= one.last]
    opened = [one for one in exceptions if one.opened]
    closed = [one for one in exceptions if not one.opened]
    if any(one.starts is None for one in closed):
        return {}
    holds = not _is_holiday(day) or any(one.starts is None for one in opened)
    weekly = timetable.windows if holds else ()
    stretches = [
        *((one.starts, one.ends, one.mode) for one in weekly if one.weekday == day.weekday()),
        *((one.starts, one.ends, one.mode) for one in opened if one.starts and one.ends),
    ]
    shut = [
        Span(at(day, one.starts), at(day, one.ends)) for one in closed if one.starts and one.ends
    ]
    found: dict[Mode, list[Span]] = {}
    for mode in MODES:
        spans = [
            Span(at(day, starts), at(day, ends))
            for starts, ends, of in stretches
            if of in (mode, BOTH)
        ]
        if spans := _less(_united(spans), shut):
            found[mode] = spans
    return found


def _united(spans: Sequence[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order."""
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.starts <= united[-1].ends:
            united[-1] = Span(united[-1].starts, max(united[-1].ends, span.ends))
        else:
            united.append(span)
    return united


def _less(spans: Sequence[Span], shut: Sequence[Span]) -> list[Span]:
    """What is left of the spans without those that are shut."""
    left = list(spans)
    for one in shut:
        pieces: list[Span] = []
        for span in left:
            if not span.overlaps(one):
                pieces.append(span)
                continue
            if span.starts < one.starts:
                pieces.append(Span(span.starts, one.starts))
            if one.ends < span.ends:
                pieces.append(Span(one.ends, span.ends))
        left = pieces
    return left


def _is_holiday(day: date) -> bool:
    return day in closed_days(day.year)


def _is_closed(timetable: Timetable, day: date) -> bool:
    return any(not one.opened and one.first <= day <= one.last for one in timetable.exceptions)


def _there(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    return moment.astimezone(ZONE)
