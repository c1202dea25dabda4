"""The registry and bookings for other systems: in force only, and nobody's contact."""

from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.bookings import availability, service
from actions.bookings.openings import Window
from actions.store.database import Database
from tests.actions.articles.conftest import NOW
from tests.actions.conftest import Meet, meet
from tests.api.v1.conftest import Key, faults, problem

__all__ = ["meet"]
PHONE, EMAIL, PURPOSE = "+503 7000 1234", "ana@example.sv", "Un diagnóstico de mi taller"


async def consultant(database: Database, number: str, **fields: Any) -> int:
    """In force, in San Salvador, unless told; our number of them."""
    given = {
        "number": number,
        "name": f"Consultora {number}",
        "state": "vigente",
        "categories": ["auditoria"],
        "departments": ["San Salvador"],
        "valid_to": date(2030, 12, 31),
        "person": None,
        **fields,
    }
    async with database.transaction() as session:
        found: int = await session.scalar(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, departments, "
                "remote, valid_from, valid_to, state, phone, email, person_id, fee_min, fee_max, "
                "fee_unit) VALUES (:number, 'persona', :name, :categories, :departments, true, "
                "'2020-01-01', :valid_to, :state, :phone, :email, :person, 30, 60, 'hora') "
                "RETURNING id"
            ),
            {**given, "phone": PHONE, "email": EMAIL},
        )
        return found


async def numbers(reader: httpx.AsyncClient, address: str) -> list[Any]:
    """Of all pages from this one on."""
    found: list[Any] = []
    following: str | None = address
    while following:
        answer = await reader.get(following)
        assert answer.status_code == 200, answer.text
        assert PHONE not in answer.text
        assert EMAIL not in answer.text
        found += [one["number"] for one in answer.json()["data"]]
        following = answer.json()["next"]
    return found


@pytest.fixture
async def registry(database: Database) -> None:
    await consultant(database, "CA-1")
    await consultant(database, "CA-2", name="Beatriz Muñoz", categories=["energia"])
    await consultant(database, "CA-3", state="suspendida")
    await consultant(database, "CA-4", valid_to=date(2026, 1, 1))
    await consultant(database, "CA/5 B", departments=["La Unión"])
    await consultant(database, "CA-6", state="vencida")


@pytest.mark.usefixtures("registry")
async def test_only_those_in_force_are_listed_page_by_page(reader: httpx.AsyncClient) -> None:
    everybody = await numbers(reader, "/v1/consultants?limit=1")
    assert sorted(everybody) == ["CA-1", "CA-2", "CA/5 B"]
    assert everybody == await numbers(reader, "/v1/consultants")
    assert await numbers(reader, "/v1/consultants?search=munoz&limit=1") == ["CA-2"]
    assert await numbers(reader, "/v1/consultants?category=energia") == ["CA-2"]
    assert await numbers(reader, "/v1/consultants?department=La%20Uni%C3%B3n") == ["CA/5 B"]
    assert await numbers(reader, "/v1/consultants?search=%25") == []
    for asked, field in (("category=x", "category"), ("department=x", "department"), ("q=1", "q")):
        (fault,) = faults(await reader.get(f"/v1/consultants?{asked}")).items()
        assert fault[0] == f"query.{field}"
        assert fault[1].endswith(".")
    # What may be asked for is told, as where bookings are asked for by their state.
    for asked, some in (("category=x", "auditoria"), ("department=x", "La Unión")):
        (told,) = faults(await reader.get(f"/v1/consultants?{asked}")).values()
        assert told.startswith("Tiene que ser un")
        assert some in told


@pytest.mark.usefixtures("registry")
async def test_anybody_registered_is_verified_by_number(
    reader: httpx.AsyncClient, database: Database
) -> None:
    for number, state in (("ca-1", "vigente"), ("CA-3", "suspendida"), ("CA-4", "vencida")):
        answer = await reader.get(f"/v1/consultants/{number}")
        assert answer.json()["state"] == state
        assert PHONE not in answer.text
        assert EMAIL not in answer.text
    slashed = await reader.get("/v1/consultants/CA%2F5%20B")
    assert slashed.json()["number"] == "CA/5 B"
    assert slashed.json()["fee"] == {"minimum": 30, "maximum": 60, "unit": "hora"}
    problem(await reader.get("/v1/consultants/CA-99"), 404, "not-found")
    problem(await reader.get("/v1/consultants/%3Cscript%3E"), 404, "not-found")
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO consultant (kind, name, categories, state) "
                "VALUES ('persona', 'Solo Pidió', '{energia}', 'solicitada')"
            )
        )
    assert await numbers(reader, "/v1/consultants?search=solo") == []


async def booked(database: Database, meet: Meet, number: str, moment: datetime = NOW) -> int:
    """Somebody asks a new consultant for their first opening."""
    owner, advisor = await meet(), await meet()
    one = await consultant(database, number, person=advisor.person_id)
    async with database.transaction() as session:
        week = [Window(day, time(8), time(16)) for day in range(7)]
        await availability.set_windows(session, one, week)
        (opening, *_) = await service.offer(session, one, moment, 1)
        held = await service.hold(session, one, owner.person_id, opening.span, moment)
        if number != "HELD":
            await service.confirm(
                session, held.booking_id, owner.person_id, PURPOSE, "contacto-2026-11", moment
            )
            if number == "CA-2":
                await service.accept(session, held.booking_id, advisor.person_id, moment)
        return held.booking_id


async def test_bookings_tell_nobody_and_no_purpose(
    reader: httpx.AsyncClient, database: Database, meet: Meet
) -> None:
    first = await booked(database, meet, "CA-1")
    second = await booked(database, meet, "CA-2")
    await booked(database, meet, "HELD")
    answer = await reader.get("/v1/bookings?limit=1")
    (one,) = answer.json()["data"]
    assert (one["number"], one["state"], one["consultant"]) == (first, "pending", "CA-1")
    assert await numbers(reader, "/v1/bookings?limit=1") == [first, second]
    assert await numbers(reader, "/v1/bookings?state=accepted") == [second]
    everything = (await reader.get("/v1/bookings")).text
    for secret in (PURPOSE, "+503", "person", "HELD"):
        assert secret not in everything
    assert list(faults(await reader.get("/v1/bookings?state=held"))) == ["query.state"]


async def test_a_booking_that_was_held_while_a_page_passed_is_on_a_later_one(
    reader: httpx.AsyncClient, database: Database, meet: Meet
) -> None:
    held = await booked(database, meet, "HELD")
    asked = await booked(database, meet, "CA-1")
    page = (await reader.get("/v1/bookings?limit=1")).json()
    assert [one["number"] for one in page["data"]] == [asked]
    later = await booked(database, meet, "CA-2")
    page = (await reader.get("/v1/bookings?limit=1")).json()
    async with database.transaction() as session:
        owner: int = await session.scalar(
            text("SELECT person_id FROM booking WHERE id = :id"), {"id": held}
        )
        await service.confirm(
            session, held, owner, PURPOSE, "contacto-2026-11", NOW + timedelta(minutes=1)
        )
    rest = await numbers(reader, page["next"])
    assert rest == [later, held]


async def test_each_needs_its_own_scope(client: httpx.AsyncClient, key: Key) -> None:
    registry, bookings = await key("registry:read"), await key("bookings:read")
    assert (await client.get("/v1/consultants", headers=registry)).status_code == 200
    assert (await client.get("/v1/bookings", headers=bookings)).status_code == 200
    problem(await client.get("/v1/consultants", headers=bookings), 403, "no-scope")
    problem(await client.get("/v1/bookings", headers=registry), 403, "no-scope")
