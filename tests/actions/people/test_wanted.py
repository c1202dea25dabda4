"""What people want to get: stopped by category, on all their channels, before a send starts."""

import asyncio

import pytest

from actions.messages import outbox, states
from actions.people import wanted
from actions.people.wanted import CATEGORIES
from actions.store.database import Database
from tests.actions.conftest import Meet, until_someone_waits_for_a_lock
from tests.actions.people.conftest import queue, rows, run


async def _stop(database: Database, person_id: int, *categories: str) -> None:
    async with database.transaction() as session:
        await wanted.stop(session, person_id, categories or CATEGORIES)


async def _stopped(database: Database, person_id: int) -> frozenset[str]:
    async with database.session() as session:
        return await wanted.stopped(session, person_id)


async def test_all_categories_are_stopped_unless_told_which(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    await _stop(database, ana.person_id)
    await _stop(database, luis.person_id, "training")
    assert await _stopped(database, ana.person_id) == set(CATEGORIES)
    assert await _stopped(database, luis.person_id) == {"training"}


async def test_started_again_by_category(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _stop(database, ana.person_id)
    async with database.transaction() as session:
        await wanted.start(session, ana.person_id, ["reminders"])
    assert await _stopped(database, ana.person_id) == {"announcements", "training"}
    async with database.transaction() as session:
        await wanted.start(session, ana.person_id)
    assert await _stopped(database, ana.person_id) == set()


@pytest.mark.parametrize("decide", [wanted.stop, wanted.start])
async def test_an_unknown_category_is_refused(
    database: Database, meet: Meet, decide: object
) -> None:
    ana = await meet()
    with pytest.raises(ValueError, match="novedades"):
        async with database.transaction() as session:
            await decide(session, ana.person_id, ["training", "novedades"])  # type: ignore[operator]
    assert await _stopped(database, ana.person_id) == set()


async def test_a_stop_takes_out_its_category_on_every_channel(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp")
    other = await meet("telegram", "77")
    await run(
        database,
        "UPDATE address SET person_id = :ana WHERE id = :other",
        ana=ana.person_id,
        other=other.address_id,
    )
    telegram = type(other)(ana.person_id, other.address_id, other.channel, other.external)
    for address in (ana, telegram):
        await queue(database, address, "curso", lane=states.BULK, category="training")
        await queue(database, address, "anuncio", lane=states.BULK, category="announcements")
        await queue(database, address, "respuesta")
    await _stop(database, ana.person_id, "training")
    found = await rows(
        database, "SELECT channel, content->>'text', state, reason FROM outbox ORDER BY id"
    )
    assert found == [
        (channel, words, *became)
        for channel in ("whatsapp", "telegram")
        for words, became in (
            ("curso", (states.EXCLUDED, "stopped")),
            ("anuncio", (states.QUEUED, None)),
            ("respuesta", (states.QUEUED, None)),
        )
    ]


async def test_a_stop_waits_while_a_message_of_a_category_is_handed_over(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await queue(database, ana, "anuncio", "otro", lane=states.BULK, category="announcements")
    async with database.transaction() as session:
        message = await outbox.claim_next(session, ana.person_id)
    assert message is not None
    async with database.transaction() as handing_over:
        assert await wanted.refused(handing_over, message.id, message.address_id) is None
        stopping = asyncio.create_task(_stop(database, ana.person_id))
        await until_someone_waits_for_a_lock(database)
        assert not stopping.done()
        assert await _stopped(database, ana.person_id) == set()
    await stopping
    async with database.transaction() as session:
        assert await wanted.refused(session, message.id, message.address_id) == wanted.STOPPED


async def test_a_hand_over_that_waited_for_a_stop_sees_it(database: Database, meet: Meet) -> None:
    ana = await meet()
    await queue(database, ana, "anuncio", lane=states.BULK, category="announcements")
    async with database.transaction() as session:
        message = await outbox.claim_next(session, ana.person_id)
    assert message is not None and not message.stopped

    async def hand_over() -> str | None:
        async with database.transaction() as session:
            return await wanted.refused(session, message.id, message.address_id)

    async with database.transaction() as stopping:
        await wanted.stop(stopping, ana.person_id)
        handing_over = asyncio.create_task(hand_over())
        await until_someone_waits_for_a_lock(database)
    assert await handing_over == wanted.STOPPED


async def test_what_a_receipt_settled_is_not_handed_over_again(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    (message_id,) = await queue(
        database, ana, "anuncio", lane=states.BULK, category="announcements"
    )
    async with database.transaction() as session:
        await outbox.claim_next(session, ana.person_id)
        await outbox.was_sent(session, message_id, "SM1")
        assert await wanted.refused(session, message_id, ana.address_id) == wanted.SETTLED
