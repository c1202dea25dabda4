"""What the ministry and owners do, in conversations with a consultant."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import agenda, availability, service
from actions.bookings.openings import Window
from actions.registry import joining
from actions.store.database import Database
from bot import notices, responses

RESPONSES: Final = responses.load(Path(responses.__file__).parent)
_OWNERS: Final = count(1)


async def happens(database: Database, what: str, number: int, person_id: int) -> dict[str, str]:
    """``code``: they are registered, and get the ministry's code; ``asked``: an owner asks for
    their next opening; ``withdrawn``: that owner cancels; ``met``: the last meeting has been;
    ``accepts``: whom they asked for a meeting will be there. What later steps may name."""
    now = datetime.now(UTC)
    async with database.transaction() as session:
        if what == "code":
            consultant = await _registered(session, number)
            return {"code": await joining.make_code(session, consultant, "marta", now)}
        if what == "asked":
            await _asked(session, person_id, now)
        elif what == "accepts":
            await _accepts(session, person_id, now)
        elif what == "withdrawn":
            await _withdrawn(session, person_id, now)
        else:
            assert what == "met", what
            await _met(session, person_id)
    return {}


async def _registered(session: AsyncSession, number: int) -> int:
    # Of Cabañas and for dangerous substances: no other conversation looks for that.
    found: int = await session.scalar(
        text(
            "INSERT INTO consultant (registration_number, kind, name, categories, departments, "
            "valid_from, valid_to, state) VALUES (:number, 'persona', :name, '{quimicos}', "
            "'{Cabañas}', '2020-01-01', '2090-12-31', 'vigente') RETURNING id"
        ),
        {"number": f"CONV-{number}", "name": f"Consultora Prueba {number}"},
    )
    return found


async def _own(session: AsyncSession, person_id: int) -> int:
    found = await joining.of_person(session, person_id)
    assert found is not None, "they have not joined the registry"
    return found


async def _asked(session: AsyncSession, person_id: int, now: datetime) -> None:
    consultant = await _own(session, person_id)
    if not await availability.windows_of(session, consultant):
        week = [Window(day, time(8), time(17)) for day in range(7)]
        await availability.set_windows(session, consultant, week)
    owner: int = await session.scalar(
        text("INSERT INTO person DEFAULT VALUES RETURNING id"),
    )
    (first, *_) = await service.offer(session, consultant, now, near=now + timedelta(days=3))
    held = await service.hold(session, consultant, owner, first.span, now)
    outcome = await service.confirm(
        session, held.booking_id, owner, "Revisar la trampa de grasa", "v1", now
    )
    assert await notices.post_all(session, RESPONSES, outcome.notices)


async def _accepts(session: AsyncSession, owner: int, now: datetime) -> None:
    (booking,) = await agenda.of_person(session, owner, now)
    # Of the demo's consultants nobody has joined with a phone.
    phone: int = await session.scalar(text("INSERT INTO person DEFAULT VALUES RETURNING id"))
    answers: int = await session.scalar(
        text(
            "UPDATE consultant SET person_id = COALESCE(person_id, :phone) WHERE id = :consultant "
            "RETURNING person_id"
        ),
        {"phone": phone, "consultant": booking.consultant_id},
    )
    outcome = await service.accept(session, booking.id, answers, now)
    assert await notices.post_all(session, RESPONSES, outcome.notices, now)


async def _withdrawn(session: AsyncSession, person_id: int, now: datetime) -> None:
    (booking,) = await service.to_answer(session, await _own(session, person_id))
    await service.cancel(session, booking.id, booking.person_id, now)


async def _met(session: AsyncSession, person_id: int) -> None:
    """The last meeting began at the first hour of today."""
    await session.execute(
        text(
            "UPDATE booking SET during = tstzrange(d, d + interval '1 hour'), "
            "occupied = tstzrange(d, d + interval '1 hour') "
            "FROM (SELECT date_trunc('day', now() AT TIME ZONE 'America/El_Salvador') "
            "AT TIME ZONE 'America/El_Salvador' AS d) AS today "
            "WHERE id = (SELECT max(id) FROM booking WHERE consultant_id = :consultant)"
        ),
        {"consultant": await _own(session, person_id)},
    )
