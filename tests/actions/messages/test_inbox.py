"""The inbox: each message once, in order, whoever stores it at the same time."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages import inbox
from actions.people import service as people
from actions.store.database import Database
from bot.inbound import clean
from tests.actions.conftest import (
    Meet,
    count,
    jobs_of,
    receive,
    until_someone_waits_for_a_lock,
)

NUMBER = "+50370001234"


async def _waiting(database: Database, person_id: int, limit: int = 20) -> list[inbox.Waiting]:
    async with database.session() as session:
        return await inbox.waiting(session, person_id, limit)


async def _handle(session: AsyncSession, ids: list[int]) -> None:
    await session.execute(
        text("UPDATE inbox SET handled_at = now() WHERE id = ANY(:ids)"), {"ids": ids}
    )


# -- storing ---------------------------------------------------------------------------------------


async def test_a_first_message_makes_its_person_and_wakes_their_turn(database: Database) -> None:
    async with database.transaction() as session:
        received = await inbox.receive(
            session,
            channel="telegram",
            external="77",
            provider_id="900",
            kind="button",
            text="¡Hola! 🙂\n'; --",
            detail={"payload": "b1.0", "callback": "ñ"},
        )
    assert received.new
    (row,) = await _waiting(database, received.person_id)
    assert (row.id, row.address_id) == (received.inbox_id, received.address_id)
    assert (row.channel, row.external, row.kind) == ("telegram", "77", "button")
    assert (row.text, row.detail) == ("¡Hola! 🙂\n'; --", {"payload": "b1.0", "callback": "ñ"})
    assert row.failures == 0
    assert await jobs_of(database) == [("turn", f"turn:{received.person_id}")]


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await receive(session)
            raise RuntimeError
    for table in ("person", "address", "inbox", "procrastinate_jobs"):
        assert await count(database, table) == 0


async def test_a_copy_stores_nothing_and_wakes_nobody(database: Database) -> None:
    async with database.transaction() as session:
        first = await receive(session, "m1", "hola")
    async with database.transaction() as session:
        copy = await receive(session, "m1", "otra cosa")
    assert (copy.inbox_id, copy.person_id, copy.new) == (first.inbox_id, first.person_id, False)
    assert [row.text for row in await _waiting(database, first.person_id)] == ["hola"]
    assert len(await jobs_of(database)) == 1


async def test_the_same_id_at_another_address_is_another_message(database: Database) -> None:
    async with database.transaction() as session:
        here = await receive(session, "m1")
        there = await receive(session, "m1", external="+50370005678")
        elsewhere = await receive(session, "m1", channel="telegram")
    assert here.new
    assert there.new
    assert elsewhere.new
    assert len({one.person_id for one in (here, there, elsewhere)}) == 3


async def test_copies_that_come_together_are_one_message_of_one_person(database: Database) -> None:
    async def deliver() -> inbox.Received:
        async with database.transaction() as session:
            return await receive(session)

    received = await asyncio.gather(*(deliver() for _ in range(12)))
    assert sum(one.new for one in received) == 1
    assert len({(one.person_id, one.address_id, one.inbox_id) for one in received}) == 1
    for table in ("person", "address", "inbox", "procrastinate_jobs"):
        assert await count(database, table) == 1


async def test_first_messages_that_come_together_are_of_one_person(database: Database) -> None:
    async def deliver(number: int) -> inbox.Received:
        async with database.transaction() as session:
            return await receive(session, f"m{number}")

    received = await asyncio.gather(*(deliver(number) for number in range(12)))
    assert all(one.new for one in received)
    assert len({one.person_id for one in received}) == 1
    assert await count(database, "person") == 1
    assert await count(database, "inbox") == 12


async def test_ids_follow_the_order_of_commits_at_an_address(
    database: Database, meet: Meet
) -> None:
    ana = await meet(external=NUMBER)

    async def second() -> inbox.Received:
        async with database.transaction() as session:
            return await receive(session, "second")

    async with database.transaction() as session:
        first = await receive(session, "first")
        later = asyncio.create_task(second())
        await until_someone_waits_for_a_lock(database)
        assert not later.done()
    assert (await later).inbox_id > first.inbox_id
    rows = await _waiting(database, ana.person_id)
    assert [row.id for row in rows] == sorted(row.id for row in rows)


async def test_who_writes_again_is_no_longer_blocked(database: Database, meet: Meet) -> None:
    ana = await meet(external=NUMBER)
    async with database.transaction() as session:
        await people.mark_blocked(session, ana.address_id)
    async with database.transaction() as session:
        await receive(session, "m2")
        blocked_at = await session.scalar(text("SELECT blocked_at FROM address"))
    assert blocked_at is None


async def test_what_was_cleaned_can_be_stored(database: Database) -> None:
    lone = json.loads('"\\ud83d solo"')
    sent = ["\x00NUL\x00", lone, "ñ" * 10_240, "\x1b[0m\x07", "👨‍👩‍👧 ¡!"]
    async with database.transaction() as session:
        for number, words in enumerate(sent):
            received = await receive(session, f"m{number}", clean(words))
    rows = await _waiting(database, received.person_id)
    assert [row.text for row in rows] == [clean(words) for words in sent]


# -- reading ---------------------------------------------------------------------------------------


async def test_what_waits_is_given_oldest_first_until_it_was_handled(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        ids = [
            (await receive(session, f"n{number}", f"{number}", external=ana.external)).inbox_id
            for number in range(3)
        ]
        await _handle(session, ids[:1])
    rows = await _waiting(database, ana.person_id)
    assert [row.text for row in rows] == ["hola", "1", "2"]
    assert [row.text for row in await _waiting(database, ana.person_id, 2)] == ["hola", "1"]
    assert [row.text for row in await _waiting(database, luis.person_id)] == ["hola"]


async def test_waiting_messages_are_counted_up_to_a_limit(database: Database, meet: Meet) -> None:
    ana = await meet()
    async with database.transaction() as session:
        for number in range(3):
            await receive(session, f"n{number}", external=ana.external)
        counts = [
            await inbox.count_waiting(session, "whatsapp", ana.external, limit)
            for limit in (1, 4, 100)
        ]
        assert counts == [1, 4, 4]
        assert await inbox.count_waiting(session, "telegram", ana.external, 9) == 0
        rows = await inbox.waiting(session, ana.person_id, 20)
        await _handle(session, [row.id for row in rows])
        assert await inbox.count_waiting(session, "whatsapp", ana.external, 9) == 0


async def test_known_messages_are_told_by_address_and_id(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        await receive(session, "only ana's", external=ana.external)
        asked = [
            (ana.external, "m1"),
            (ana.external, "only ana's"),
            (luis.external, "only ana's"),
            ("+50300000000", "m1"),
        ]
        assert await inbox.known(session, "whatsapp", asked) == set(asked[:2])
        assert await inbox.known(session, "telegram", asked) == set()
        assert await inbox.known(session, "whatsapp", []) == set()


async def test_failures_are_counted(database: Database, meet: Meet) -> None:
    ana = await meet()
    (row,) = await _waiting(database, ana.person_id)
    for failures in (1, 2):
        async with database.transaction() as session:
            await inbox.count_failure(session, [row.id])
        assert (await _waiting(database, ana.person_id))[0].failures == failures


async def test_those_left_waiting_are_found_once_each(database: Database, meet: Meet) -> None:
    ana, luis, rosa = await meet(), await meet(), await meet()
    async with database.transaction() as session:
        await receive(session, "m2", external=ana.external)
        await session.execute(
            text(
                "UPDATE inbox SET received_at = now() - interval '10 s' WHERE person_id <> :person"
            ),
            {"person": rosa.person_id},
        )
        await session.execute(
            text("UPDATE inbox SET handled_at = now() WHERE person_id = :person"),
            {"person": luis.person_id},
        )
    async with database.session() as session:
        assert await inbox.people_waiting(session, 5) == [ana.person_id]
        assert await inbox.people_waiting(session, 60) == []
        assert sorted(await inbox.people_waiting(session, 0)) == [ana.person_id, rosa.person_id]
