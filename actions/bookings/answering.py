"""What the consultant answers to a request, and the owner to another time."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import chain, contact, errors, ground, restoring, states
from actions.bookings.booked import Booked, Outcome, read, to_consultant, to_owner
from actions.bookings.chain import Candidates
from actions.bookings.checking import check_move, check_owner
from actions.bookings.openings import Span
from actions.bookings.terms import USUAL, Terms

LONGEST_NOTE: Final = 300


async def accept(session: AsyncSession, booking_id: int, person_id: int, now: datetime) -> Outcome:
    """The consultant will be there. Accepted twice, nobody is told again.

    Raises NotYours, NotBookable where their registration holds no more, and NotNow.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "consultant")
    if booking.state == states.ACCEPTED:
        return Outcome(booking)
    _check(booking, now, states.PENDING)
    await _check_standing(session, booking, now)
    await session.execute(
        text(
            "UPDATE booking SET state = 'accepted', answered_at = :now, accepted_at = :now "
            "WHERE id = :id"
        ),
        {"id": booking_id, "now": now},
    )
    booking = await _settled(session, booking, states.ACCEPTED, "accepted", "consultant", now)
    reached = await contact.consultants(session, booking)
    assert reached is not None
    return Outcome(
        booking,
        tuple(to_owner(booking, "booking_accepted", phone=reached.phone, email=reached.email)),
    )


async def decline(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    now: datetime,
    candidates: Candidates,
    *,
    note: str = "",
    terms: Terms = USUAL,
) -> Outcome:
    """The consultant will not; the request goes to the next one at once, if one has time. A meeting
    that was agreed on, and that the owner asked to move, stays at its old time instead.

    ``note`` is why, for the ministry, and is not told to the owner. Raises NotYours, NotNow and
    BadWords.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "consultant")
    _check(booking, now, states.PENDING)
    return await _pass_on(session, booking, "consultant", now, candidates, note, terms)


async def propose_other(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    during: Span,
    now: datetime,
    *,
    note: str = "",
    terms: Terms = USUAL,
) -> Outcome:
    """The consultant proposes another of their openings, which is kept while the owner decides;
    the first time is free again.

    It may be done with a booking that was accepted, too. Raises NotYours, NotNow, BadWords and, as
    actions.bookings.service.hold, why the time cannot be had.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "consultant")
    _check(booking, now, states.PENDING, states.ACCEPTED)
    _check_words(note)
    await check_move(session, booking, during, now, terms)
    padded = during.padded(terms.rules)
    await session.execute(
        text(
            "UPDATE booking SET state = 'proposed', during = tstzrange(:starts, :ends), "
            "occupied = tstzrange(:from, :to), sequence = sequence + 1, "
            "answered_at = COALESCE(answered_at, :now), day_reminder_at = NULL, "
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
    deadline = terms.deadline(now, during.starts)
    moved = await _settled(
        session, booking, states.PROPOSED, "proposed", "consultant", now, note, deadline
    )
    return Outcome(
        moved,
        tuple(
            to_owner(
                moved,
                "other_time_proposed",
                before_starts=booking.span.starts,
                note=note,
                deadline=deadline,
            )
        ),
    )


async def agree_other(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    now: datetime,
    *,
    terms: Terms = USUAL,
) -> Outcome:
    """The owner takes the proposed time. Agreed twice, nobody is told again.

    Raises NotYours, NotBookable, AlreadyMeeting where they meet somebody else then, and NotNow.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "owner")
    if booking.state == states.ACCEPTED:
        return Outcome(booking)
    _check(booking, now, states.PROPOSED)
    await _check_standing(session, booking, now)
    await check_owner(session, booking, person_id, now, terms)
    await session.execute(
        text("UPDATE booking SET state = 'accepted', accepted_at = :now WHERE id = :id"),
        {"id": booking_id, "now": now},
    )
    booking = await _settled(session, booking, states.ACCEPTED, "agreed", "owner", now)
    return Outcome(booking, tuple(to_consultant(booking, "booking_agreed")))


async def refuse_other(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    now: datetime,
    candidates: Candidates,
    *,
    terms: Terms = USUAL,
) -> Outcome:
    """The owner does not take the proposed time: the request goes to the next consultant. A meeting
    that was agreed on, and that they had asked to move, stays at its old time instead. Whom it went
    to, or that nobody is left, is what it ``became``: None where somebody is still looked for.

    Raises NotYours and NotNow.
    """
    booking, _ = await ground.own(session, booking_id, person_id, "owner")
    _check(booking, now, states.PROPOSED)
    return await _pass_on(session, booking, "owner", now, candidates, "", terms)


async def _pass_on(
    session: AsyncSession,
    booking: Booked,
    by: str,
    now: datetime,
    candidates: Candidates,
    note: str,
    terms: Terms,
) -> Outcome:
    _check_words(note)
    stays = await restoring.restore(session, booking, by, now, terms)
    if stays is not None:
        tell = to_owner if by == "consultant" else to_consultant
        side = "owner" if by == "consultant" else "consultant"
        asked = booking.span.starts
        return Outcome(stays, tuple(tell(stays, "booking_stays", side=side, before_starts=asked)))
    await chain.end(session, booking, states.DECLINED, now)
    await session.execute(
        text("UPDATE booking SET answered_at = COALESCE(answered_at, :now) WHERE id = :id"),
        {"id": booking.id, "now": now},
    )
    await ground.note(session, booking, "declined", by, now, note)
    told = [] if by == "consultant" else to_consultant(booking, "proposal_refused")
    why = states.DECLINED if by == "consultant" else chain.REFUSED
    told += await chain.hand_on(session, booking, now, candidates, why, terms)
    after = await read(session, booking.id)
    assert after is not None
    if by == "consultant":
        return Outcome(after, tuple(told))
    others = tuple(one for one in told if one.person_id != booking.person_id)
    own = (one for one in told if one.person_id == booking.person_id)
    return Outcome(after, others, next(own, None))


async def _settled(
    session: AsyncSession,
    booking: Booked,
    state: str,
    act: str,
    by: str,
    now: datetime,
    note: str = "",
    deadline: datetime | None = None,
) -> Booked:
    """The booking as it is now, its referral settled and the act noted."""
    await ground.settle(session, booking, state, now, deadline)
    after = await read(session, booking.id)
    assert after is not None
    await ground.note(session, after, act, by, now, note)
    return after


def _check(booking: Booked, now: datetime, *possible: str) -> None:
    if booking.state not in possible or booking.span.starts <= now:
        raise errors.NotNow(booking.state)


def _check_words(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise errors.BadWords(LONGEST_NOTE)


async def _check_standing(session: AsyncSession, booking: Booked, now: datetime) -> None:
    who = await ground.standing(session, booking.consultant_id)
    if who is None or not who.bookable(now):
        raise errors.NotBookable
