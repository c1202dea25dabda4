"""A booking is moved by its owner, or called off by either side."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import chain, contact, errors, ground, states
from actions.bookings.answering import LONGEST_NOTE
from actions.bookings.booked import Outcome, read, to_consultant, to_other
from actions.bookings.checking import check_move
from actions.bookings.openings import Span
from actions.bookings.terms import USUAL, Terms
from actions.people import linking


async def reschedule(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    during: Span,
    now: datetime,
    *,
    terms: Terms = USUAL,
) -> Outcome:
    """The owner moves the booking to another opening of the same consultant, who is asked anew.

    The old time is free at once, and if the new one cannot be had it is kept. Where it was agreed
    on, it is gone back to if nothing comes of the new one (see actions.bookings.restoring). What
    they hold there is given up. The consultant, who cannot move it by themselves, proposes another
    time instead. Raises NotYours, NotNow and, as actions.bookings.service.hold, why the time cannot
    be had.
    """
    before, _ = await ground.own(session, booking_id, person_id, "owner")
    if before.state not in states.LIVE or before.span.starts <= now:
        raise errors.NotNow(before.state)
    owner = await linking.accounts(session, person_id)
    await check_move(session, before, during, now, terms, owner)
    padded = during.padded(terms.rules)
    await session.execute(
        text(
            "UPDATE booking SET state = 'pending', during = tstzrange(:starts, :ends), "
            "occupied = tstzrange(:from, :to), sequence = sequence + 1, asked_at = :now, "
            "answered_at = NULL, accepted_at = NULL, day_reminder_at = NULL, "
            "hour_reminder_at = NULL WHERE id = :id"
        ),
        {
            "id": booking_id,
            "starts": during.starts,
            "ends": during.ends,
            "from": padded.starts,
            "to": padded.ends,
            "now": now,
        },
    )
    await ground.settle(session, before, states.WAITING, now, terms.deadline(now, during.starts))
    after = await read(session, booking_id)
    assert after is not None
    await ground.note(session, after, "moved", "owner", now)
    return Outcome(
        after,
        tuple(
            to_consultant(
                after,
                "booking_moved",
                before_starts=before.span.starts,
                purpose=after.purpose,
                deadline=after.deadline,
                **await contact.asked_for(session, after),
            )
        ),
    )


async def cancel(
    session: AsyncSession, booking_id: int, person_id: int, now: datetime, *, note: str = ""
) -> Outcome:
    """Either side calls the booking off, until it begins; the other one is told, with the ``note``.

    A hold is given up, of which nobody knew. Called off twice, nobody is told again. Raises
    NotYours, NotNow and BadWords.
    """
    booking, side = await ground.own(session, booking_id, person_id, "owner", "consultant")
    if len(note) > LONGEST_NOTE:
        raise errors.BadWords(LONGEST_NOTE)
    if booking.state == states.HELD:
        if side == "consultant":
            raise errors.NotYours
        await session.execute(text("DELETE FROM booking WHERE id = :id"), {"id": booking_id})
        return Outcome(booking)
    if booking.state == states.CANCELLED:
        return Outcome(booking)
    if booking.state not in states.LIVE or booking.span.starts <= now:
        raise errors.NotNow(booking.state)
    await chain.end(session, booking, states.CANCELLED, now)
    await ground.settle(session, booking, states.WITHDRAWN, now)
    await ground.note(session, booking, "cancelled", side, now, note)
    after = await read(session, booking_id)
    assert after is not None
    return Outcome(
        after,
        tuple(to_other(after, side, "booking_cancelled", by=side, before=booking.state, note=note)),
    )
