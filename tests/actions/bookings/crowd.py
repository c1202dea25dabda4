"""A crowd that wants one opening: each over a connection of their own, all let loose at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from sqlalchemy import text

from actions.bookings import errors, service
from actions.bookings.openings import Opening, Span
from actions.store.database import Database


@dataclass(frozen=True, slots=True)
class Rush:
    """What became of it. ``held`` are who got the opening, as often as they were told so;
    ``alternatives`` what each of the others was offered instead. ``seconds`` from the moment all
    were let loose until the last one was answered."""

    held: tuple[int, ...]
    alternatives: tuple[Sequence[Opening], ...]
    seconds: float


async def rush(
    database_url: str,
    consultant_id: int,
    people: Sequence[int],
    span: Span,
    now: datetime,
    tries: int = 20,
) -> Rush:
    """Each of the people asks so often for the same opening, one time after the other."""
    crowd = Database(database_url, pool_size=len(people))
    held: list[int] = []
    alternatives: list[Sequence[Opening]] = []
    released = asyncio.Event()

    async def ask(person_id: int) -> None:
        await released.wait()
        for _ in range(tries):
            try:
                async with crowd.transaction() as session:
                    await service.hold(session, consultant_id, person_id, span, now)
                held.append(person_id)
            except errors.Taken as refused:
                alternatives.append(refused.alternatives)

    try:
        async with asyncio.TaskGroup() as warming:
            for _ in people:
                warming.create_task(_connect(crowd))
        async with asyncio.TaskGroup() as asking:
            for one in people:
                asking.create_task(ask(one))
            await asyncio.sleep(0)
            began = perf_counter()
            released.set()
        return Rush(tuple(held), tuple(alternatives), perf_counter() - began)
    finally:
        await crowd.close()


async def _connect(database: Database) -> None:
    """Long enough for the pool to need a connection for each."""
    async with database.session() as session:
        await session.execute(text("SELECT pg_sleep(0.2)"))
