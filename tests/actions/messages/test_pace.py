"""The pace of a sender: one rate for all workers, with a short burst and no more."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from actions.messages import pace
from actions.messages.pace import BURST_SECONDS, LEASE_SECONDS, Pacer
from actions.store.database import Database


@dataclass(frozen=True, slots=True)
class Slot:
    """When a send may go, in monotonic seconds: not before ``earliest``, by ``latest``.

    The wait was counted by the server, somewhere between our question and its answer.
    """

    earliest: float
    latest: float


async def _take(engine: AsyncEngine, per_second: float, count: int = 1, name: str = "a") -> Slot:
    asked = time.monotonic()
    wait = await pace.take_slots(engine, name, per_second, count)
    return Slot(asked + wait, time.monotonic() + wait)


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another worker's connections to the same database."""
    second = Database(database_url)
    yield second
    await second.close()


async def test_two_engines_together_never_exceed_the_rate(
    database: Database, other: Database
) -> None:
    per_second = 20.0

    async def work(engine: AsyncEngine) -> list[Slot]:
        return [await _take(engine, per_second) for _ in range(25)]

    taken = await asyncio.gather(
        *(work(engine) for engine in (database.engine, other.engine) for _ in range(3))
    )
    slots = sorted((slot for slots in taken for slot in slots), key=lambda slot: slot.latest)
    assert len(slots) == 150
    for first in range(len(slots)):
        for last in range(first + 1, len(slots)):
            # At the closest that the measurement allows the two to have been apart.
            apart = slots[last].latest - slots[first].earliest
            allowed = per_second * (apart + BURST_SECONDS) + 1
            assert last - first + 1 <= allowed + 1e-6, (first, last, apart)


async def test_an_idle_sender_has_a_burst_and_then_its_rate(database: Database) -> None:
    per_second = 4.0
    burst = int(BURST_SECONDS * per_second)
    await _take(database.engine, per_second)
    async with database.transaction() as session:
        await session.execute(text("UPDATE pace SET next_at = now() - interval '1 hour'"))
    began = time.monotonic()
    assert await pace.take_slots(database.engine, "a", per_second, 1) == 0
    for _ in range(burst):
        assert await pace.take_slots(database.engine, "a", per_second, 1) == 0
    for _ in range(12):
        last = await _take(database.engine, per_second)
    taken = time.monotonic()
    # Twelve more than the burst take as long as the rate says, from when they were taken.
    assert began + 12 / per_second <= last.latest
    assert last.earliest <= taken + 12 / per_second


async def test_senders_do_not_wait_for_each_other(database: Database) -> None:
    for _ in range(20):
        await pace.take_slots(database.engine, "whatsapp", 1, 1)
    assert await pace.take_slots(database.engine, "telegram", 1, 1) == 0


async def test_many_slots_taken_at_once_count_as_many(database: Database) -> None:
    assert await pace.take_slots(database.engine, "bulk", 10, 3_000) == 0
    wait = await pace.take_slots(database.engine, "bulk", 10, 1)
    assert 150 < wait <= 300


async def test_a_slot_once_taken_is_gone_whatever_becomes_of_the_caller(
    database: Database,
) -> None:
    async with database.session() as session, session.begin():
        await pace.take_slots(database.engine, "a", 1, 500)
        await session.rollback()
    assert await pace.take_slots(database.engine, "a", 1, 1) > 250


# -- leases ----------------------------------------------------------------------------------------


async def _slots_of(
    pacers: list[Pacer], per_second: float, sends: int
) -> tuple[list[float], float]:
    """When so many sends that were asked for at once may go, in order, from the first on; and how
    long the asking took, which is how much too late a moment may have been noted."""

    async def send(pacer: Pacer) -> float:
        wait = await pacer.wait_for_slot("a", per_second)
        return time.monotonic() + wait

    began = time.monotonic()
    due = sorted(await asyncio.gather(*(send(pacers[n % len(pacers)]) for n in range(sends))))
    return [at - due[0] for at in due], time.monotonic() - began


async def test_processes_with_leases_never_exceed_the_rate_together(
    database: Database, other: Database
) -> None:
    per_second, sends = 80.0, 240
    due, asking = await _slots_of([Pacer(database.engine), Pacer(other.engine)], per_second, sends)
    # Beyond the burst, a slot may be used up to two leases late.
    slack = BURST_SECONDS + 2 * LEASE_SECONDS + asking
    extra = per_second * LEASE_SECONDS + 1
    for first in range(sends):
        for last in range(first + 1, sends):
            apart = due[last] - due[first]
            assert last - first + 1 <= per_second * (apart + slack) + extra


async def test_many_sends_at_once_go_at_the_rate_and_waste_no_slot(database: Database) -> None:
    per_second, sends = 80.0, 240
    due, asking = await _slots_of([Pacer(database.engine)], per_second, sends)
    assert sends / per_second - BURST_SECONDS - 2 * LEASE_SECONDS - asking <= due[-1]
    assert due[-1] <= sends / per_second + 2 * LEASE_SECONDS + 2 * asking


async def test_a_lone_send_of_a_rested_sender_does_not_wait(database: Database) -> None:
    assert await Pacer(database.engine).wait_for_slot("a", 80) == 0
