"""A turn's ground and record, and the announcement that it ended."""

import asyncio
from typing import Any

from sqlalchemy import text

from actions.messages import inbox, outbox, states, thread, turns
from actions.messages.content import Button, Content
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, receive

OUTCOME = turns.Outcome(
    intent="ask_question",
    confidence=None,
    outcome="answered",
    topic="permiso",
    articles=("permiso-quien-lo-necesita",),
    nlu_up=False,
    milliseconds=12,
)
STATE = {"welcomed": True, "menu": [["¿Qué?", "/help"]]}


def _bare(oldest: int | None, state: dict[str, Any]) -> turns.Ground:
    """The ground of a person of whom nothing else is known."""
    return turns.Ground(
        oldest, state, has_open=False, consent=None, firm={}, has_case=False, held=False
    )


async def _ground(database: Database, someone: Someone) -> turns.Ground:
    async with database.session() as session:
        return await turns.ground(session, someone.person_id)


async def _answer(database: Database, someone: Someone, ids: list[int], words: str) -> int:
    async with database.transaction() as session:
        turn_id = await turns.record(
            session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=ids,
            state=STATE,
            outcome=OUTCOME,
        )
        await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content(words)],
            lane=states.REPLY,
            turn_id=turn_id,
            state=states.SENT,
        )
    return turn_id


async def test_the_ground_of_a_first_turn_is_the_oldest_message_alone(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        await receive(session, "m2", external=ana.external)
    async with database.session() as session:
        oldest = (await inbox.waiting(session, ana.person_id, 1))[0].id
    assert await _ground(database, ana) == _bare(oldest, {})
    assert (await _ground(database, luis)).oldest != oldest


async def test_a_recorded_turn_closes_its_messages_and_keeps_the_state(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        later = await receive(session, "m2", external=ana.external)
    first = (await _ground(database, ana)).oldest
    assert first is not None
    turn_id = await _answer(database, ana, [first], "Sí.")
    assert await _ground(database, ana) == _bare(later.inbox_id, STATE)
    async with database.session() as session:
        row = (
            await session.execute(
                text("SELECT intent, confidence, outcome, topic, articles, nlu_up FROM turn")
            )
        ).one()
        closed = await session.scalar(
            text("SELECT turn_id FROM inbox WHERE id = :id AND handled_at IS NOT NULL"),
            {"id": first},
        )
        replies = await thread.replies_to(session, first)
        assert await thread.replies_to(session, later.inbox_id) is None
    assert tuple(row) == (
        "ask_question",
        None,
        "answered",
        "permiso",
        ["permiso-quien-lo-necesita"],
        False,
    )
    assert closed == turn_id
    assert replies is not None
    assert [reply.content.text for reply in replies] == ["Sí."]


async def test_a_second_turn_replaces_the_state(database: Database, meet: Meet) -> None:
    ana = await meet()
    for number in range(2):
        ground = await _ground(database, ana)
        assert ground.oldest is not None
        await _answer(database, ana, [ground.oldest], f"{number}")
        async with database.transaction() as session:
            await receive(session, f"n{number}", external=ana.external)
    async with database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM conversation")) == 1
        assert await session.scalar(text("SELECT count(*) FROM turn")) == 2


async def test_what_still_has_to_be_sent_is_part_of_the_ground(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        (message_id,) = await outbox.add(
            session,
            person_id=ana.person_id,
            address_id=ana.address_id,
            channel=ana.channel,
            contents=[Content("Aviso")],
            lane=states.BULK,
        )
    assert (await _ground(database, ana)).has_open
    for state, is_open in (
        (states.AMBIGUOUS, True),
        (states.QUEUED, True),
        (states.SENDING, True),
        (states.SENT, False),
        (states.FAILED, False),
        (states.EXCLUDED, False),
        (states.UNKNOWN, False),
    ):
        async with database.transaction() as session:
            await session.execute(
                text("UPDATE outbox SET state = :state WHERE id = :id"),
                {"state": state, "id": message_id},
            )
        assert (await _ground(database, ana)).has_open is is_open


async def test_who_expects_an_answer_is_told_when_it_was_committed(database: Database) -> None:
    heard = turns.TurnsHeard(database.url)
    listening = asyncio.create_task(heard.listen())
    try:
        with heard.expecting(7) as seven, heard.expecting(7) as again, heard.expecting(8) as eight:
            await _until_someone_listens(database)
            async with database.transaction() as session:
                await turns.announce(session, [9])
            async with database.transaction() as session:
                await turns.announce(session, [6, 7])
            async with asyncio.timeout(60):
                await seven.wait()
                await again.wait()
            assert not eight.is_set()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _until_someone_listens(database: Database) -> None:
    listens = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE 'LISTEN%' AND state = 'idle'"
    )
    async with asyncio.timeout(60), database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while not await connection.scalar(listens):
            await asyncio.sleep(0)


async def test_a_notice_that_came_last_offers_its_buttons(database: Database, meet: Meet) -> None:
    ana = await meet()
    notice = Content("Ya hay respuesta", (Button("Ver la respuesta", "/show_article"),))

    async def posted(state: str) -> None:
        async with database.transaction() as session:
            await outbox.add(
                session,
                person_id=ana.person_id,
                address_id=ana.address_id,
                channel=ana.channel,
                contents=[notice],
                lane=states.NOTICE,
                state=state,
            )

    await posted(states.QUEUED)
    # Nobody has seen it yet.
    assert (await _ground(database, ana)).offered == ()
    await posted(states.SENT)
    ground = await _ground(database, ana)
    assert ground.offered == ({"title": "Ver la respuesta", "means": "/show_article"},)
    assert ground.oldest is not None
    async with database.transaction() as session:
        await receive(session, "m2", external=ana.external)
    await _answer(database, ana, [ground.oldest], "¡Hola!")
    assert (await _ground(database, ana)).offered == ()
