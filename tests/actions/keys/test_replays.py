"""A request that is sent several times is done once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from actions.keys import replays
from actions.keys.replays import AnotherRequest, Answer, InProgress
from actions.store.database import Database
from tests.actions.conftest import count
from tests.actions.keys.conftest import NOW, Make

ASKED = replays.digest(b"POST", b"/v1/x", b"{}")
DONE = Answer(201, '{"number":1}')


async def do(database: Database, key_id: int, name: str = "a", asked: bytes = ASKED) -> Answer:
    """What a request does: its work, or the answer of the one before it."""
    async with database.transaction() as session:
        kept = await replays.begin(session, key_id, name, asked, NOW)
        if kept is not None:
            return kept
        await session.execute(text("INSERT INTO person DEFAULT VALUES"))
        await asyncio.sleep(0.05)
        await replays.keep(session, key_id, name, asked, DONE, NOW)
        return DONE


async def test_a_copy_gets_the_answer_of_the_first(database: Database, make: Make) -> None:
    made = await make()
    assert [await do(database, made.id) for _ in range(3)] == [DONE] * 3
    assert await count(database, "person") == 1


async def test_copies_sent_together_are_done_once(database: Database, make: Make) -> None:
    made = await make()
    ended = await asyncio.gather(
        *(do(database, made.id) for _ in range(20)), return_exceptions=True
    )
    assert await count(database, "person") == 1
    assert DONE in ended
    assert all(one == DONE or isinstance(one, InProgress) for one in ended)


async def test_the_same_name_for_something_else_is_refused(database: Database, make: Make) -> None:
    made = await make()
    await do(database, made.id)
    with pytest.raises(AnotherRequest):
        await do(database, made.id, asked=replays.digest(b"POST", b"/v1/x", b"{ }"))
    assert await count(database, "person") == 1


async def test_names_belong_to_their_key(database: Database, make: Make) -> None:
    one, other = await make(), await make("Otro")
    await do(database, one.id)
    await do(database, other.id)
    await do(database, one.id, "b")
    assert await count(database, "person") == 3


async def test_what_failed_leaves_the_name_free(database: Database, make: Make) -> None:
    made = await make()
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            assert await replays.begin(session, made.id, "a", ASKED, NOW) is None
            raise ZeroDivisionError
    assert await do(database, made.id, asked=replays.digest(b"other")) == DONE


async def test_answers_are_kept_for_a_day_and_then_deleted(database: Database, make: Make) -> None:
    made = await make()
    await do(database, made.id)
    just, after = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
    async with database.transaction() as session:
        assert await replays.forget_old(session, just) == 0
        assert await replays.begin(session, made.id, "a", ASKED, just) == DONE
        # Past its day it does not hold, deleted or not yet.
        assert await replays.begin(session, made.id, "a", b"other", after) is None
        await replays.keep(session, made.id, "a", b"other", DONE, after)
        assert await replays.begin(session, made.id, "a", b"other", after) == DONE
    async with database.transaction() as session:
        assert await replays.forget_old(session, after) == 0
        assert await replays.forget_old(session, after + timedelta(hours=24)) == 1


def test_a_digest_tells_where_one_part_ends() -> None:
    assert replays.digest(b"ab", b"c") != replays.digest(b"a", b"bc")
