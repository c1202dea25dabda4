"""Locks of people's rows, and the order that keeps transactions from waiting for each other.

A turn holds its person's row while it writes, and so does whatever else changes who the person is
or what they want. The lock leaves out the key, so messages that come in or are written for the
person meanwhile do not wait for it. They do hold their address or case for a moment: whoever holds
a person's row waits for those only a short while, and then raises :class:`Busy`.

Of two people's rows, the one with the smaller id comes first. A turn holds its own from the start;
so it waits for the other, again a short while, only where the other's id is the greater one. Two
turns that want each other's person then never wait in a circle: one of them is Busy at once.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

LONGEST_WAIT_MILLISECONDS: Final = 500
"""A turn of another person ends within that; a slow send to them may not. It is below the second
after which PostgreSQL looks for deadlocks, so ours is the one that gives in, and says why."""


class Busy(Exception):
    """Another transaction is at a row that is needed: roll back and run it again in a moment."""


@dataclass(frozen=True, slots=True)
class HeldAddress:
    """An address that stays as it is until the transaction ends."""

    id: int
    channel: str


async def lock(session: AsyncSession, person_id: int) -> None:
    """Waits until no turn of that person writes and no message that they can stop is being handed
    to a provider, and keeps it so until the transaction ends. A no-op inside their own turn."""
    await session.execute(
        text("SELECT 1 FROM person WHERE id = :id FOR NO KEY UPDATE"), {"id": person_id}
    )


async def lock_second(session: AsyncSession, held: int, person_id: int) -> None:
    """The same for another person, while the first one is locked already. Raises Busy."""
    async with waiting_briefly(session):
        if person_id > held:
            await lock(session, person_id)
        else:
            await session.execute(
                text("SELECT 1 FROM person WHERE id = :id FOR NO KEY UPDATE NOWAIT"),
                {"id": person_id},
            )


async def hold_addresses(
    session: AsyncSession, person_id: int, among: Sequence[int] | None = None
) -> list[HeldAddress]:
    """Keeps the person's addresses (those ``among`` them) from changing. Raises Busy."""
    only = "" if among is None else "AND id = ANY(:among)"
    async with waiting_briefly(session):
        rows = await session.execute(
            text(
                "SELECT id, channel FROM address WHERE person_id = :person "
                f"{only} ORDER BY id FOR NO KEY UPDATE"
            ),
            {"person": person_id} if among is None else {"person": person_id, "among": [*among]},
        )
    return [HeldAddress(*row) for row in rows]


async def hold_open_cases(session: AsyncSession, people: Sequence[int]) -> dict[int, int]:
    """Keeps these people's open cases from changing: their numbers by person. Raises Busy."""
    async with waiting_briefly(session):
        rows = await session.execute(
            text(
                'SELECT person_id, id FROM "case" WHERE person_id = ANY(:people) '
                "AND closed_at IS NULL ORDER BY id FOR NO KEY UPDATE"
            ),
            {"people": [*people]},
        )
    return {row.person_id: row.id for row in rows}


@asynccontextmanager
async def waiting_briefly(session: AsyncSession) -> AsyncIterator[None]:
    """For locks other than a person's: raises Busy where another transaction keeps one for long."""
    try:
        await session.execute(text(f"SET LOCAL lock_timeout = {LONGEST_WAIT_MILLISECONDS}"))
        yield
        await session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise Busy from error
        raise
