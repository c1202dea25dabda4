"""What the tests of people share: writing to them, and reading back what stands in the tables."""

from typing import Any

from sqlalchemy import text

from actions.messages import outbox, states
from actions.messages.content import Content
from actions.store.database import Database
from tests.actions.conftest import Someone


async def queue(
    database: Database,
    someone: Someone,
    *texts: str,
    lane: int = states.REPLY,
    state: str = states.QUEUED,
    category: str | None = None,
) -> list[int]:
    """Messages to that person, at that address."""
    async with database.transaction() as session:
        return await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content(one) for one in texts],
            lane=lane,
            state=state,
            category=category,
        )


async def rows(database: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a statement finds, by a connection of its own."""
    async with database.session() as session:
        return [tuple(row) for row in await session.execute(text(statement), values)]


async def run(database: Database, statement: str, **values: Any) -> None:
    """Runs a statement and commits."""
    async with database.transaction() as session:
        await session.execute(text(statement), values)


async def handled(database: Database) -> None:
    """As if a turn had read all that came in."""
    await run(database, "UPDATE inbox SET handled_at = now() WHERE handled_at IS NULL")
    await run(database, "DELETE FROM procrastinate_jobs")
