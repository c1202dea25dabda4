"""Registries that never were."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from actions.registry import sync
from actions.registry.rows import Reading, RegistryRow
from actions.registry.sync import Applied, Proposal
from actions.store.database import Database

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def a_row(number: int | str = 1, **fields: Any) -> RegistryRow:
    """Somebody in force, who does audits in San Salvador."""
    given: dict[str, Any] = {
        "registration_number": f"CA-{number}",
        "kind": "persona",
        "name": f"Consultora Número {number}",
        "categories": ("auditoria",),
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 12, 31),
        "state": "vigente",
        "departments": ("San Salvador",),
    }
    return RegistryRow(**{**given, **fields})


def reading(rows: Sequence[RegistryRow], mentioned: Sequence[str] = ()) -> Reading:
    return Reading(tuple(rows), (), frozenset(mentioned))


async def proposed(
    database: Database, rows: Sequence[RegistryRow], now: datetime = NOW, **more: Any
) -> Proposal:
    async with database.transaction() as session:
        return await sync.propose(session, reading(rows, **more), "registro.csv", now, by="ana")


async def applied(
    database: Database, rows: Sequence[RegistryRow], now: datetime = NOW, **more: Any
) -> Applied:
    """Proposes and applies."""
    run = await proposed(database, rows, now, **more)
    async with database.transaction() as session:
        return await sync.apply(session, run.id, now, by="ana")


async def rows_of(database: Database, query: str, **values: Any) -> list[tuple[Any, ...]]:
    async with database.session() as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def give_hours(database: Database, but: Sequence[int | str] = ()) -> None:
    """Everybody of the registry has time on Mondays now, in whichever way; only those with the
    registration numbers ``but`` have none."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO availability (consultant_id, weekday, starts, ends, mode) "
                "SELECT id, 0, '08:00', '12:00', 'both' FROM consultant "
                "WHERE registration_number <> ALL(:but) ON CONFLICT DO NOTHING"
            ),
            {"but": [f"CA-{one}" for one in but]},
        )


async def consultant(database: Database, number: int | str = 1) -> int:
    """Our number of the one with that registration number."""
    ((found,),) = await rows_of(
        database, "SELECT id FROM consultant WHERE registration_number = :n", n=f"CA-{number}"
    )
    return int(found)


async def dump(database: Database) -> str:
    """The registry, its history and its conflicts."""
    return json.dumps(
        [
            await rows_of(database, f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY id")
            for table in ("consultant", "consultant_change", "registry_conflict")
        ]
    )
