"""What stands in the tables about a consultant's time, and the lock that keeps it so.

Whoever takes time of a consultant, moves it or gives it back holds the consultant's lock first.
The constraint alone would refuse the second of two as well, but only after waiting for the first,
and with many at once they wait in circles: PostgreSQL then ends some with an error. A transaction
waits for one consultant's lock at most; a second one it only tries (:func:`try_lock`), or takes
several at once in the order of their numbers (:func:`lock_all`) before it writes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from actions.bookings import states
from actions.bookings.booked import Booked, Side, read, side_of, span_of
from actions.bookings.errors import NotYours
from actions.bookings.openings import BOTH, MODES, Exceptional, Mode, Timetable, Window
from actions.people import linking
from actions.registry.rules import day_of, is_bookable
from actions.store.database import Executor

_ROOM: Final = 0x0B00
"""Of two-part lock numbers: the second part is the consultant."""
_LONGEST: Final = timedelta(days=1)
"""No meeting with its buffers is longer: one that began earlier is over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a consultant, what decides whether and how they can be met."""

    id: int
    name: str
    person_id: int | None
    state: str
    valid_from: date | None
    valid_to: date | None
    modes: tuple[Mode, ...]

    def bookable(self, now: datetime) -> bool:
        return is_bookable(self, now)


async def lock(session: Executor, consultant_id: int) -> None:
    """Nobody else takes, moves or frees time of this consultant until the transaction ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:room, CAST(:consultant AS int))"),
        {"room": _ROOM, "consultant": consultant_id},
    )


async def lock_all(session: Executor, consultant_ids: Sequence[int]) -> None:
    for consultant_id in sorted(set(consultant_ids)):
        await lock(session, consultant_id)


async def try_lock(session: Executor, consultant_id: int) -> bool:
    """The same where nobody has it now; whether it was got."""
    got: bool = await session.scalar(
        text("SELECT pg_try_advisory_xact_lock(:room, CAST(:consultant AS int))"),
        {"room": _ROOM, "consultant": consultant_id},
    )
    return got


async def standing(session: Executor, consultant_id: int) -> Standing | None:
    row = (
        await session.execute(
            text(
                "SELECT id, name, person_id, state, valid_from, valid_to, on_site, remote "
                "FROM consultant WHERE id = :id"
            ),
            {"id": consultant_id},
        )
    ).one_or_none()
    if row is None:
        return None
    modes = tuple(one for one, has in zip(MODES, (row.on_site, row.remote), strict=True) if has)
    return Standing(row.id, row.name, row.person_id, row.state, row.valid_from, row.valid_to, modes)


# One statement: the 1,000 who ask for the same opening each need all of it.
_TIMETABLE: Final = text(
    """
    SELECT 'window' AS kind, weekday, starts, ends, mode, NULL::date AS first_day,
        NULL::date AS last_day, NULL::bool AS opened, NULL::timestamptz AS taken_from,
        NULL::timestamptz AS taken_to
    FROM availability WHERE consultant_id = :consultant
    UNION ALL
    SELECT 'exception', NULL, starts, ends, mode, first_day, last_day, opened, NULL, NULL
    FROM availability_exception WHERE consultant_id = :consultant AND last_day >= :today
    UNION ALL
    SELECT 'taken', NULL, NULL, NULL, NULL, NULL, NULL, NULL, lower(occupied), upper(occupied)
    FROM booking WHERE consultant_id = :consultant AND lower(during) > :since
        AND state = ANY(:occupying) AND id <> :but
        AND NOT (state = 'held' AND (hold_until <= :now OR person_id = ANY(:but_held_by)))
    UNION ALL
    SELECT 'elsewhere', NULL, NULL, NULL, NULL, NULL, NULL, NULL, lower(during), upper(during)
    FROM booking WHERE person_id = ANY(:owner) AND lower(during) > :since
        AND state = ANY(:live) AND id <> :but
    """
)


