"""A key's requests in a minute, counted for all processes."""

import asyncio

from sqlalchemy import text

from actions.keys import limit
from actions.keys.limit import Window
from actions.store.database import Database
from tests.actions.keys.conftest import Make


async def take(database: Database, key_id: int, per_minute: int) -> Window:
    async with database.statement() as connection:
        return await limit.take(connection, key_id, per_minute)


async def test_of_fifty_at_once_from_two_processes_twenty_pass(
    database: Database, database_url: str, make: Make
) -> None:
    made, other = await make(), Database(database_url)
    try:
        windows = await asyncio.gather(
            *(take((database, other)[one % 2], made.id, 20) for one in range(50))
        )
    finally:
        await other.close()
    assert sum(window.granted for window in windows) == 20
    granted = sorted(window.remaining for window in windows if window.granted)
    assert granted == list(range(20))
    assert {window.remaining for window in windows if not window.granted} == {0}
    assert {window.limit for window in windows} == {20}
    assert all(1 <= window.resets_in <= 60 for window in windows)


async def test_a_key_does_not_use_up_another_ones_minute(database: Database, make: Make) -> None:
    one, other = await make(), await make("Otro")
    assert (await take(database, one.id, 1)).granted
    assert not (await take(database, one.id, 1)).granted
    assert (await take(database, other.id, 1)).granted


async def test_the_next_minute_begins_anew(database: Database, make: Make) -> None:
    made = await make()
    for _ in range(5):
        window = await take(database, made.id, 2)
    assert not window.granted
    async with database.transaction() as session:
        await session.execute(text("UPDATE api_window SET began_at = began_at - interval '59 s'"))
    late = await take(database, made.id, 2)
    assert (late.granted, late.resets_in) == (False, 1)
    async with database.transaction() as session:
        await session.execute(text("UPDATE api_window SET began_at = began_at - interval '1 s'"))
    anew = await take(database, made.id, 2)
    assert (anew.granted, anew.remaining, anew.resets_in) == (True, 1, 60)


async def test_a_clock_that_was_ahead_locks_nobody_out(database: Database, make: Make) -> None:
    made = await make()
    await take(database, made.id, 1)
    async with database.transaction() as session:
        await session.execute(text("UPDATE api_window SET began_at = now() + interval '1 day'"))
    window = await take(database, made.id, 1)
    assert window.granted
    assert 1 <= window.resets_in <= 60


async def test_a_limit_that_was_lowered_holds_at_once(database: Database, make: Make) -> None:
    made = await make()
    for _ in range(10):
        await take(database, made.id, 100)
    assert not (await take(database, made.id, 5)).granted
    assert (await take(database, made.id, 100)).remaining == 93
