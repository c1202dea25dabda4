"""A meeting on which both sides agreed, and that its owner asked to move, stays as it was where it
is not moved after all: its old time was given up only for a new one."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import ground, states
from actions.bookings.booked import Booked, read, span_of
from actions.bookings.openings import Span
from actions.bookings.terms import Terms
from actions.people import linking

KEPT = "kept"
"""The act that is noted."""
_AGREEING = ("accepted", "agreed", KEPT)
_LEAVING = ("moved", "proposed")


async def restore(
    session: AsyncSession, booking: Booked, by: str, now: datetime, terms: Terms
) -> Booked | None:
    """The booking, agreed on again at the time it had before its owner asked to move it; None, with
    nothing changed, where there was no such time, or it is past or no more free.

    Where the consultant left that time first, they cannot be there: it is not gone back to. ``by``
    is who did not want the other time, or ``clock``. The consultant's lock has to be held.
    """
    before = await _agreed(session, booking.id)
    who = await ground.standing(session, booking.consultant_id)
    if before is None or before.starts <= now or who is None or not who.bookable(now):
        return None
    owner = await linking.accounts(session, await linking.holder(session, booking.person_id))
    timetable = await ground.timetable(session, who, now, but=booking.id, owner=owner)
    padded = before.padded(terms.rules)
    if any(padded.overlaps(one) for one in timetable.taken):
        return None
    if any(before.overlaps(one) for one in timetable.elsewhere):
        return None
    await ground.drop_lapsed_holds(session, booking.consultant_id, now)
    await session.execute(
        text(
            "UPDATE booking SET state = 'accepted', during = tstzrange(:starts, :ends), "
            "occupied = tstzrange(:from, :to), sequence = sequence + 1, accepted_at = :now, "
            "answered_at = COALESCE(answered_at, CASE WHEN :answered THEN :now END) WHERE id = :id"
        ),
        {
            "id": booking.id,
            "starts": before.starts,
            "ends": before.ends,
            "from": padded.starts,
            "to": padded.ends,
            "now": now,
            "answered": by == "consultant",
        },
    )
    await ground.settle(session, booking, states.ACCEPTED, now)
    after = await read(session, booking.id)
    assert after is not None
    await ground.note(session, after, KEPT, by, now)
    return after


async def _agreed(session: AsyncSession, booking_id: int) -> Span | None:
    """The time that was agreed on last, if it was the owner who asked for another first."""
    rows = await session.execute(
        text(
            "SELECT act, by, lower(during) AS starts, upper(during) AS ends FROM booking_event "
            "WHERE booking_id = :booking AND act = ANY(:acts) ORDER BY id"
        ),
        {"booking": booking_id, "acts": [*_AGREEING, *_LEAVING]},
    )
    agreed: Span | None = None
    left_by: str | None = None
    for row in rows:
        if row.act in _AGREEING:
            agreed, left_by = span_of(row.starts, row.ends), None
        elif left_by is None:
            left_by = row.by
    return agreed if left_by == "owner" else None
