"""The registry's service read by the schedule: plain changes applied, odd ones left to staff."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from actions.registry import sync
from actions.registry.scheduled import RegistrySource
from actions.store.database import Database
from api.assembly import RESPONSES
from bot import responses
from bot.registry_jobs import synchronise
from tests.actions.conftest import Meet, meet
from tests.actions.registry.conftest import rows_of

__all__ = ["meet"]

CATALOGUE = responses.load(RESPONSES)
SERVICE = RegistrySource("https://registro.example.sv/consultores", "clave")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {
        "numero": f"CA-{number}",
        "nombre": f"Consultora Número {number}",
        "tipo": "persona",
        "categorias": ["auditoría"],
        "vigente_desde": "2026-01-01",
        "vigente_hasta": "2027-12-31",
        "departamentos": ["San Salvador"],
        **more,
    }


class Registry:
    """A service that answers with what it holds, and asks for its key."""

    def __init__(self, entries: Sequence[dict[str, Any]], etag: str | None = None) -> None:
        self.entries = entries
        self.etag = etag
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != "Bearer clave":
            return httpx.Response(401)
        if self.status != 200:
            return httpx.Response(self.status)
        if self.etag is not None and request.headers.get("if-none-match") == self.etag:
            return httpx.Response(304)
        headers = {} if self.etag is None else {"ETag": self.etag}
        return httpx.Response(200, json={"consultores": self.entries}, headers=headers)


async def run(
    database: Database, registry: Registry, service: RegistrySource = SERVICE, at: datetime = NOW
) -> str:
    async with httpx.AsyncClient(transport=httpx.MockTransport(registry)) as client:
        return await synchronise(database, CATALOGUE, client, service, at)


async def known(database: Database) -> int:
    ((count,),) = await rows_of(database, "SELECT count(*) FROM consultant")
    return int(count)


async def runs(database: Database) -> list[str]:
    rows = await rows_of(database, "SELECT state FROM registry_sync ORDER BY id")
    return [str(state) for (state,) in rows]


async def test_plain_changes_are_applied_and_nothing_is_read_twice(database: Database) -> None:
    registry = Registry([entry(number) for number in range(10)], '"1"')
    assert await run(database, registry) == "applied"
    assert await known(database) == 10
    assert await run(database, registry) == "unchanged"
    registry.entries, registry.etag = [entry(number) for number in range(12)], '"2"'
    assert await run(database, registry) == "applied"
    assert await known(database) == 12
    assert await runs(database) == ["applied", "applied"]


async def test_what_looks_odd_waits_for_a_person_and_is_proposed_once(database: Database) -> None:
    registry = Registry([entry(number) for number in range(40)])
    assert await run(database, registry) == "applied"
    registry.entries = registry.entries[:20]
    assert await run(database, registry) == "proposed"
    assert await run(database, registry) == "waiting"
    assert await rows_of(database, "SELECT id FROM registry_conflict") == []
    # Put aside by a person: not asked again until the registry says something else.
    ((waiting,),) = await rows_of(database, "SELECT max(id) FROM registry_sync")
    async with database.transaction() as session:
        await sync.discard(session, waiting, "Rosa", NOW)
    assert await run(database, registry) == "waiting"
    # Put aside by its age alone, it is asked again.
    registry.entries = registry.entries[:19]
    assert await run(database, registry) == "proposed"
    later = NOW + timedelta(days=8)
    async with database.transaction() as session:
        assert await sync.discard_old(session, later) == 1
    assert await run(database, registry, at=later) == "proposed"


async def test_a_row_that_is_wrong_holds_everything_for_a_look(database: Database) -> None:
    registry = Registry([entry(1), entry(2, vigente_hasta="31/02/2027")])
    assert await run(database, registry) == "proposed"
    assert await known(database) == 0


async def test_a_service_that_fails_changes_nothing(database: Database) -> None:
    registry = Registry([entry(1)])
    registry.status = 500
    assert await run(database, registry) == "failed"
    registry.status = 200
    assert await run(database, registry, RegistrySource(SERVICE.url)) == "failed"
    registry.entries = []
    assert await run(database, registry) == "failed"
    assert await runs(database) == []


async def test_who_has_another_state_by_it_is_told_once_and_who_is_new_is_not(
    database: Database, meet: Meet
) -> None:
    registry = Registry([entry(number) for number in range(4)])
    assert await run(database, registry) == "applied"
    people = [(await meet()).person_id for _ in range(3)]
    async with database.transaction() as session:
        for number, person_id in enumerate(people):
            await session.execute(
                text("UPDATE consultant SET person_id = :person WHERE registration_number = :n"),
                {"person": person_id, "n": f"CA-{number}"},
            )
    registry.entries[0]["estado"] = "suspendida"
    registry.entries[1]["vigente_hasta"] = "2026-11-22"
    registry.entries[2]["nombre"] = "Otro Nombre"
    registry.entries[3]["estado"] = "suspendida"
    registry.entries = [*registry.entries, entry(9, estado="suspendida")]
    assert await run(database, registry) == "applied"
    assert await run(database, registry) == "applied"
    told = await rows_of(
        database, "SELECT person_id, content->>'text' FROM outbox ORDER BY person_id"
    )
    assert [who for who, _ in told] == people[:2]
    assert "**CA-0** quedó suspendido" in told[0][1]
    assert "**CA-1** venció el domingo 22 de noviembre de 2026" in told[1][1]
    registry.entries[0]["estado"] = "vigente"
    assert await run(database, registry) == "applied"
    ((last,),) = await rows_of(
        database, "SELECT content->>'text' FROM outbox ORDER BY id DESC LIMIT 1"
    )
    assert "vigente otra vez" in last
