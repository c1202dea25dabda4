"""People in a real database, and a look at it from outside the code under test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages import inbox
from actions.messages.inbox import Received
from actions.store.database import Database


@dataclass(frozen=True, slots=True)
class Someone:
    """A person with one address."""

    person_id: int
    address_id: int
    channel: str
    external: str


Meet = Callable[..., Awaitable[Someone]]


async def receive(
    session: AsyncSession,
    provider_id: str = "m1",
    words: str = "hola",
    *,
    channel: str = "whatsapp",
    external: str = "+50370001234",
) -> Received:
    """A text of that address comes in."""
    return await inbox.receive(
        session,
        channel=channel,
        external=external,
        provider_id=provider_id,
        kind="text",
        text=words,
        detail={},
    )


@pytest.fixture
def meet(database: Database) -> Meet:
    """Someone who has written to us once; each call someone else, unless told the address."""
    numbers = iter(range(1, 1_000))

    async def met(channel: str = "whatsapp", external: str | None = None) -> Someone:
        external = external or f"+5037000{next(numbers):04}"
        async with database.transaction() as session:
            received = await receive(session, channel=channel, external=external)
            # What woke their turn is none of these tests' business.
            await session.execute(text("DELETE FROM procrastinate_jobs"))
        return Someone(received.person_id, received.address_id, channel, external)

    return met


async def jobs_of(database: Database) -> list[tuple[str, str]]:
    """The waiting jobs: task and lock, in the order deferred."""
    async with database.session() as session:
        rows = await session.execute(
            text("SELECT task_name, lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        )
        return [(row.task_name, row.lock) for row in rows]


async def count(database: Database, table: str) -> int:
    """Rows of a table."""
    async with database.session() as session:
        found: int = await session.scalar(text(f'SELECT count(*) FROM "{table}"'))
        return found


async def until_someone_waits_for_a_lock(database: Database) -> None:
    """Returns once a transaction on this database waits for another one."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(60), database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while not await connection.scalar(waits):
            await asyncio.sleep(0)
