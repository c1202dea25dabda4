"""From a free opening to a request: offered, held for ten minutes, confirmed by the owner."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.errors import ExclusionViolation
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import checking, contact, errors, ground, states
from actions.bookings.booked import Booked, Outcome, read, to_consultant
from actions.bookings.openings import (
    Mode,
    Opening,
    Span,
    Timetable,
    nearest,
    offered,
)
from actions.bookings.terms import USUAL, Terms
from actions.cases.hours import ZONE
from actions.people import linking, locks
from actions.store.database import Executor

LONGEST_PURPOSE: Final = 300
LONGEST_PLACE: Final = 200
LONGEST_PHONE: Final = 40


@dataclass(frozen=True, slots=True)
class Held:
    """An opening that is kept for the owner until ``until``."""

    booking_id: int
    consultant_id: int
    span: Span
    mode: Mode
    until: datetime


async def offer(
    session: Executor,
    consultant_id: int,
    now: datetime,
    count: int = checking.ALTERNATIVES,
    near: datetime | None = None,
    *,
    mode: Mode | None = None,
    terms: Terms = USUAL,
    owner_id: int | None = None,
    moving: Booked | None = None,
) -> list[Opening]:
    """Up to ``count`` free openings of the consultant, the first ones or those around ``near``
    (see actions.bookings.openings.nearest); none where they cannot be booked today.

    Those of ``owner_id``, who looks for a time, are those that they can hold or move to: what they
    hold now is given up for it, and when they meet somebody else they cannot. ``moving`` is the
    booking for which another time is looked for: its own one is free for that, but not offered.
    """
    who = await ground.standing(session, consultant_id)
    if who is None or not who.bookable(now):
        return []
    accounts = [] if owner_id is None else await linking.accounts(session, owner_id)
    timetable = await ground.timetable(
        session,
        who,
        now,
        but=0 if moving is None else moving.id,
        but_held_by=accounts,
        owner=accounts,
    )
    but = None if moving is None else moving.span
    return nearest(timetable, now, count, terms.rules, near, mode, but)


async def hold(
    session: AsyncSession,
    consultant_id: int,
    person_id: int,
    during: Span,
    now: datetime,
    *,
    mode: Mode | None = None,
    terms: Terms = USUAL,
) -> Held:
    """The opening is kept for the person for ten minutes; what they held before is given up.

    Without a ``mode`` they meet in the first one that the opening has. Whoever asks for what they
    hold already, in the same way, gets the same hold, not ten minutes more. Raises NotBookable, an
    OpeningRefused that says why with the next free ones, OwnConsultant, and TooManyBookings; the
    session can go on after each of them.
    """
    who = await ground.standing(session, consultant_id)
    if who is None or not who.bookable(now):
        raise errors.NotBookable
    accounts = await linking.accounts(session, person_id)
    if who.person_id in accounts:
        raise errors.OwnConsultant
    # Of many who want the same opening all but one are refused here, without waiting for anybody.
    await checking.check_opening(session, who, during, now, accounts, mode, terms)
    await checking.check_number(session, accounts, now, terms)
    await ground.lock(session, consultant_id)
    if (already := await _held(session, consultant_id, accounts, during, now, mode)) is not None:
        return already
    timetable = await checking.check_opening(session, who, during, now, accounts, mode, terms)
    await ground.drop_lapsed_holds(session, consultant_id, now)
    chosen = mode or _first_mode(timetable, during, terms)
    try:
        async with session.begin_nested():
            await session.execute(
                text(
                    "DELETE FROM booking WHERE state = 'held' AND person_id = ANY(:accounts) "
                    "AND consultant_id = :consultant"
                ),
                {"accounts": accounts, "consultant": consultant_id},
            )
            booking_id = await insert(
                session,
                consultant_id=consultant_id,
                person_id=person_id,
                span=during,
                mode=chosen,
                now=now,
                terms=terms,
            )
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        # Somebody wrote past the lock: the constraint is what holds, whatever the code does.
        raise errors.Taken(checking.others(timetable, during, now, mode, terms)) from error
    # Last, and without waiting: those are other consultants', whose lock we have not.
    await session.execute(
        text(
            "DELETE FROM booking WHERE id IN (SELECT id FROM booking WHERE state = 'held' "
            "AND person_id = ANY(:accounts) AND id <> :but FOR UPDATE SKIP LOCKED)"
        ),
        {"accounts": accounts, "but": booking_id},
    )
    return Held(booking_id, consultant_id, during, chosen, now + terms.hold_for)


async def confirm(
    session: AsyncSession,
    booking_id: int,
    person_id: int,
    purpose: str,
    consent_version: str,
    now: datetime,
    *,
    place: str = "",
    phone: str = "",
    need: Mapping[str, Any] | None = None,
    terms: Terms = USUAL,
) -> Outcome:
    """The owner asks for what they hold: the consultant is to answer, by a deadline.

    ``place`` is where a meeting in person is, and ``phone`` at which number the owner is called,
    where it is not that of their channel: whoever accepts gets them with the rest of the contact.
    ``purpose`` is in the owner's words; ``consent_version`` names the text in which they agreed
    that whoever attends their request gets their contact; ``need`` is what fitting consultants are
    looked for by, if this one does not answer: ids and names of lists, nothing typed. Asked for
    twice it stays as it is, with nobody told again. Raises NotYours, HoldExpired, NotBookable,
    AlreadyMeeting, TooManyBookings, NoPurpose, NoConsent and NotNow.
    """
    # What they ask for on two channels at once comes one after the other, and counts.
    await locks.lock(session, await linking.holder(session, person_id))
    booking, _ = await ground.own(session, booking_id, person_id, "owner")
    if booking.state == states.PENDING:
        return Outcome(booking)
    if booking.state != states.HELD:
        raise errors.NotNow(booking.state)
    purpose = " ".join(purpose.split())
    if not 0 < len(purpose) <= LONGEST_PURPOSE:
        raise errors.NoPurpose(LONGEST_PURPOSE)
    if not consent_version.strip():
        raise errors.NoConsent
    place = " ".join(place.split()) if booking.mode == "on_site" else ""
    if len(place) > LONGEST_PLACE:
        raise errors.BadWords(LONGEST_PLACE)
    if len(phone) > LONGEST_PHONE:
        raise errors.BadWords(LONGEST_PHONE)
    who = await ground.standing(session, booking.consultant_id)
    if who is None or not who.bookable(now):
        raise errors.NotBookable
    accounts = await linking.accounts(session, person_id)
    timetable = await ground.timetable(
        session, who, now, but=booking.id, but_held_by=accounts, owner=accounts
    )
    mode: Mode = "on_site" if booking.mode == "on_site" else "remote"
    if booking.hold_until is None or booking.hold_until <= now:
        raise errors.HoldExpired(checking.others(timetable, booking.span, now, mode, terms))
    checking.check_elsewhere(timetable, booking.span, now, mode, terms)
    await checking.check_number(session, accounts, now, terms)
    referral_id: int = await session.scalar(
        text(
            "INSERT INTO referral (person_id, need, consultant_id, tried, state, deadline, made_at)"
            " VALUES (:person, :need, :consultant, ARRAY[CAST(:consultant AS bigint)], 'waiting',"
            " :deadline, :now) RETURNING id"
        ).bindparams(bindparam("need", type_=JSONB)),
        {
            "person": booking.person_id,
            "need": dict(need or {}),
            "consultant": booking.consultant_id,
            "deadline": terms.deadline(now, booking.span.starts),
            "now": now,
        },
    )
    await session.execute(
        text(
            "UPDATE booking SET state = 'pending', hold_until = NULL, purpose = :purpose, "
            "place = :place, phone = :phone, consent_version = :version, consent_at = :now, "
            "asked_at = :now, referral_id = :referral WHERE id = :id"
        ),
        {
            "id": booking_id,
            "purpose": purpose,
            "place": place,
            "phone": phone,
            "version": consent_version,
            "referral": referral_id,
            "now": now,
        },
    )
    return await asked(session, booking_id, "requested", now)


async def asked(session: Executor, booking_id: int, act: str, now: datetime) -> Outcome:
    """Notes that a consultant is asked for the time, and who has to be told so."""
    booking = await read(session, booking_id)
    assert booking is not None
    await ground.note(session, booking, act, "owner" if act == "requested" else "clock", now)
    return Outcome(
        booking,
        tuple(
            to_consultant(
                booking,
                "referral_received",
                purpose=booking.purpose,
                deadline=booking.deadline,
                **await contact.asked_for(session, booking),
            )
        ),
    )


async def insert(
    session: Executor,
    *,
    consultant_id: int,
    person_id: int,
    span: Span,
    mode: str,
    now: datetime,
    terms: Terms,
    chain: Booked | None = None,
) -> int:
    """A new booking's number: a hold, or where it goes on a ``chain`` a request with the purpose,
    the contact and the consent of the one before. The consultant's lock has to be held."""
    padded = span.padded(terms.rules)
    inserted: int = await session.scalar(
        text(
            "INSERT INTO booking (consultant_id, person_id, during, occupied, mode, state, "
            "hold_until, made_at, uid, referral_id, purpose, place, phone, consent_version, "
            "consent_at, asked_at) VALUES (:consultant, :person, tstzrange(:starts, :ends), "
            "tstzrange(:from, :to), :mode, :state, :until, :now, :uid, :referral, :purpose, "
            ":place, :phone, :version, :consented, :asked) RETURNING id"
        ),
        {
            "consultant": consultant_id,
            "person": person_id,
            "starts": span.starts,
            "ends": span.ends,
            "from": padded.starts,
            "to": padded.ends,
            "mode": mode,
            "state": states.PENDING if chain else states.HELD,
            "until": None if chain else now + terms.hold_for,
            "now": now,
            "uid": f"{uuid.uuid4()}@torogoz",
            "referral": chain.referral_id if chain else None,
            "purpose": chain.purpose if chain else "",
            "place": chain.place if chain and mode == "on_site" else "",
            "phone": chain.phone if chain else "",
            "version": chain.consent_version if chain else None,
            "consented": chain.consent_at if chain else None,
            "asked": now if chain else None,
        },
    )
    return inserted


def _first_mode(timetable: Timetable, during: Span, terms: Terms) -> Mode:
    day = during.starts.astimezone(ZONE).date()
    offered_then = offered(timetable, day, terms.rules)
    return next(one.modes[0] for one in offered_then if one.span == during)


async def _held(
    session: Executor,
    consultant_id: int,
    accounts: Sequence[int],
    during: Span,
    now: datetime,
    mode: Mode | None,
) -> Held | None:
    row = (
        await session.execute(
            text(
                "SELECT id, mode, hold_until FROM booking WHERE consultant_id = :consultant "
                "AND person_id = ANY(:accounts) AND state = 'held' AND hold_until > :now "
                "AND during = tstzrange(:starts, :ends) "
                "AND (CAST(:mode AS text) IS NULL OR mode = :mode)"
            ),
            {
                "consultant": consultant_id,
                "accounts": [*accounts],
                "now": now,
                "starts": during.starts,
                "ends": during.ends,
                "mode": mode,
            },
        )
    ).one_or_none()
    if row is None:
        return None
    return Held(row.id, consultant_id, during, row.mode, row.hold_until)