async def timetable(
    session: Executor,
    who: Standing,
    now: datetime,
    *,
    but: int = 0,
    but_held_by: Sequence[int] = (),
    owner: Sequence[int] = (),
) -> Timetable:
    """All that decides when the consultant is free from now on.

    ``but`` is a booking that is not counted, because it is to be moved; nor are holds of the people
    ``but_held_by``, who give them up for another. ``owner`` are the accounts of who wants to meet
    the consultant: not at a time that they asked others for.
    """
    rows = await session.execute(
        _TIMETABLE,
        {
            "consultant": who.id,
            "now": now,
            "today": day_of(now),
            "since": now - _LONGEST,
            "occupying": [*states.OCCUPYING],
            "but": but,
            "but_held_by": [*but_held_by],
            "owner": [*owner],
            "live": [*states.LIVE],
        },
    )
    windows, exceptions, taken, elsewhere = [], [], [], []
    for row in rows:
        if row.kind == "taken":
            taken.append(span_of(row.taken_from, row.taken_to))
        elif row.kind == "elsewhere":
            elsewhere.append(span_of(row.taken_from, row.taken_to))
        elif row.kind == "window":
            if mode := _possible(row.mode, who.modes):
                windows.append(Window(row.weekday, row.starts, row.ends, mode))
        elif not row.opened or row.starts is None:
            exceptions.append(
                Exceptional(row.first_day, row.last_day, row.opened, row.starts, row.ends)
            )
        elif mode := _possible(row.mode, who.modes):
            exceptions.append(
                Exceptional(row.first_day, row.last_day, True, row.starts, row.ends, mode)
            )
    return Timetable(windows, exceptions, taken, elsewhere)


def _possible(mode: str, modes: Sequence[Mode]) -> str | None:
    """What is left of a window's mode for a consultant who can be met in these ways."""
    left = [one for one in modes if mode in (one, BOTH)]
    return BOTH if len(left) == len(MODES) else left[0] if left else None


async def drop_lapsed_holds(session: Executor, consultant_id: int, now: datetime) -> None:
    """The constraint still counts them. The consultant's lock has to be held."""
    await session.execute(
        text(
            "DELETE FROM booking WHERE consultant_id = :consultant AND state = 'held' "
            "AND hold_until <= :now"
        ),
        {"consultant": consultant_id, "now": now},
    )


async def own(
    session: Executor, booking_id: int, person_id: int, *sides: Side
) -> tuple[Booked, Side]:
    """The person's booking, theirs or of those joined to them, kept from changing, and their side
    of it. Raises NotYours where it is of others, or where they are not on one of ``sides``."""
    accounts = await linking.accounts(session, person_id)
    seen = await read(session, booking_id)
    # Before anything is locked: nobody can keep a stranger's consultant busy.
    if seen is None or side_of(seen, accounts) not in sides:
        raise NotYours
    await lock(session, seen.consultant_id)
    booking = await read(session, booking_id, locked=True)
    side = None if booking is None else side_of(booking, accounts)
    if booking is None or side is None or side not in sides:
        raise NotYours
    return booking, side


async def note(
    session: Executor,
    booking: Booked,
    act: str,
    by: str,
    now: datetime,
    why: str = "",
) -> None:
    """Adds to the booking's history; its time is the one after the act."""
    await session.execute(
        text(
            "INSERT INTO booking_event (booking_id, at, act, by, during, note) "
            "VALUES (:booking, :at, :act, :by, tstzrange(:starts, :ends), :note)"
        ),
        {
            "booking": booking.id,
            "at": now,
            "act": act,
            "by": by,
            "starts": booking.span.starts,
            "ends": booking.span.ends,
            "note": why or None,
        },
    )


async def settle(
    session: Executor,
    booking: Booked,
    state: str,
    now: datetime,
    deadline: datetime | None = None,
) -> None:
    """The booking's referral comes to a state; with a ``deadline`` somebody has to answer by it."""
    await session.execute(
        text(
            "UPDATE referral SET state = :state, deadline = :deadline, settled_at = "
            "CASE WHEN :state IN ('accepted', 'exhausted', 'withdrawn') THEN :now END "
            "WHERE id = :id"
        ),
        {
            "id": booking.referral_id,
            "state": state,
            "deadline": deadline,
            "now": now,
        },
    )
