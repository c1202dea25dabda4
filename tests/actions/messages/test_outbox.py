"""The outbox: in order, by lane, each message with one worker, and nothing after a stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from actions.messages import outbox, states
from actions.messages.content import Attachment, Button, Content
from actions.messages.models import OutboundMessage
from actions.messages.outbox import STALE_SENDING, Claimed
from actions.people import service as people
from actions.store.database import Database
from tests.actions.conftest import (
    Meet,
    Someone,
    jobs_of,
    receive,
    until_someone_waits_for_a_lock,
)


async def _add(
    database: Database,
    someone: Someone,
    *texts: str,
    lane: int = states.REPLY,
    state: str = states.QUEUED,
    category: str | None = None,
) -> list[int]:
    async with database.transaction() as session:
        return await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content(one) for one in texts],
            lane=lane,
            state=state,
            category=category,
        )


async def _claim(database: Database, someone: Someone) -> Claimed | None:
    async with database.transaction() as session:
        return await outbox.claim_next(session, someone.person_id)


async def _send_all(database: Database, someone: Someone) -> list[str]:
    """What goes out, in order, until nothing is due."""
    sent = []
    while (message := await _claim(database, someone)) is not None:
        sent.append(message.content.text)
        async with database.transaction() as session:
            await outbox.was_sent(session, message.id, f"SM{message.id}")
    return sent


async def _find(database: Database, message_id: int) -> OutboundMessage:
    async with database.session() as session:
        found = await outbox.find(session, message_id)
    assert found is not None
    return found


async def _put_back(database: Database, message_id: int, state: str, seconds: float) -> None:
    async with database.transaction() as session:
        await outbox.put_back(session, message_id, state=state, seconds=seconds, reason="test")


# -- order and lanes -------------------------------------------------------------------------------


async def test_messages_go_in_the_order_added(database: Database, meet: Meet) -> None:
    ana = await meet()
    ids = await _add(database, ana, *(str(number) for number in range(30)))
    assert ids == sorted(ids)
    assert await _send_all(database, ana) == [str(number) for number in range(30)]


async def test_replies_go_before_notices_before_announcements(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _add(database, ana, "bulk 1", "bulk 2", lane=states.BULK)
    await _add(database, ana, "notice", lane=states.NOTICE)
    await _add(database, ana, "reply 1", "reply 2")
    assert await _send_all(database, ana) == ["reply 1", "reply 2", "notice", "bulk 1", "bulk 2"]


async def test_people_do_not_wait_for_each_other(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    await _add(database, ana, "a")
    await _add(database, luis, "b")
    assert await _claim(database, ana) is not None
    assert await _send_all(database, luis) == ["b"]


async def test_a_head_that_is_not_due_holds_up_what_is_behind_it(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    first, _ = await _add(database, ana, "uno", "dos")
    assert await _claim(database, ana) is not None
    await _put_back(database, first, states.QUEUED, seconds=60)
    assert await _claim(database, ana) is None
    await _put_back(database, first, states.QUEUED, seconds=0)
    assert await _send_all(database, ana) == ["uno", "dos"]


async def test_a_claim_tells_all_that_sending_needs(database: Database, meet: Meet) -> None:
    ana = await meet("telegram", "77")
    content = Content(
        text="¡Hola!",
        buttons=(Button("Ver", "/help"),),
        files=(Attachment("a.pdf", "https://x.sv/a.pdf", "application/pdf"),),
        template="case_reply",
        variables={"1": "x"},
    )
    async with database.transaction() as session:
        (message_id,) = await outbox.add(
            session,
            person_id=ana.person_id,
            address_id=ana.address_id,
            channel="telegram",
            contents=[content],
            lane=states.NOTICE,
            category="training",
        )
    message = await _claim(database, ana)
    assert message is not None
    assert (message.id, message.person_id, message.address_id) == (
        message_id,
        ana.person_id,
        ana.address_id,
    )
    assert (message.channel, message.external, message.lane) == ("telegram", "77", states.NOTICE)
    assert message.content == content
    assert message.category == "training"
    assert (message.attempts, message.ambiguous, message.stopped, message.blocked) == (
        1,
        False,
        False,
        False,
    )
    assert message.window_opened_at is not None
    stored = await _find(database, message_id)
    assert (stored.state, stored.attempted_at) == (states.SENDING, message.attempted_at)


async def test_a_claim_tells_who_stopped_or_blocked_us(database: Database, meet: Meet) -> None:
    ana = await meet()
    async with database.transaction() as session:
        await people.stop_messages(session, ana.person_id)
        await people.mark_blocked(session, ana.address_id)
    await _add(database, ana, "aviso", lane=states.NOTICE, category="reminders")
    message = await _claim(database, ana)
    assert message is not None
    assert (message.stopped, message.blocked) == (True, True)


async def test_a_category_that_nobody_could_stop_is_refused(database: Database, meet: Meet) -> None:
    ana = await meet()
    with pytest.raises(ValueError, match="anuncios"):
        await _add(database, ana, "aviso", lane=states.BULK, category="anuncios")
    assert await _claim(database, ana) is None


async def test_what_was_added_as_claimed_belongs_to_who_added_it(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    first, second = await _add(database, ana, "uno", "dos", state=states.SENDING)
    stored = [await _find(database, one) for one in (first, second)]
    assert [one.state for one in stored] == [states.SENDING, states.QUEUED]
    assert [one.attempts for one in stored] == [1, 0]
    assert stored[0].attempted_at is not None
    assert await _claim(database, ana) is None
    async with database.transaction() as session:
        assert await outbox.was_sent(session, first, "SM1")
    assert await _send_all(database, ana) == ["dos"]


async def test_what_was_added_as_sent_is_settled(database: Database, meet: Meet) -> None:
    ana = await meet("web", "abc")
    (message_id,) = await _add(database, ana, "hola", state=states.SENT)
    stored = await _find(database, message_id)
    assert stored.settled_at is not None
    assert stored.attempts == 0


# -- one worker each -------------------------------------------------------------------------------


@pytest.mark.parametrize("ambiguous", [False, True])
async def test_of_many_workers_one_gets_a_message(
    database: Database, meet: Meet, ambiguous: bool
) -> None:
    ana = await meet()
    first, _ = await _add(database, ana, "uno", "dos")
    if ambiguous:
        assert await _claim(database, ana) is not None
        await _put_back(database, first, states.AMBIGUOUS, seconds=0)
    claims = await asyncio.gather(*(_claim(database, ana) for _ in range(10)))
    (claimed,) = [one for one in claims if one is not None]
    assert (claimed.id, claimed.ambiguous, claimed.attempts) == (first, ambiguous, 1)


async def test_a_second_worker_waits_for_the_first_ones_transaction(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _add(database, ana, "uno")
    async with database.transaction() as session:
        assert await outbox.claim_next(session, ana.person_id) is not None
        second = asyncio.create_task(_claim(database, ana))
        await until_someone_waits_for_a_lock(database)
        assert not second.done()
    assert await second is None


async def test_a_claim_that_is_rolled_back_leaves_the_message(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _add(database, ana, "uno")
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await outbox.claim_next(session, ana.person_id)
            raise RuntimeError
    assert await _send_all(database, ana) == ["uno"]


# -- what became of it -----------------------------------------------------------------------------


async def test_a_sent_message_is_settled_and_tells_whether_more_waits(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    first, second = await _add(database, ana, "uno", "dos")
    for message_id, more in ((first, True), (second, False)):
        assert await _claim(database, ana) is not None
        async with database.transaction() as session:
            assert await outbox.was_sent(session, message_id, f"SM{message_id}") is more
    stored = await _find(database, first)
    assert (stored.state, stored.provider_id, stored.reason) == (states.SENT, f"SM{first}", None)
    assert stored.settled_at is not None
    async with database.session() as session:
        known = await outbox.known_provider_ids(session, "whatsapp", [f"SM{first}", "SM0"])
        assert known == {f"SM{first}"}
        assert await outbox.known_provider_ids(session, "telegram", [f"SM{first}"]) == set()


async def test_an_ambiguous_message_is_claimed_to_be_reconciled(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    (message_id,) = await _add(database, ana, "uno")
    first = await _claim(database, ana)
    assert first is not None
    await _put_back(database, message_id, states.AMBIGUOUS, seconds=0)
    again = await _claim(database, ana)
    assert again is not None
    # Its first attempt counts: from there on the provider's list is searched.
    assert (again.ambiguous, again.attempts, again.attempted_at) == (True, 1, first.attempted_at)
    async with database.transaction() as session:
        assert await outbox.count_attempt(session, message_id)
    assert (await _find(database, message_id)).attempts == 2


async def test_what_was_settled_meanwhile_stays_so(database: Database, meet: Meet) -> None:
    ana = await meet()
    (message_id,) = await _add(database, ana, "uno")
    await _claim(database, ana)
    async with database.transaction() as session:
        await outbox.was_sent(session, message_id, "SM1")
        await outbox.put_back(session, message_id, state=states.QUEUED, seconds=0, reason="late")
        await outbox.give_up(session, message_id, state=states.FAILED, reason="late")
        assert not await outbox.count_attempt(session, message_id)
    stored = await _find(database, message_id)
    assert (stored.state, stored.reason, stored.attempts) == (states.SENT, None, 1)


@pytest.mark.parametrize("state", [states.FAILED, states.UNKNOWN, states.EXCLUDED])
async def test_a_message_that_was_given_up_lets_the_next_one_go(
    database: Database, meet: Meet, state: str
) -> None:
    ana = await meet()
    first, _ = await _add(database, ana, "uno", "dos")
    await _claim(database, ana)
    async with database.transaction() as session:
        await outbox.give_up(session, first, state=state, reason="por esto")
    stored = await _find(database, first)
    assert (stored.state, stored.reason) == (state, "por esto")
    assert stored.settled_at is not None
    assert await _send_all(database, ana) == ["dos"]


async def test_a_send_cut_off_by_a_crash_is_recovered_as_ambiguous(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    await _add(database, ana, "cortado", "siguiente")
    await _add(database, luis, "en camino", state=states.SENDING)
    assert await _claim(database, ana) is not None
    async with database.transaction() as session:
        assert await outbox.recover_stale(session) == 0
        await session.execute(
            text(
                "UPDATE outbox SET claimed_at = claimed_at - CAST(:age AS interval) "
                "WHERE person_id = :person"
            ),
            {"age": STALE_SENDING, "person": ana.person_id},
        )
        assert await outbox.recover_stale(session) == 1
    again = await _claim(database, ana)
    assert again is not None
    assert (again.content.text, again.ambiguous) == ("cortado", True)
    assert await _claim(database, luis) is None


async def test_those_with_something_due_are_found(database: Database, meet: Meet) -> None:
    due, later, busy, fresh, done = [await meet() for _ in range(5)]
    (one,) = await _add(database, due, "a")
    (two,) = await _add(database, later, "b")
    await _add(database, busy, "c", state=states.SENDING)
    await _add(database, fresh, "d")
    await _add(database, done, "e", state=states.SENT)
    await _put_back(database, one, states.AMBIGUOUS, seconds=0)
    await _put_back(database, two, states.QUEUED, seconds=60)
    async with database.session() as session:
        assert await outbox.people_due(session, 30) == [due.person_id]
        assert sorted(await outbox.people_due(session, 0)) == [due.person_id, fresh.person_id]


# -- posting and stopping --------------------------------------------------------------------------


async def test_a_notice_goes_to_where_the_person_wrote_last(database: Database, meet: Meet) -> None:
    ana = await meet("whatsapp", "+50370001234")
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO address (person_id, channel, external, last_inbound_at) VALUES "
                "(:person, 'telegram', '77', now() - interval '1 h'), "
                "(:person, 'web', 'never', NULL)"
            ),
            {"person": ana.person_id},
        )

    async def posted() -> str:
        async with database.transaction() as session:
            message_id = await outbox.post(session, ana.person_id, Content("Aviso"), states.NOTICE)
        assert message_id is not None
        return (await _find(database, message_id)).channel

    assert await posted() == "whatsapp"
    async with database.transaction() as session:
        await people.mark_blocked(session, ana.address_id)
    assert await posted() == "telegram"
    async with database.transaction() as session:
        await receive(session, "m2")
    assert await posted() == "whatsapp"
    assert ("deliver", f"deliver:{ana.person_id}") in await jobs_of(database)


async def test_nobody_can_be_reached_without_an_address(database: Database) -> None:
    async with database.transaction() as session:
        person_id = await session.scalar(text("INSERT INTO person DEFAULT VALUES RETURNING id"))
        assert await outbox.post(session, person_id, Content("Aviso"), states.NOTICE) is None
    assert await jobs_of(database) == []


async def test_a_stop_takes_out_what_is_queued_of_a_category(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    (sending,) = await _add(database, ana, "en camino", lane=states.BULK, category="announcements")
    await _claim(database, ana)
    taken_out = await _add(database, ana, "aviso", lane=states.NOTICE, category="reminders")
    taken_out += await _add(database, ana, "anuncio", lane=states.BULK, category="announcements")
    (reply,) = await _add(database, ana, "respuesta")
    (notice,) = await _add(database, ana, "se unió tu cuenta", lane=states.NOTICE)
    (other,) = await _add(database, luis, "aviso", lane=states.NOTICE, category="reminders")
    async with database.transaction() as session:
        await people.stop_messages(session, ana.person_id)
    for message_id in taken_out:
        stored = await _find(database, message_id)
        assert (stored.state, stored.reason) == (states.EXCLUDED, "stopped")
        assert stored.settled_at is not None
    assert (await _find(database, sending)).state == states.SENDING
    assert (await _find(database, reply)).state == states.QUEUED
    assert (await _find(database, notice)).state == states.QUEUED
    assert (await _find(database, other)).state == states.QUEUED


async def test_a_stop_is_kept_from_its_first_time_until_taken_back(
    database: Database, meet: Meet
) -> None:
    ana = await meet()

    async def after(decide: Callable[..., Awaitable[None]]) -> Any:
        async with database.transaction() as session:
            await decide(session, ana.person_id)
        async with database.session() as session:
            return await session.scalar(
                text("SELECT min(stopped_at) FROM opted_out WHERE person_id = :id"),
                {"id": ana.person_id},
            )

    first = await after(people.stop_messages)
    assert first is not None
    assert await after(people.stop_messages) == first
    assert await after(people.start_messages) is None
