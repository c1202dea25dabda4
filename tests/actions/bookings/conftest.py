"""Consultants with a week of their own, and owners who ask for their time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import availability, service
from actions.bookings.booked import Booked, Notice, Outcome
from actions.bookings.chain import Candidates, Wanted
from actions.bookings.openings import Span, Window
from actions.cases.hours import ZONE
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
"""A Monday."""
WEEK = tuple(
    Window(weekday, starts, ends)
    for weekday in range(5)
    for starts, ends in ((time(8), time(12)), (time(13), time(16)))
)
CONSENT = "contacto-2026-11"
PURPOSE = "Un diagnóstico para mi taller"


def at(moment: str) -> datetime:
    """A moment in El Salvador."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE)


def hour(moment: str) -> Span:
    """The hour that begins then in El Salvador."""
    return Span(at(moment), at(moment) + timedelta(hours=1))


WEDNESDAY = hour("2026-11-25 09:00")


@dataclass(frozen=True, slots=True)
class Advisor:
    """A consultant, and the person who answers for them."""

    id: int
    person_id: int


Enrol = Callable[..., Awaitable[Advisor]]


@pytest.fixture
def enrol(database: Database, meet: Meet) -> Enrol:
    """A consultant in force who has time on weekdays; each call another one."""
    numbers = iter(range(1, 1_000))

    async def enrolled(
        windows: Sequence[Window] = WEEK,
        *,
        someone: Someone | None = None,
        valid_to: date = date(2028, 12, 31),
    ) -> Advisor:
        who = someone or await meet()
        number = next(numbers)
        async with database.transaction() as session:
            consultant_id: int = await session.scalar(
                text(
                    "INSERT INTO consultant (registration_number, kind, name, categories, remote, "
                    "valid_from, valid_to, state, person_id) VALUES (:number, 'persona', :name, "
                    "'{diagnostico}', true, '2026-01-01', :valid_to, 'vigente', :person) "
                    "RETURNING id"
                ),
                {
                    "number": f"R-{number:04}",
                    "name": f"Consultora {number}",
                    "valid_to": valid_to,
                    "person": who.person_id,
                },
            )
            await availability.set_windows(session, consultant_id, windows)
        return Advisor(consultant_id, who.person_id)

    return enrolled


def among(*consultant_ids: int) -> Candidates:
    """Those are the fitting consultants, in that order."""

    async def candidates(_session: AsyncSession, _wanted: Wanted) -> Sequence[int]:
        return consultant_ids

    return candidates


NOBODY = among()


async def hold(
    database: Database,
    advisor: Advisor,
    person_id: int,
    span: Span = WEDNESDAY,
    now: datetime = NOW,
) -> int:
    """The number of the hold."""
    async with database.transaction() as session:
        return (await service.hold(session, advisor.id, person_id, span, now)).booking_id


async def request(
    database: Database,
    advisor: Advisor,
    person_id: int,
    span: Span = WEDNESDAY,
    now: datetime = NOW,
) -> Booked:
    """Held and confirmed by the owner."""
    booking_id = await hold(database, advisor, person_id, span, now)
    async with database.transaction() as session:
        outcome = await service.confirm(session, booking_id, person_id, PURPOSE, CONSENT, now)
    return outcome.booking


async def agreed(
    database: Database,
    advisor: Advisor,
    person_id: int,
    span: Span = WEDNESDAY,
    now: datetime = NOW,
) -> Booked:
    """Requested, and accepted by the consultant."""
    booking = await request(database, advisor, person_id, span, now)
    async with database.transaction() as session:
        return (await service.accept(session, booking.id, advisor.person_id, now)).booking


async def do(database: Database, act: Callable[..., Awaitable[Outcome]], *args: Any) -> Outcome:
    """One act of the service in a transaction of its own."""
    async with database.transaction() as session:
        return await act(session, *args)


async def expire(
    database: Database, now: datetime, candidates: Candidates = NOBODY
) -> list[Notice]:
    async with database.transaction() as session:
        return await service.expire_due(session, now, candidates)


async def referral_of(database: Database, booking: Booked) -> tuple[str, list[int]]:
    """The state of the booking's referral, and who was tried."""
    async with database.session() as session:
        row = (
            await session.execute(
                text("SELECT state, tried FROM referral WHERE id = :id"),
                {"id": booking.referral_id},
            )
        ).one()
    return row.state, row.tried


def names(notices: Sequence[Notice]) -> list[tuple[int, str]]:
    """Who is told what."""
    return [(one.person_id, one.name) for one in notices]
