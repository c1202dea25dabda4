"""One request as staff read it: what for, whom it was put to one after the other, and what came of
it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from actions.bookings.listing import MEETINGS, STATES
from actions.store.database import Executor

_MEETING: Final = " ".join(
    f"WHEN {condition.format(b='b')} THEN '{name}'" for name, condition in MEETINGS.items()
)
_NAMES: Final = {stored: name for name, stored in STATES.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: an act of actions.bookings.models.BookingEvent, who did it, the
    meeting's time after it, and why in their own words, empty where they said nothing."""

    at: datetime
    act: str
    by: str
    starts: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A consultant who was asked. ``state`` is of actions.bookings.states, ``meeting`` one of
    actions.bookings.listing.MEETINGS or empty."""

    booking_id: int
    consultant_id: int
    consultant_name: str
    state: str
    meeting: str
    mode: str
    starts: datetime
    purpose: str
    asked_at: datetime
    answered_at: datetime | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint about one of its bookings."""

    id: int
    by: str
    made_at: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A request; ``state`` is a key of actions.bookings.listing.STATES, ``turns`` are in the order
    in which they were asked, at least one."""

    number: int
    person_id: int
    firm_name: str | None
    state: str
    deadline: datetime | None
    made_at: datetime
    turns: tuple[Turn, ...]
    complaints: tuple[Complained, ...]


async def request(session: Executor, number: int, now: datetime) -> Request | None:
    """The request of that number; None where there is none."""
    found = (
        await session.execute(
            text(
                "SELECT r.id, r.person_id, f.firm_name, r.state, r.deadline, r.made_at "
                "FROM referral AS r LEFT JOIN firm AS f ON f.person_id = r.person_id "
                "WHERE r.id = :number"
            ),
            {"number": number},
        )
    ).one_or_none()
    if found is None:
        return None
    turns = await session.execute(
        text(
            "SELECT b.id, b.consultant_id, c.name, b.state, b.mode, lower(b.during) AS starts, "
            f"b.purpose, b.asked_at, b.answered_at, CASE {_MEETING} ELSE '' END AS meeting "
            "FROM booking AS b "
            "JOIN consultant AS c ON c.id = b.consultant_id "
            "WHERE b.referral_id = :number ORDER BY b.id"
        ),
        {"number": number, "now": now},
    )
    steps: dict[int, list[Step]] = {}
    for row in await session.execute(
        text(
            "SELECT e.booking_id, e.at, e.act, e.by, lower(e.during) AS starts, "
            "COALESCE(e.note, '') AS note FROM booking_event AS e "
            "JOIN booking AS b ON b.id = e.booking_id WHERE b.referral_id = :number ORDER BY e.id"
        ),
        {"number": number},
    ):
        steps.setdefault(row.booking_id, []).append(Step(*row[1:]))
    complaints = await session.execute(
        text(
            "SELECT q.id, q.by, q.made_at, q.settled_at IS NOT NULL FROM complaint AS q "
            "JOIN booking AS b ON b.id = q.booking_id WHERE b.referral_id = :number ORDER BY q.id"
        ),
        {"number": number},
    )
    return Request(
        number=found.id,
        person_id=found.person_id,
        firm_name=found.firm_name,
        state=_NAMES[found.state],
        deadline=found.deadline,
        made_at=found.made_at,
        turns=tuple(
            Turn(
                booking_id=row.id,
                consultant_id=row.consultant_id,
                consultant_name=row.name,
                state=row.state,
                meeting=row.meeting,
                mode=row.mode,
                starts=row.starts,
                purpose=row.purpose,
                asked_at=row.asked_at,
                answered_at=row.answered_at,
                steps=tuple(steps.get(row.id, ())),
            )
            for row in turns
        ),
        complaints=tuple(Complained(*row) for row in complaints),
    )
