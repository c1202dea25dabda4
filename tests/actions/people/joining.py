"""Joins people as turns do, for tests about what that does."""

from datetime import UTC, datetime
from typing import Any

from actions.people import linking
from actions.people.linking import Joined, Undone
from actions.store.database import Database
from tests.actions.conftest import Someone
from tests.actions.people.conftest import rows

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


async def join(database: Database, kept: Someone, joined: Someone) -> Joined:
    """The second one types the code of the first."""
    async with database.transaction() as session:
        code = await linking.make_code(session, kept.person_id, NOW)
    async with database.transaction() as session:
        return await linking.join(session, joined.person_id, code, NOW)


async def undo(database: Database, someone: Someone) -> Undone | None:
    async with database.transaction() as session:
        return await linking.undo(session, someone.person_id)


async def owners(database: Database) -> dict[int, int]:
    """Each address's person."""
    found: list[tuple[Any, ...]] = await rows(database, "SELECT id, person_id FROM address")
    return dict(found)  # type: ignore[arg-type]
