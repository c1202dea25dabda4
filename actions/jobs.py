"""The job queue's handle: wakes workers. A job carries ids only, never personal data.

The inbox and the outbox are the queues; a job is only a wake-up. So a lost job costs seconds (the
sweep finds what waits), and a superfluous one finds nothing to do.
"""

from typing import Final

import procrastinate
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import libpq_address

TURN: Final = "turn"
DELIVER: Final = "deliver"
QUEUES: Final = {TURN: "turns", DELIVER: "sends"}

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Where tasks are declared and deferred. Its own connector stays closed: jobs are deferred on the
connection of the transaction that needs them, and workers run a copy of it with a real one."""


def connector(url: str, pool_size: int) -> procrastinate.PsycopgConnector:
    """A connector for a worker, on the same database as ``url``.

    What it writes is only that a job began or ended. A crash of the database may take that back:
    the job then runs again and finds nothing to do. So its commits need not wait for the disk.
    """
    return procrastinate.PsycopgConnector(
        conninfo=libpq_address(url),
        kwargs={"options": "-c synchronous_commit=off"},
        min_size=1,
        max_size=pool_size,
        timeout=10,
    )


def lock_of(task: str, person_id: int) -> str:
    """Keeps one person's turns in order, and one person's sends, each among themselves."""
    return f"{task}:{person_id}"


async def wake(session: AsyncSession, task: str, person_id: int) -> None:
    """Defers a turn or a delivery of one person inside the session's transaction."""
    connection = await (await session.connection()).get_raw_connection()
    await queue.configure_task(
        task,
        queue=QUEUES[task],
        lock=lock_of(task, person_id),
        connection=connection.driver_connection,
    ).defer_async(person_id=person_id)


async def wake_waiting(session: AsyncSession, task: str, people: list[int]) -> int:
    """Defers for each person who has no such job yet; returns how many were deferred.

    Without that check, a backlog would grow by a job per person at each sweep.
    """
    locks = {lock_of(task, person): person for person in people}
    taken = await session.scalars(
        text(
            "SELECT lock FROM procrastinate_jobs "
            "WHERE lock = ANY(:locks) AND status IN ('todo', 'doing')"
        ),
        {"locks": list(locks)},
    )
    missing = [locks[lock] for lock in locks.keys() - set(taken)]
    for person in sorted(missing):
        await wake(session, task, person)
    return len(missing)
