"""One request goes from consultant to consultant until one accepts: on a refusal at once, and when
the time to answer is over."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import ground, holding, restoring, states
from actions.bookings.booked import (
    SELECT,
    Booked,
    Notice,
    booked,
    read,
    to_consultant,
    to_owner,
)
from actions.bookings.openings import Mode, Span, openings, refusal
from actions.bookings.terms import USUAL, Terms
from actions.people import linking
from actions.registry.rules import BOOKABLE_SQL, day_of

MOST_AT_ONCE: Final = 20
"""Referrals of one run: each keeps a consultant's time locked until it commits."""
REFUSED: Final = "refused"
"""Why a request is handed on, where it was its owner who did not take the proposed time; else it
is the state to which the booking came."""
LAPSED: Final = "lapsed"
"""Why, where the consultant may no longer be met: suspended, or the registration is over."""
_OF_LAPSED: Final = f"""
    deadline IS NOT NULL AND NOT EXISTS (SELECT 1 FROM consultant AS c
        WHERE c.id = referral.consultant_id AND {BOOKABLE_SQL.format(c="c")})
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for which the next consultant is looked for: what is needed (see
    actions.bookings.models.Referral.need), how and when the owner wanted to meet, and the
    consultants who were asked already."""

    person_id: int
    need: Mapping[str, Any]
    mode: Mode
    span: Span
    tried: tuple[int, ...]


Candidates = Callable[[AsyncSession, Wanted], Awaitable[Sequence[int]]]
"""Gives the numbers of fitting consultants, the fittest first. Those tried may be among them."""


async def hand_on(
    session: AsyncSession,
    last: Booked,
    now: datetime,
    candidates: Candidates,
    why: str,
    terms: Terms = USUAL,
) -> list[Notice]:
    """The request goes to the next fitting consultant who has time, at the same time if they can,
    else at their first opening after it; and who has to be told. Where nobody comes, and the owner
    said that either way is right or was never asked (``any_way`` of the need), to one who calls.

    ``last`` is the booking with the one asked before, which is over. Where nobody is left the owner
    is told that; where somebody's time is just being changed the referral is left ``looking``, and
    the next :func:`expire_due` goes on. ``why`` (``declined``, ``expired``, ``refused``,
    ``lapsed``) is told to the owner.
    """
    row = (
        await session.execute(
            text("SELECT need, tried FROM referral WHERE id = :id FOR NO KEY UPDATE"),
            {"id": last.referral_id},
        )
    ).one()
    first: Mode = "on_site" if last.mode == "on_site" else "remote"
    # Who calls need not know where it is; so nobody is asked to come instead.
    modes: list[Mode] = [first]
    if first == "on_site" and row.need.get("any_way"):
        modes.append("remote")
    wanted = Wanted(last.person_id, row.need, first, last.span, tuple(row.tried))
    holder = await linking.holder(session, last.person_id)
    accounts = await linking.accounts(session, holder)
    somebody_busy = False
    for mode in modes:
        if somebody_busy or len(wanted.tried) >= terms.most_tried:
            break
        for consultant_id in await candidates(session, replace(wanted, mode=mode)):
            if consultant_id in wanted.tried:
                continue
            who = await ground.standing(session, consultant_id)
            if who is None or not who.bookable(now) or who.person_id in accounts:
                continue
            if not await ground.try_lock(session, consultant_id):
                somebody_busy = True
                continue
            timetable = await ground.timetable(session, who, now, owner=accounts)
            span = last.span
            if refusal(timetable, span, now, terms.rules, mode) is not None:
                later = openings(timetable, now, terms.rules, since=span.starts, mode=mode)
                found = next(later, None)
                if found is None:
                    continue
                span = found.span
            return await _ask(session, last, consultant_id, span, mode, now, why, terms)
    if somebody_busy:
        await ground.settle(session, last, states.LOOKING, now)
        return []
    await ground.settle(session, last, states.EXHAUSTED, now)
    return to_owner(last, "referral_exhausted", why=why, only=len(modes) == 1)


async def _ask(
    session: AsyncSession,
    last: Booked,
    consultant_id: int,
    span: Span,
    mode: Mode,
    now: datetime,
    why: str,
    terms: Terms,
) -> list[Notice]:
    await ground.drop_lapsed_holds(session, consultant_id, now)
    booking_id = await holding.insert(
        session,
        consultant_id=consultant_id,
        person_id=last.person_id,
        span=span,
        mode=mode,
        now=now,
        terms=terms,
        chain=last,
    )
    await session.execute(
        text(
            "UPDATE referral SET state = 'waiting', consultant_id = :consultant, "
            "tried = tried || CAST(:consultant AS bigint), deadline = :deadline, "
            "settled_at = NULL WHERE id = :id"
        ),
        {
            "id": last.referral_id,
            "consultant": consultant_id,
            "deadline": terms.deadline(now, span.starts),
        },
    )
    outcome = await holding.asked(session, booking_id, "handed_on", now)
    return [
        *outcome.notices,
        *to_owner(
            outcome.booking,
            "referral_handed_on",
            why=why,
            before_name=last.consultant_name,
            same_time=span == last.span,
        ),
    ]


