"""Bookings as either side looks at them."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import text

from actions.bookings import states
from actions.bookings.booked import SELECT, Booked, booked, side_of
from actions.bookings.errors import NotYours
from actions.bookings.working_time import DAY, at
from actions.people import linking
from actions.store.database import Executor

MOST_SHOWN: Final = 20


async def of_person(
    session: Executor, person_id: int, now: datetime, *, past: bool = False
) -> list[Booked]:
    """What the person, and those joined to them, asked for as owners: the bookings to come or going
    on, the next one first; or with ``past`` those that are over or came to nothing, the last one
    first. At most MOST_SHOWN; holds are none of them."""
    accounts = await linking.accounts(session, person_id)
    if past:
        condition = (
            "b.state <> 'held' AND (b.state <> ALL(:live) OR upper(b.during) <= :now) "
            "ORDER BY lower(b.during) DESC"
        )
    else:
        condition = "b.state = ANY(:live) AND upper(b.during) > :now ORDER BY lower(b.during), b.id"
    rows = await session.execute(
        text(f"{SELECT} WHERE b.person_id = ANY(:accounts) AND {condition} LIMIT :most"),
        {"accounts": accounts, "live": [*states.LIVE], "now": now, "most": MOST_SHOWN},
    )
    return [booked(row) for row in rows]


async def one_of_person(session: Executor, booking_id: int, person_id: int) -> Booked:
    """A booking of either side, as owner or consultant. Raises NotYours."""
    row = (
        await session.execute(text(f"{SELECT} WHERE b.id = :id"), {"id": booking_id})
    ).one_or_none()
    if row is None:
        raise NotYours
    found = booked(row)
    side = side_of(found, await linking.accounts(session, person_id))
    if side is None or (side == "consultant" and found.state == states.HELD):
        raise NotYours
    return found


async def agenda(session: Executor, consultant_id: int, day: date) -> list[Booked]:
    """The consultant's meetings of a day in El Salvador, in order: asked for, proposed, agreed on
    or over; neither holds nor what came to nothing."""
    midnight = datetime.min.time()
    rows = await session.execute(
        text(
            f"{SELECT} WHERE b.consultant_id = :consultant AND b.state = ANY(:shown) "
            "AND lower(b.during) >= :from AND lower(b.during) < :to ORDER BY lower(b.during)"
        ),
        {
            "consultant": consultant_id,
            "shown": [one for one in states.OCCUPYING if one != states.HELD],
            "from": at(day, midnight),
            "to": at(day + DAY, midnight),
        },
    )
    return [booked(row) for row in rows]


async def to_come(session: Executor, consultant_id: int, now: datetime) -> list[Booked]:
    """The consultant's bookings to come or going on, the next one first: asked for, proposed or
    agreed on. At most MOST_SHOWN."""
    rows = await session.execute(
        text(
            f"{SELECT} WHERE b.consultant_id = :consultant AND b.state = ANY(:live) "
            "AND upper(b.during) > :now ORDER BY lower(b.during), b.id LIMIT :most"
        ),
        {"consultant": consultant_id, "live": [*states.LIVE], "now": now, "most": MOST_SHOWN},
    )
    return [booked(row) for row in rows]


async def to_answer(session: Executor, consultant_id: int) -> list[Booked]:
    """The requests that wait for the consultant's answer, the most urgent one first."""
    rows = await session.execute(
        text(
            f"{SELECT} WHERE b.consultant_id = :consultant AND b.state = 'pending' "
            "ORDER BY r.deadline, b.id"
        ),
        {"consultant": consultant_id},
    )
    return [booked(row) for row in rows]
