"""Whether a time can be had, and if not, why and which ones are free instead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from actions.bookings import errors, ground, states
from actions.bookings.booked import Booked
from actions.bookings.ground import Standing
from actions.bookings.openings import Mode, Opening, Refusal, Span, Timetable, nearest, refusal
from actions.bookings.terms import Terms
from actions.people import linking
from actions.store.database import Executor

ALTERNATIVES: Final = 3

REFUSED: Final[dict[Refusal, type[errors.OpeningRefused]]] = {
    "past": errors.PastDate,
    "too_early": errors.TooEarly,
    "too_far": errors.TooFar,
    "closed_day": errors.ClosedDay,
    "outside": errors.NotAnOpening,
    "elsewhere": errors.AlreadyMeeting,
    "taken": errors.Taken,
}


async def check_move(
    session: Executor,
    booking: Booked,
    during: Span,
    now: datetime,
    terms: Terms,
    owner: Sequence[int] = (),
) -> None:
    """Raises NotBookable, SameTime, or why the booking cannot be moved to that time, with the next
    free ones. The consultant's lock has to be held.

    ``owner`` are the accounts of the owner, where it is they who move it: of what they hold, what
    is in the way is given up.
    """
    who = await ground.standing(session, booking.consultant_id)
    if who is None or not who.bookable(now):
        raise errors.NotBookable
    timetable = await ground.timetable(
        session, who, now, but=booking.id, but_held_by=owner, owner=owner
    )
    mode: Mode = "on_site" if booking.mode == "on_site" else "remote"
    if during == booking.span:
        raise errors.SameTime(others(timetable, during, now, mode, terms, but=during))
    why = refusal(timetable, during, now, terms.rules, mode)
    if why is not None:
        raise REFUSED[why](others(timetable, during, now, mode, terms, but=booking.span))
    await ground.drop_lapsed_holds(session, booking.consultant_id, now)
    padded = during.padded(terms.rules)
    await session.execute(
        text(
            "DELETE FROM booking WHERE consultant_id = :consultant AND state = 'held' "
            "AND person_id = ANY(:owner) AND occupied && tstzrange(:from, :to)"
        ),
        {
            "consultant": booking.consultant_id,
            "owner": [*owner],
            "from": padded.starts,
            "to": padded.ends,
        },
    )


async def check_owner(
    session: Executor, booking: Booked, person_id: int, now: datetime, terms: Terms
) -> None:
    """Raises AlreadyMeeting where its owner, that person, meets somebody else during it."""
    who = await ground.standing(session, booking.consultant_id)
    assert who is not None
    owner = await linking.accounts(session, person_id)
    timetable = await ground.timetable(session, who, now, but=booking.id, owner=owner)
    mode: Mode = "on_site" if booking.mode == "on_site" else "remote"
    check_elsewhere(timetable, booking.span, now, mode, terms)


def check_elsewhere(
    timetable: Timetable, during: Span, now: datetime, mode: Mode, terms: Terms
) -> None:
    """Raises AlreadyMeeting where the owner meets somebody else then."""
    if any(during.overlaps(one) for one in timetable.elsewhere):
        raise errors.AlreadyMeeting(others(timetable, during, now, mode, terms))


async def check_opening(
    session: Executor,
    who: Standing,
    during: Span,
    now: datetime,
    accounts: Sequence[int],
    mode: Mode | None,
    terms: Terms,
) -> Timetable:
    """When the consultant is free for who has these accounts. Raises an OpeningRefused where that
    time cannot be had, with the next free ones."""
    timetable = await ground.timetable(session, who, now, but_held_by=accounts, owner=accounts)
    why = refusal(timetable, during, now, terms.rules, mode)
    if why is not None:
        raise REFUSED[why](others(timetable, during, now, mode, terms))
    return timetable


def others(
    timetable: Timetable,
    during: Span,
    now: datetime,
    mode: Mode | None,
    terms: Terms,
    but: Span | None = None,
) -> list[Opening]:
    """The next free openings around a time that cannot be had."""
    near = max(during.starts, now)
    return nearest(timetable, now, ALTERNATIVES, terms.rules, near, mode, but)


async def check_number(
    session: Executor, accounts: Sequence[int], now: datetime, terms: Terms
) -> None:
    """Raises TooManyBookings where these accounts of one person have as many as are granted."""
    live: int = await session.scalar(
        text(
            "SELECT count(*) FROM booking WHERE person_id = ANY(:accounts) "
            "AND lower(during) > :now AND state = ANY(:live)"
        ),
        {"accounts": [*accounts], "now": now, "live": [*states.LIVE]},
    )
    if live >= terms.most_live:
        raise errors.TooManyBookings(terms.most_live)