async def expire_due(
    session: AsyncSession,
    now: datetime,
    candidates: Candidates,
    *,
    terms: Terms = USUAL,
    most: int = MOST_AT_ONCE,
) -> list[Notice]:
    """What has become of requests that nobody answered in time, and who has to be told.

    Lapsed holds are deleted. A request whose consultant did not answer goes to the next one; a
    proposed time to which the owner did not answer ends with it. Nor does a request wait for who
    may no longer be met. Up to ``most`` requests of each kind: to be run every minute, in a
    transaction of its own, in as many processes as there are. It waits for nobody: what another
    transaction has in hand is left for the next run.
    """
    await session.execute(
        text(
            "DELETE FROM booking WHERE id IN (SELECT id FROM booking WHERE state = 'held' "
            "AND hold_until <= :now FOR UPDATE SKIP LOCKED)"
        ),
        {"now": now},
    )
    notices: list[Notice] = []
    for referral_id in await _taken_up(session, "state = 'looking'", most):
        last = await _last(session, referral_id)
        # By that lock an erasure keeps whatever it empties from being asked for anew.
        if await ground.try_lock(session, last.consultant_id):
            why = await _why(session, last)
            notices += await hand_on(session, last, now, candidates, why, terms)
    for referral_id in await _taken_up(session, _OF_LAPSED, most, day=day_of(now)):
        seen = await _last(session, referral_id)
        if await ground.try_lock(session, seen.consultant_id):
            notices += await _leave_lapsed(session, seen, now, candidates, terms)
    for referral_id in await _taken_up(session, "deadline <= :now", most, now=now):
        seen = await _last(session, referral_id)
        # Whoever answers just now has the lock, and may wait for a row of ours: theirs counts.
        if await ground.try_lock(session, seen.consultant_id):
            notices += await _expire(session, seen, now, candidates, terms)
    return notices


async def _taken_up(
    session: AsyncSession, condition: str, most: int, **values: Any
) -> Sequence[int]:
    found = await session.scalars(
        text(
            f"SELECT id FROM referral WHERE {condition} ORDER BY id LIMIT :most "
            "FOR NO KEY UPDATE SKIP LOCKED"
        ),
        {**values, "most": most},
    )
    return found.all()


async def _last(session: AsyncSession, referral_id: int) -> Booked:
    """The booking with the consultant who was asked last."""
    row = (
        await session.execute(
            text(f"{SELECT} WHERE b.referral_id = :id ORDER BY b.id DESC LIMIT 1"),
            {"id": referral_id},
        )
    ).one()
    return booked(row)


async def _why(session: AsyncSession, last: Booked) -> str:
    """Why its request is still being handed on."""
    if last.state == states.EXPIRED:
        return states.EXPIRED
    by = await session.scalar(
        text(
            "SELECT CASE act WHEN 'lapsed' THEN act ELSE by END FROM booking_event "
            "WHERE booking_id = :booking AND act IN ('declined', 'lapsed') "
            "ORDER BY id DESC LIMIT 1"
        ),
        {"booking": last.id},
    )
    if by == LAPSED:
        return LAPSED
    return REFUSED if by == "owner" else states.DECLINED


async def _leave_lapsed(
    session: AsyncSession, seen: Booked, now: datetime, candidates: Candidates, terms: Terms
) -> list[Notice]:
    """The request leaves a consultant who may no longer be met: neither could agree to it."""
    booking = await read(session, seen.id, locked=True)
    assert booking is not None
    who = await ground.standing(session, booking.consultant_id)
    is_bookable = who is not None and who.bookable(now)
    if is_bookable or booking.state not in (states.PENDING, states.PROPOSED):
        return []
    await end(session, booking, states.DECLINED, now)
    await ground.note(session, booking, LAPSED, "clock", now)
    return [
        *to_consultant(booking, "registration_lapsed", state=states.DECLINED),
        *await hand_on(session, booking, now, candidates, LAPSED, terms),
    ]


async def _expire(
    session: AsyncSession, seen: Booked, now: datetime, candidates: Candidates, terms: Terms
) -> list[Notice]:
    booking = await read(session, seen.id, locked=True)
    assert booking is not None
    if booking.deadline is None or booking.deadline > now:
        return []
    stays = await restoring.restore(session, booking, "clock", now, terms)
    if stays is not None:
        asked = booking.span.starts
        return [
            *to_owner(stays, "booking_stays", side="owner", before_starts=asked),
            *to_consultant(stays, "booking_stays", side="consultant", before_starts=asked),
        ]
    await end(session, booking, states.EXPIRED, now)
    await ground.note(session, booking, "expired", "clock", now)
    if booking.state == states.PROPOSED:
        await ground.settle(session, booking, states.WITHDRAWN, now)
        return [
            *to_owner(booking, "proposal_expired", side="owner"),
            *to_consultant(booking, "proposal_expired", side="consultant"),
        ]
    return [
        *to_consultant(booking, "referral_expired"),
        *await hand_on(session, booking, now, candidates, states.EXPIRED, terms),
    ]


async def end(session: AsyncSession, booking: Booked, state: str, now: datetime) -> None:
    """The booking comes to a state that it does not leave; calendars take over what it is now."""
    await session.execute(
        text(
            "UPDATE booking SET state = :state, ended_at = :now, sequence = sequence + 1, "
            "hold_until = NULL WHERE id = :id"
        ),
        {"id": booking.id, "state": state, "now": now},
    )
