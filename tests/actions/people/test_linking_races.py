"""Joining while others write: nothing waits for ever, and nothing is left behind."""

import asyncio
import random

import pytest

from actions.messages import outbox, states, turns
from actions.people import linking, wanted
from actions.people.codes import CodeRefused
from actions.people.linking import Busy
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, receive, until_someone_waits_for_a_lock
from tests.actions.people.conftest import queue, rows, run
from tests.actions.people.joining import NOW, owners


async def _code(database: Database, someone: Someone) -> str:
    """A new code; how many one may make is none of these tests' business."""
    await run(database, "DELETE FROM link_code WHERE person_id = :id", id=someone.person_id)
    async with database.transaction() as session:
        return await linking.make_code(session, someone.person_id, NOW)


async def _turn_that_joins(database: Database, someone: Someone, code: str) -> str:
    """As a turn does: it holds its person first, and begins anew while others are at it."""
    for _ in range(100):
        try:
            async with database.transaction() as session:
                await turns.locked_ground(session, someone.person_id)
                await asyncio.sleep(random.uniform(0, 0.01))
                try:
                    await linking.join(session, someone.person_id, code, NOW)
                except CodeRefused as refused:
                    return refused.reason
                return "joined"
        except Busy:
            await asyncio.sleep(random.uniform(0, 0.05))
    raise AssertionError("busy for ever")


async def _turn_that_undoes(database: Database, someone: Someone) -> None:
    for _ in range(100):
        try:
            async with database.transaction() as session:
                await turns.locked_ground(session, someone.person_id)
                await linking.undo(session, someone.person_id)
                return
        except Busy:
            await asyncio.sleep(random.uniform(0, 0.05))
    raise AssertionError("busy for ever")


async def test_two_who_type_each_others_code_end_as_one(database: Database, meet: Meet) -> None:
    for _ in range(10):
        ana, luis = await meet(), await meet()
        codes = [await _code(database, one) for one in (ana, luis)]
        async with asyncio.timeout(60):
            ended = await asyncio.gather(
                _turn_that_joins(database, ana, codes[1]),
                _turn_that_joins(database, luis, codes[0]),
            )
        assert sorted(ended) == ["expired", "joined"]
        kept = luis if ended[0] == "joined" else ana
        found = await owners(database)
        assert {found[ana.address_id], found[luis.address_id]} == {kept.person_id}


async def test_of_many_who_type_one_code_one_is_joined(database: Database, meet: Meet) -> None:
    ana, *others = [await meet() for _ in range(7)]
    code = await _code(database, ana)
    async with asyncio.timeout(60):
        ended = await asyncio.gather(*(_turn_that_joins(database, one, code) for one in others))
    assert sorted(ended) == ["expired"] * 5 + ["joined"]
    found = await owners(database)
    assert sum(found[one.address_id] == ana.person_id for one in others) == 1


@pytest.mark.parametrize("kept_is_older", [True, False])
async def test_a_turn_of_the_other_person_is_waited_for_or_asked_for_again(
    database: Database, meet: Meet, kept_is_older: bool
) -> None:
    older, younger = await meet(), await meet()
    kept, joined = (older, younger) if kept_is_older else (younger, older)
    code = await _code(database, kept)
    async with database.transaction() as turn_of_kept:
        await turns.locked_ground(turn_of_kept, kept.person_id)
        with pytest.raises(Busy) as gave_up:
            async with database.transaction() as session:
                await turns.locked_ground(session, joined.person_id)
                await linking.join(session, joined.person_id, code, NOW)
    # Whoever waited gave up for the time it took, the other at the first look.
    assert ("due to lock timeout" in str(gave_up.value.__cause__)) is not kept_is_older
    # Nothing of it was left: the same code joins now.
    async with database.transaction() as session:
        await linking.join(session, joined.person_id, code, NOW)


async def test_messages_that_come_in_meanwhile_reach_who_has_the_address(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")

    async def write() -> None:
        for number in range(150):
            async with database.transaction() as session:
                await receive(session, f"n{number}", channel="telegram", external="77")

    async def join_and_part() -> None:
        for _ in range(10):
            assert await _turn_that_joins(database, luis, await _code(database, ana)) == "joined"
            await _turn_that_undoes(database, ana)
        assert await _turn_that_joins(database, luis, await _code(database, ana)) == "joined"

    async with asyncio.timeout(60):
        await asyncio.gather(write(), join_and_part())
    waiting = await rows(
        database,
        "SELECT count(*), count(DISTINCT person_id), min(person_id) FROM inbox "
        "WHERE address_id = :address",
        address=luis.address_id,
    )
    assert waiting == [(151, 1, ana.person_id)]
    woken = await rows(
        database,
        "SELECT 1 FROM procrastinate_jobs WHERE lock = :lock LIMIT 1",
        lock=f"turn:{ana.person_id}",
    )
    assert woken == [(1,)]


async def test_a_message_claimed_before_the_joining_obeys_a_stop_after_it(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    await queue(database, luis, "anuncio", lane=states.BULK, category="announcements")
    async with database.transaction() as session:
        message = await outbox.claim_next(session, luis.person_id)
    assert message is not None
    code = await _code(database, ana)

    async def hand_over() -> str | None:
        async with database.transaction() as session:
            return await wanted.refused(session, message.id, message.address_id)

    async with database.transaction() as session:
        await linking.join(session, luis.person_id, code, NOW)
        handing_over = asyncio.create_task(hand_over())
        await until_someone_waits_for_a_lock(database)
        await wanted.stop(session, ana.person_id)
    assert await handing_over == wanted.STOPPED


async def test_a_stop_waits_for_a_send_that_was_claimed_under_the_other_person(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    await queue(database, luis, "anuncio", lane=states.BULK, category="announcements")
    async with database.transaction() as session:
        message = await outbox.claim_next(session, luis.person_id)
    assert message is not None
    code = await _code(database, ana)
    async with database.transaction() as session:
        await linking.join(session, luis.person_id, code, NOW)

    async def stop() -> None:
        async with database.transaction() as session:
            await wanted.stop(session, ana.person_id)

    async with database.transaction() as handing_over:
        assert await wanted.refused(handing_over, message.id, message.address_id) is None
        stopping = asyncio.create_task(stop())
        await until_someone_waits_for_a_lock(database)
        assert not stopping.done()
    await stopping
