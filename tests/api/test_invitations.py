"""A booking as a file for calendars, at the address that its owner was given."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from actions.bookings import invitations, service
from actions.store.database import Database
from api import invitations as door
from tests.actions.bookings.conftest import NOW, PURPOSE, Enrol, agreed, enrol, hold
from tests.actions.conftest import Meet, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a process's parts as the door needs."""

    database: Database


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(door.router)
    app.state.assembly = Part(database)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://citas") as client:
        yield client


async def test_a_calendar_takes_the_booking_in_and_out_again(
    client: httpx.AsyncClient, database: Database, meet: Meet, enrol: Enrol
) -> None:
    advisor, owner = await enrol(), await meet()
    booking = await agreed(database, advisor, owner.person_id)
    address = f"/citas/{invitations.token_of(booking)}.ics"
    taken = await client.get(address)
    assert taken.status_code == 200
    assert taken.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "no-cache" in taken.headers["cache-control"]
    assert "METHOD:REQUEST" in taken.text
    assert "STATUS:CONFIRMED" in taken.text
    assert booking.consultant_name in taken.text
    # Whoever looks at the calendar need not know what it is about.
    assert PURPOSE not in taken.text
    async with database.transaction() as session:
        await service.cancel(session, booking.id, owner.person_id, NOW)
    gone = await client.get(address)
    assert "METHOD:CANCEL" in gone.text
    assert "STATUS:CANCELLED" in gone.text


async def test_nothing_else_opens_anything(
    client: httpx.AsyncClient, database: Database, meet: Meet, enrol: Enrol
) -> None:
    advisor, owner = await enrol(), await meet()
    held = await hold(database, advisor, owner.person_id)
    [(uid,)] = await rows(database, "SELECT uid FROM booking")
    tokens = [
        str(uid).removesuffix("@torogoz"),
        str(held),
        "00000000-0000-4000-8000-000000000000",
        "%00",
        "a" * 3_000,
    ]
    for token in tokens:
        answered = await client.get(f"/citas/{token}.ics")
        assert answered.status_code == 404
        assert "BEGIN:VCALENDAR" not in answered.text
