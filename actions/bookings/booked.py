"""A booking as it is read, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Row, text

from actions.bookings.openings import Span
from actions.cases.hours import ZONE
from actions.store.database import Executor

Side = Literal["owner", "consultant"]


@dataclass(frozen=True, slots=True)
class Booked:
    """One booking. ``consultant_person_id`` is who answers for the consultant in the chat, None
    where nobody does; ``deadline`` is until when its referral waits for an answer, and ``need`` by
    what consultants are looked for; both are only known of the consultant asked now or last.
    Moments are in El Salvador's time."""

    id: int
    consultant_id: int
    consultant_name: str
    consultant_person_id: int | None
    person_id: int
    referral_id: int | None
    span: Span
    mode: str
    state: str
    purpose: str
    place: str
    phone: str
    uid: str
    sequence: int
    hold_until: datetime | None
    consent_version: str | None
    consent_at: datetime | None
    deadline: datetime | None
    need: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """What people are told as the meeting's number: that of the request, which stays the same
        when it is handed on. A mere hold has no request yet, and its own number stands in."""
        return self.id if self.referral_id is None else self.referral_id


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person has to be told: ``name`` says what, ``values`` of which booking.
    Wording and sending are the caller's."""

    person_id: int
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A booking after a change, and what others have to be told. Whoever made the change is not
    among them: they have their answer, in which ``became`` is to be told, where there is one."""

    booking: Booked
    notices: tuple[Notice, ...] = ()
    became: Notice | None = None


SELECT: Final = """
    SELECT b.id, b.consultant_id, c.name AS consultant_name, c.person_id AS consultant_person_id,
        b.person_id, b.referral_id, lower(b.during) AS starts, upper(b.during) AS ends, b.mode,
        b.state, b.purpose, b.place, b.phone, b.uid, b.sequence, b.hold_until, b.consent_version,
        b.consent_at, r.deadline, r.need
    FROM booking AS b
    JOIN consultant AS c ON c.id = b.consultant_id
    LEFT JOIN referral AS r ON r.id = b.referral_id AND r.consultant_id = b.consultant_id
"""
"""What :func:`booked` reads a row of; conditions follow."""


def booked(row: Row[Any]) -> Booked:
    return Booked(
        id=row.id,
        consultant_id=row.consultant_id,
        consultant_name=row.consultant_name,
        consultant_person_id=row.consultant_person_id,
        person_id=row.person_id,
        referral_id=row.referral_id,
        span=span_of(row.starts, row.ends),
        mode=row.mode,
        state=row.state,
        purpose=row.purpose,
        place=row.place,
        phone=row.phone,
        uid=row.uid,
        sequence=row.sequence,
        hold_until=_there(row.hold_until),
        consent_version=row.consent_version,
        consent_at=_there(row.consent_at),
        deadline=_there(row.deadline),
        need=row.need or {},
    )


def span_of(starts: datetime, ends: datetime) -> Span:
    """In El Salvador's time."""
    return Span(starts.astimezone(ZONE), ends.astimezone(ZONE))


async def read(session: Executor, booking_id: int, *, locked: bool = False) -> Booked | None:
    """The booking, None where there is none; ``locked`` keeps it from changing meanwhile."""
    kept = "FOR NO KEY UPDATE OF b" if locked else ""
    row = (
        await session.execute(text(f"{SELECT} WHERE b.id = :id {kept}"), {"id": booking_id})
    ).one_or_none()
    return None if row is None else booked(row)


def told(booking: Booked, **further: Any) -> dict[str, Any]:
    """What every notice says of a booking: which, with whom, when, how; and what is given."""
    return {
        "booking_id": booking.id,
        "number": booking.number,
        "consultant_id": booking.consultant_id,
        "consultant_name": booking.consultant_name,
        "starts": booking.span.starts,
        "ends": booking.span.ends,
        "mode": booking.mode,
        **further,
    }


def to_owner(booking: Booked, name: str, **further: Any) -> list[Notice]:
    return [Notice(booking.person_id, name, told(booking, **further))]


def to_consultant(booking: Booked, name: str, **further: Any) -> list[Notice]:
    """None where nobody answers for the consultant any more."""
    if booking.consultant_person_id is None:
        return []
    return [Notice(booking.consultant_person_id, name, told(booking, **further))]


def to_other(booking: Booked, side: Side, name: str, **further: Any) -> list[Notice]:
    """To whichever side did not act."""
    tell = to_consultant if side == "owner" else to_owner
    return tell(booking, name, **further)


def side_of(booking: Booked, accounts: Sequence[int]) -> Side | None:
    """Which side of a booking these accounts of one person are."""
    if booking.person_id in accounts:
        return "owner"
    return "consultant" if booking.consultant_person_id in accounts else None


def _there(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(ZONE)
