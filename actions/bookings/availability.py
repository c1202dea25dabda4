"""When a consultant says that they have time: every week, and on days that are different."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import ground, states
from actions.bookings.booked import SELECT, Booked, booked
from actions.bookings.errors import BadAvailability
from actions.bookings.openings import WINDOW_MODES, Exceptional, Window
from actions.bookings.working_time import DAY, at
from actions.registry.rules import day_of
from actions.store.database import Executor

MOST_WINDOWS: Final = 40
MOST_EXCEPTIONS: Final = 100
"""To come, of one consultant."""
FARTHEST: Final = timedelta(days=2 * 366)
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class KeptException:
    """An exception with its number and the consultant's reason."""

    id: int
    what: Exceptional
    reason: str | None


async def set_windows(session: AsyncSession, consultant_id: int, windows: Sequence[Window]) -> None:
    """The consultant's week from now on; none at all is fine. Bookings stay as they are.

    Raises BadAvailability, with nothing changed.
    """
    if len(windows) > MOST_WINDOWS:
        raise BadAvailability(f"Caben {MOST_WINDOWS} horarios por semana: hay que unir algunos.")
    by_day = sorted(windows, key=lambda one: (one.weekday, one.starts))
    for one in by_day:
        if one.weekday not in range(7) or one.mode not in WINDOW_MODES:
            raise ValueError("a weekday goes from 0 to 6, a mode is one of WINDOW_MODES")
        if one.starts >= one.ends:
            raise BadAvailability("Un horario tiene que terminar después de empezar.")
    for first, second in pairwise(by_day):
        if first.weekday == second.weekday and second.starts < first.ends:
            raise BadAvailability("Dos horarios del mismo día se enciman: hay que separarlos.")
    await ground.lock(session, consultant_id)
    await session.execute(
        text("DELETE FROM availability WHERE consultant_id = :consultant"),
        {"consultant": consultant_id},
    )
    if by_day:
        await session.execute(
            text(
                "INSERT INTO availability (consultant_id, weekday, starts, ends, mode) "
                "VALUES (:consultant, :weekday, :starts, :ends, :mode)"
            ),
            [
                {
                    "consultant": consultant_id,
                    "weekday": one.weekday,
                    "starts": one.starts,
                    "ends": one.ends,
                    "mode": one.mode,
                }
                for one in by_day
            ],
        )


async def windows_of(session: Executor, consultant_id: int) -> list[Window]:
    """The consultant's week, in order."""
    rows = await session.execute(
        text(
            "SELECT weekday, starts, ends, mode FROM availability "
            "WHERE consultant_id = :consultant ORDER BY weekday, starts"
        ),
        {"consultant": consultant_id},
    )
    return [Window(*row) for row in rows]


async def add_exception(
    session: AsyncSession,
    consultant_id: int,
    what: Exceptional,
    now: datetime,
    *,
    reason: str = "",
) -> tuple[int, list[Booked]]:
    """Days that are different; the exception's number, and the live bookings in what is closed,
    which stay until the consultant cancels them or proposes another time.

    Raises BadAvailability for days that are past or too far, or hours that make no span.
    """
    _check(what, day_of(now), reason)
    await ground.lock(session, consultant_id)
    known: int = await session.scalar(
        text(
            "SELECT count(*) FROM availability_exception "
            "WHERE consultant_id = :consultant AND last_day >= :today"
        ),
        {"consultant": consultant_id, "today": day_of(now)},
    )
    if known >= MOST_EXCEPTIONS:
        raise BadAvailability("Ya hay demasiados días distintos: hay que quitar algunos.")
    number: int = await session.scalar(
        text(
            "INSERT INTO availability_exception (consultant_id, first_day, last_day, opened, "
            "starts, ends, mode, reason) VALUES (:consultant, :first, :last, :opened, :starts, "
            ":ends, :mode, :reason) RETURNING id"
        ),
        {
            "consultant": consultant_id,
            "first": what.first,
            "last": what.last,
            "opened": what.opened,
            "starts": what.starts,
            "ends": what.ends,
            "mode": what.mode,
            "reason": reason.strip() or None,
        },
    )
    touched = [] if what.opened else await _touched(session, consultant_id, what, now)
    return number, touched


async def exceptions_of(session: Executor, consultant_id: int, today: date) -> list[KeptException]:
    """Those that are not past, in the order of their days."""
    rows = await session.execute(
        text(
            "SELECT id, first_day, last_day, opened, starts, ends, mode, reason "
            "FROM availability_exception WHERE consultant_id = :consultant "
            "AND last_day >= :today ORDER BY first_day, id"
        ),
        {"consultant": consultant_id, "today": today},
    )
    return [
        KeptException(
            row.id,
            Exceptional(row.first_day, row.last_day, row.opened, row.starts, row.ends, row.mode),
            row.reason,
        )
        for row in rows
    ]


async def remove_exception(session: AsyncSession, consultant_id: int, number: int) -> bool:
    """Whether the consultant had such an exception, which is gone now."""
    removed = await session.execute(
        text(
            "DELETE FROM availability_exception "
            "WHERE id = :id AND consultant_id = :consultant RETURNING id"
        ),
        {"id": number, "consultant": consultant_id},
    )
    return removed.first() is not None


def _check(what: Exceptional, today: date, reason: str) -> None:
    if what.mode not in WINDOW_MODES:
        raise ValueError("a mode is one of WINDOW_MODES")
    if what.first > what.last:
        raise BadAvailability("El último día tiene que venir después del primero.")
    if what.last < today:
        raise BadAvailability("Esos días ya pasaron: hay que dar otros.")
    if what.last > today + FARTHEST:
        raise BadAvailability("Esos días están demasiado lejos: hay que dar otros.")
    if (what.starts is None) != (what.ends is None) or (
        what.starts is not None and what.ends is not None and what.starts >= what.ends
    ):
        raise BadAvailability("El horario tiene que terminar después de empezar.")
    if len(reason) > LONGEST_REASON:
        raise BadAvailability(f"El motivo cabe en {LONGEST_REASON} letras.")


async def _touched(
    session: Executor, consultant_id: int, what: Exceptional, now: datetime
) -> list[Booked]:
    midnight = datetime.min.time()
    rows = await session.execute(
        text(
            f"{SELECT} WHERE b.consultant_id = :consultant AND lower(b.during) > :now "
            "AND b.state = ANY(:live) AND b.during && tstzrange(:from, :to) "
            "ORDER BY lower(b.during)"
        ),
        {
            "consultant": consultant_id,
            "now": now,
            "live": [*states.LIVE],
            "from": at(what.first, midnight),
            "to": at(what.last + DAY, midnight),
        },
    )
    found = [booked(row) for row in rows]
    if what.starts is None or what.ends is None:
        return found
    return [
        one
        for one in found
        if one.span.starts.time() < what.ends and what.starts < one.span.ends.time()
    ]
