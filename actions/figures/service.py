"""The figures of the first page: of finished days, of the running one, and how they move."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.figures import reading
from actions.figures.days import between
from actions.figures.rules import Figures, change, day_of, last_finished
from actions.store.database import Executor

DAYS_BACK: Final = 400
DAYS_AT_ONCE: Final = 30
"""So that a long outage, or a database that is older than its figures, holds up no other job."""

_DAY: Final = timedelta(days=1)

Period = Literal[7, 30, 90]
PERIODS: Final[tuple[Period, ...]] = (7, 30, 90)


class NoSuchPeriod(ValueError):
    """There is no trend over so many days; the argument is the number."""


_FIRST = text(
    """
    SELECT LEAST((SELECT min(created_at) FROM turn), (SELECT min(received_at) FROM inbox))
    """
)
_MISSING = text(
    """
    SELECT CAST(finished AS date) FROM generate_series(
        CAST(:first AS timestamp), CAST(:last AS timestamp), interval '1 day') AS finished
    WHERE NOT EXISTS (SELECT 1 FROM day_figures WHERE day = CAST(finished AS date))
    ORDER BY finished DESC LIMIT :limit
    """
)
_STORE = text(
    """
    INSERT INTO day_figures (day, figures, made_at)
    VALUES (:day, CAST(:figures AS jsonb), :now) ON CONFLICT (day) DO NOTHING RETURNING day
    """
)


async def close_days(session: AsyncSession, now: datetime) -> int:
    """Counts the finished days that were not counted yet, and returns how many it stored.

    From the first message on, at most DAYS_BACK days back, the newest first, and DAYS_AT_ONCE at a
    time. A day is counted once: what a receipt tells of its messages later changes nothing.
    """
    first: datetime | None = await session.scalar(_FIRST)
    if first is None:
        return 0
    last = last_finished(now)
    span = {
        "first": max(day_of(first), last - (DAYS_BACK - 1) * _DAY),
        "last": last,
        "limit": DAYS_AT_ONCE,
    }
    stored = 0
    for day in (await session.scalars(_MISSING, span)).all():
        figures = await reading.count(session, day)
        written = await session.scalar(
            _STORE, {"day": day, "figures": json.dumps(figures.as_json()), "now": now}
        )
        stored += written is not None
    return stored


@dataclass(frozen=True, slots=True)
class Today:
    """The running day in El Salvador until now.

    ``waiting`` are open cases that nobody of the ministry has at the moment, and
    ``oldest_waiting`` how long ago the first of them was opened; ``held`` those that somebody has.
    """

    day: date
    figures: Figures
    waiting: int
    oldest_waiting: timedelta | None
    held: int


_CASES = text(
    """
    SELECT count(*) FILTER (WHERE held), count(*) FILTER (WHERE NOT held),
        min(opened_at) FILTER (WHERE NOT held)
    FROM (SELECT opened_at, COALESCE(held_until > :now, false) AS held FROM "case"
        WHERE closed_at IS NULL) AS standing
    """
)


async def today(session: Executor, now: datetime) -> Today:
    """What has happened since midnight, and the cases as they stand."""
    day = day_of(now)
    figures = await reading.count(session, day)
    held, waiting, oldest = (await session.execute(_CASES, {"now": now})).one()
    age = None if oldest is None else max(now - oldest, timedelta())
    return Today(day, figures, waiting, age, held)


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a trend; ``p95_ms`` is 0 where there were no turns."""

    day: date
    turns: int
    answered: int
    not_answered: int
    people: int
    p95_ms: int
    cases_opened: int


@dataclass(frozen=True, slots=True)
class Total:
    """A figure over a whole period, and by how much it changed: 0.25 is a quarter more.

    The change is that of the period's finished days against as many days before them, for the
    running one would always look poor. None where the days before were not all counted, or had
    nothing.
    """

    value: float
    change: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A period day by day, oldest first, today at the end; and what it comes to.

    ``people`` is how many wrote a day, on average: whoever comes back would be counted again in a
    sum. ``p95_ms`` is the median over the days with turns.
    """

    points: tuple[Point, ...]
    turns: Total
    answered: Total
    not_answered: Total
    people: Total
    p95_ms: Total
    cases_opened: Total


async def trend(session: Executor, now: datetime, days: int, running: Today | None = None) -> Trend:
    """The last ``days`` days with today, one of PERIODS. Raises NoSuchPeriod.

    ``running`` is today as the caller has it already; without it, it is counted.
    """
    if days not in PERIODS:
        raise NoSuchPeriod(days)
    last = day_of(now)
    finished = [last - place * _DAY for place in range(days - 1, 0, -1)]
    before = [day - (days - 1) * _DAY for day in finished]
    known = dict(await between(session, before[0], finished[-1]))
    if finished[-1] not in known:
        # Shortly after midnight: it is stored a little later.
        known[finished[-1]] = await reading.count(session, finished[-1])
    points = [_point(day, known.get(day, Figures())) for day in finished]
    earlier = [_point(day, known.get(day, Figures())) for day in before]
    comparable = all(day in known for day in before)
    if running is None or running.day != last:
        running = await today(session, now)
    whole = (*points, _point(last, running.figures))

    def total(figure: Callable[[Sequence[Point]], float]) -> Total:
        moved = change(figure(points), figure(earlier)) if comparable else None
        return Total(figure(whole), moved)

    return Trend(
        points=whole,
        turns=total(lambda them: sum(one.turns for one in them)),
        answered=total(lambda them: sum(one.answered for one in them)),
        not_answered=total(lambda them: sum(one.not_answered for one in them)),
        people=total(lambda them: sum(one.people for one in them) / len(them)),
        p95_ms=total(_usual_p95),
        cases_opened=total(lambda them: sum(one.cases_opened for one in them)),
    )


def _point(day: date, figures: Figures) -> Point:
    return Point(
        day=day,
        turns=figures.turns,
        answered=figures.answered,
        not_answered=figures.not_answered,
        people=figures.people,
        p95_ms=figures.p95_ms or 0,
        cases_opened=figures.cases_opened,
    )


def _usual_p95(points: Sequence[Point]) -> float:
    return median([one.p95_ms for one in points if one.turns] or [0])
