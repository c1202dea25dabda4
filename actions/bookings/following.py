"""Bookings as other systems read them: in the order in which they were asked for, and of nobody.

Nothing here tells who asked, nor what for: that stays between both sides and the ministry's staff.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sqlalchemy import text

from actions.store.database import Executor

State = Literal[
    "pending", "proposed", "accepted", "declined", "expired", "cancelled", "done", "missed"
]
"""As actions.bookings.states, without holds: they are not asked for yet."""


@dataclass(frozen=True, slots=True)
class MaskedBooking:
    """A booking that was asked for. ``referral`` is the request it belongs to, of which there may
    be several bookings, one after the other."""

    number: int
    referral: int
    consultant: str
    state: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    stars: int | None


_OF_STATE: Final = "b.state <> 'held' AND (CAST(:state AS text) IS NULL OR b.state = :state)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody reads on: after the booking with that number, asked for then."""

    asked_at: datetime
    number: int


BEGINNING: Final = Place(datetime.min.replace(tzinfo=UTC), 0)


async def bookings_after(
    session: Executor, after: Place, limit: int, *, state: State | None = None
) -> list[MaskedBooking]:
    """The next bookings after a place, of one state or all, in the order in which they were asked
    for: what was only held when a page was read has its number already, and comes on a later one.
    A booking that is moved is asked for anew."""
    values: dict[str, Any] = {
        "asked_at": after.asked_at,
        "after": after.number,
        "limit": limit,
        "state": state,
    }
    rows = await session.execute(
        text(
            f"""
            SELECT b.id, b.referral_id, c.registration_number, b.state, b.mode, lower(b.during),
                upper(b.during), b.asked_at, b.answered_at, b.ended_at, rating.stars
            FROM booking AS b JOIN consultant AS c ON c.id = b.consultant_id
            LEFT JOIN rating ON rating.booking_id = b.id
            WHERE (b.asked_at, b.id) > (CAST(:asked_at AS timestamptz), :after) AND {_OF_STATE}
            ORDER BY b.asked_at, b.id LIMIT :limit
            """
        ),
        values,
    )
    return [MaskedBooking(*row) for row in rows]
