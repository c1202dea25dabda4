"""What becomes of bookings when a person has everything erased.

That there was a meeting stays, since it is the other side's too; what the person said of it, and
what they said afterwards, goes. What is still to come is called off. Of who answers for a
consultant, the time they gave out and the address of their calendar go as well: nobody is left who
could be asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import chain, ground, passed_on, states
from actions.bookings.booked import SELECT, Notice, Side, booked, to_other
from actions.people import linking


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The other sides that have to be told, and whether there was any booking that stays.
    ``message_ids`` are of messages to the other sides that carry what the person said: the caller
    empties them."""

    notices: tuple[Notice, ...]
    had_bookings: bool
    message_ids: tuple[int, ...] = ()


async def forget(session: AsyncSession, people: Sequence[int], now: datetime) -> Forgotten:
    """Takes out what these accounts of one person said, and calls off what is to come. To be called
    while the consultants still have their person."""
    await _lock_concerned(session, people)
    await session.execute(
        text("DELETE FROM booking WHERE state = 'held' AND person_id = ANY(:people)"),
        {"people": [*people]},
    )
    rows = await session.execute(
        text(
            f"{SELECT} WHERE (b.person_id = ANY(:people) OR c.person_id = ANY(:people)) "
            "AND b.state = ANY(:live) AND lower(b.during) > :now ORDER BY b.id "
            "FOR NO KEY UPDATE OF b"
        ),
        {"people": [*people], "live": [*states.LIVE], "now": now},
    )
    message_ids = await passed_on.messages_with(session, people)
    notices: list[Notice] = []
    for booking in [booked(row) for row in rows]:
        side: Side = "owner" if booking.person_id in people else "consultant"
        await chain.end(session, booking, states.CANCELLED, now)
        await ground.settle(session, booking, states.WITHDRAWN, now)
        await ground.note(session, booking, "cancelled", "erasure", now)
        notices += to_other(
            booking, side, "booking_cancelled", by=side, before=booking.state, note=""
        )
    for statement in _SAID:
        await session.execute(text(statement), {"people": [*people]})
    had_bookings: bool = await session.scalar(
        text("SELECT EXISTS (SELECT 1 FROM booking WHERE person_id = ANY(:people))"),
        {"people": [*people]},
    )
    return Forgotten(tuple(notices), had_bookings, tuple(message_ids))


async def _lock_concerned(session: AsyncSession, people: Sequence[int]) -> None:
    """Keeps these people's bookings, and what consultants are told of them, as they are."""
    locked: set[int] = set()
    while True:
        rows = await session.execute(
            text(
                "SELECT DISTINCT c.id, c.person_id FROM booking AS b "
                "JOIN consultant AS c ON c.id = b.consultant_id "
                "WHERE b.person_id = ANY(:people) OR c.person_id = ANY(:people)"
            ),
            {"people": [*people]},
        )
        # While one was waited for, a request may have been handed on to somebody else.
        further = {row.id: row.person_id for row in rows if row.id not in locked}
        if not further:
            return
        # A consultant's turn reads what it tells and writes it later: it has its person's lock.
        readers = [
            await linking.holder(session, person_id)
            for person_id in further.values()
            if person_id is not None
        ]
        await session.execute(
            text("SELECT 1 FROM person WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"),
            {"ids": readers},
        )
        await ground.lock_all(session, [*further])
        locked |= further.keys()


_THEIRS = "SELECT id FROM booking WHERE person_id = ANY(:people)"
_THEIR_CONSULTANT = "SELECT id FROM consultant WHERE person_id = ANY(:people)"
_SAID = (
    "UPDATE booking SET purpose = '', place = '', phone = '', "
    "consent_at = date_trunc('day', consent_at) WHERE person_id = ANY(:people)",
    # Who was looking for somebody is looked for no more; and by what they looked is theirs.
    "UPDATE referral SET need = '{}', deadline = NULL, state = CASE WHEN state IN "
    "('waiting', 'proposed', 'looking') THEN 'withdrawn' ELSE state END "
    "WHERE person_id = ANY(:people)",
    # What the other side noted is about them.
    f"UPDATE booking_event SET note = NULL WHERE note IS NOT NULL AND (booking_id IN ({_THEIRS}) "
    f"OR booking_id IN (SELECT id FROM booking WHERE consultant_id IN ({_THEIR_CONSULTANT})))",
    f"UPDATE rating SET comment = '' WHERE booking_id IN ({_THEIRS})",
    "UPDATE complaint SET text = '', outcome = NULL, answer = NULL WHERE person_id = ANY(:people)",
    f"DELETE FROM availability WHERE consultant_id IN ({_THEIR_CONSULTANT})",
    f"DELETE FROM availability_exception WHERE consultant_id IN ({_THEIR_CONSULTANT})",
    f"DELETE FROM calendar_feed WHERE consultant_id IN ({_THEIR_CONSULTANT})",
)
