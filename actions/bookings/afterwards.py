"""After a meeting: it took place or not, how it was, and what somebody has against it."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import chain, errors, ground, states
from actions.bookings.booked import Outcome, read, to_owner

LONGEST_COMMENT: Final = 500
LONGEST_COMPLAINT: Final = 1_000
MOST_COMPLAINTS: Final = 3
"""Of one side about one booking: more say nothing new."""
STARS: Final = range(1, 6)


async def mark_done(
    session: AsyncSession, booking_id: int, person_id: int, now: datetime, *, came: bool = True
) -> Outcome:
    """The consultant says that the meeting took place, or that the owner did not come.

    Possible from its beginning. Said twice the same, nobody is told again. Raises NotYours, TooSoon
    and NotNow.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "consultant")
    state = states.DONE if came else states.MISSED
    if booking.state == state:
        return Outcome(booking)
    if booking.state != states.ACCEPTED:
        raise errors.NotNow(booking.state)
    if booking.span.starts > now:
        raise errors.TooSoon
    await chain.end(session, booking, state, now)
    await ground.note(session, booking, state, "consultant", now)
    after = await read(session, booking_id)
    assert after is not None
    return Outcome(after, tuple(to_owner(after, "booking_done" if came else "booking_missed")))


async def rate(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    stars: int,
    comment: str,
    now: datetime,
) -> None:
    """The owner rates the meeting, once, with one to five stars; the comment may be empty.

    Raises NotYours, TooSoon before it is over, NotNow where there was no meeting, BadStars,
    BadWords and AlreadyRated.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "owner")
    if booking.state not in states.MET:
        raise errors.NotNow(booking.state)
    if booking.state == states.ACCEPTED and booking.span.ends > now:
        raise errors.TooSoon
    if stars not in STARS:
        raise errors.BadStars
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        raise errors.BadWords(LONGEST_COMMENT)
    rated = await session.execute(
        text(
            "INSERT INTO rating (booking_id, stars, comment, made_at) "
            "VALUES (:booking, :stars, :comment, :now) ON CONFLICT DO NOTHING RETURNING booking_id"
        ),
        {"booking": booking_id, "stars": stars, "comment": comment, "now": now},
    )
    if rated.first() is None:
        raise errors.AlreadyRated


async def complain(
    session: AsyncSession, booking_id: int, person_id: int, words: str, now: datetime
) -> int:
    """Either side complains about a booking that was asked for; the number of the complaint, with
    which the ministry takes it up. The other side is not told.

    Raises NotYours, NotNow for a mere hold, BadWords and TooManyComplaints.
    """
    booking, side = await ground.own(session, booking_id, person_id, "owner", "consultant")
    if booking.state == states.HELD:
        raise errors.NotNow(booking.state)
    words = words.strip()
    if not 0 < len(words) <= LONGEST_COMPLAINT:
        raise errors.BadWords(LONGEST_COMPLAINT)
    made: int = await session.scalar(
        text("SELECT count(*) FROM complaint WHERE booking_id = :booking AND by = :side"),
        {"booking": booking_id, "side": side},
    )
    if made >= MOST_COMPLAINTS:
        raise errors.TooManyComplaints
    number: int = await session.scalar(
        text(
            "INSERT INTO complaint (booking_id, person_id, by, text, made_at) "
            "VALUES (:booking, :person, :side, :text, :now) RETURNING id"
        ),
        {
            "booking": booking_id,
            "person": person_id,
            "side": side,
            "text": words,
            "now": now,
        },
    )
    return number
