"""Delivery over the real channels: what each outcome of a send makes of the message."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, text

from actions.messages import inbox, outbox, states
from actions.messages.content import Content
from actions.people import service as people
from actions.store.database import Database
from bot.channels.protocol import Channel
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import RECONCILE_AFTER, WhatsApp
from bot.delivery import MAX_ATTEMPTS, Delivery
from tests.providers.faults import FaultKind
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, CallbackSettings, TwilioStandIn

NUMBER = "+50370001234"
ANA = f"whatsapp:{NUMBER}"
CHAT = 77


class Sender:
    """Ana's outbox, and what is sent from it."""

    def __init__(self, database: Database, channel: Channel, person_id: int, address_id: int):
        self.database = database
        self.channel = channel
        self.person_id = person_id
        self.address_id = address_id
        self._delivery = Delivery(database, {channel.name: channel})

    async def queue(
        self, *texts: str, lane: int = states.REPLY, category: str | None = None
    ) -> list[int]:
        async with self.database.transaction() as session:
            return await outbox.add(
                session,
                person_id=self.person_id,
                address_id=self.address_id,
                channel=self.channel.name,
                contents=[Content(one) for one in texts],
                lane=lane,
                category=category,
            )

    async def deliver(self) -> None:
        """What is due goes out, by a worker of its own."""
        await self._delivery.deliver(self.person_id)

    async def rows(self) -> list[Row[Any]]:
        async with self.database.session() as session:
            found = await session.execute(
                text(
                    "SELECT state, reason, provider_id, attempts, "
                    "extract(epoch FROM not_before - now())::float AS due FROM outbox ORDER BY id"
                )
            )
            return list(found)

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def wait(self, passed: timedelta) -> None:
        """As if so much time had passed for what waits."""
        async with self.database.transaction() as session:
            await session.execute(
                text(
                    "UPDATE outbox SET attempted_at = attempted_at - :passed, "
                    "not_before = not_before - :passed"
                ),
                {"passed": passed},
            )


async def _sender(database: Database, channel: Channel, external: str) -> Sender:
    async with database.transaction() as session:
        received = await inbox.receive(
            session,
            channel=channel.name,
            external=external,
            provider_id="m1",
            kind="text",
            text="hola",
            detail={},
        )
    return Sender(database, channel, received.person_id, received.address_id)


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    """No callback ever comes, so that only the list tells of a lost answer."""
    silent = CallbackSettings(queued=None, sent=None, delivered=None)
    async with TwilioStandIn(callbacks=silent) as provider:
        provider.people.wrote(ANA)
        yield provider


@pytest.fixture
async def on_whatsapp(database: Database, twilio: TwilioStandIn) -> AsyncIterator[Sender]:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        public_url="https://torogoz.example.sv",
        api_url=twilio.url,
    )
    yield await _sender(database, channel, NUMBER)
    await channel.close()


@pytest.fixture
async def provider() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(chat_rate=0, overall_rate=0) as stand_in:
        stand_in.chats.start(CHAT)
        yield stand_in


@pytest.fixture
async def on_telegram(database: Database, provider: TelegramStandIn) -> AsyncIterator[Sender]:
    channel = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=provider.url)
    yield await _sender(database, channel, str(CHAT))
    await channel.close()


def _texts(twilio: TwilioStandIn) -> list[str]:
    return [message.text for message in twilio.messages_to(ANA)]


async def test_all_that_is_due_goes_out_in_order(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    await on_whatsapp.queue("anuncio", lane=states.BULK)
    await on_whatsapp.queue("uno", "dos")
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno", "dos", "anuncio"]
    rows = await on_whatsapp.rows()
    assert {row.state for row in rows} == {states.SENT}
    sids = [message.provider_id for message in twilio.messages_to(ANA)]
    assert [rows[1].provider_id, rows[2].provider_id, rows[0].provider_id] == sids


@pytest.mark.parametrize("fault", [FaultKind.TOO_MANY_REQUESTS, FaultKind.REFUSED])
async def test_what_was_not_taken_waits_with_all_behind_it(
    on_whatsapp: Sender, twilio: TwilioStandIn, fault: FaultKind
) -> None:
    await on_whatsapp.queue("uno", "dos")
    if fault is FaultKind.REFUSED:
        await twilio.refuse_connections()
    else:
        twilio.faults.once(fault, operation="messages.create")
    await on_whatsapp.deliver()
    await on_whatsapp.deliver()
    assert _texts(twilio) == []
    assert await on_whatsapp.states() == [states.QUEUED, states.QUEUED]
    await twilio.accept_connections()
    await on_whatsapp.wait(timedelta(seconds=6))
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno", "dos"]


async def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    await on_whatsapp.queue("uno", "dos")
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="messages.create")
    await on_whatsapp.deliver()
    assert await on_whatsapp.states() == [states.AMBIGUOUS, states.QUEUED]
    await on_whatsapp.wait(timedelta(seconds=2))
    await on_whatsapp.deliver()
    # The list may not show it yet.
    assert twilio.record.requests["messages.list"] == 0
    await on_whatsapp.wait(RECONCILE_AFTER)
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno", "dos"]
    assert await on_whatsapp.states() == [states.SENT, states.SENT]


async def test_what_never_arrived_is_sent_again(on_whatsapp: Sender, twilio: TwilioStandIn) -> None:
    await on_whatsapp.queue("uno")
    twilio.faults.once(FaultKind.DROPPED, operation="messages.create")
    await on_whatsapp.deliver()
    await on_whatsapp.wait(RECONCILE_AFTER)
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno"]
    (row,) = await on_whatsapp.rows()
    assert (row.state, row.attempts) == (states.SENT, 2)


async def test_a_resend_whose_answer_is_lost_too_is_given_time_to_be_listed(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    await on_whatsapp.queue("uno")
    twilio.faults.once(FaultKind.DROPPED, operation="messages.create")
    await on_whatsapp.deliver()
    await on_whatsapp.wait(RECONCILE_AFTER)
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="messages.create")
    await on_whatsapp.deliver()
    (row,) = await on_whatsapp.rows()
    assert row.state == states.AMBIGUOUS
    assert row.due > RECONCILE_AFTER.total_seconds() - 10
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno"]
    await on_whatsapp.wait(RECONCILE_AFTER)
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno"]
    assert await on_whatsapp.states() == [states.SENT]


async def test_the_same_words_sent_twice_are_two_messages(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    await on_whatsapp.queue("sí", "sí")
    twilio.faults.once(FaultKind.SLOW, operation="messages.create", seconds=0)
    twilio.faults.once(FaultKind.DROPPED, operation="messages.create")
    await on_whatsapp.deliver()
    assert await on_whatsapp.states() == [states.SENT, states.AMBIGUOUS]
    await on_whatsapp.wait(RECONCILE_AFTER)
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["sí", "sí"]
    assert await on_whatsapp.states() == [states.SENT, states.SENT]


async def test_what_is_refused_lets_the_next_one_go(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    twilio.people.refuse(ANA, 21610)
    await on_whatsapp.queue("uno", "dos")
    await on_whatsapp.deliver()
    rows = await on_whatsapp.rows()
    assert [(row.state, row.reason) for row in rows] == [
        (states.FAILED, "blocked_by_person"),
        (states.FAILED, "blocked_by_person"),
    ]


@pytest.mark.parametrize("lane", [states.NOTICE, states.BULK])
async def test_who_blocked_us_gets_no_notices_until_they_write_again(
    on_telegram: Sender, provider: TelegramStandIn, lane: int
) -> None:
    provider.block(CHAT, tell=False)
    await on_telegram.queue("respuesta")
    await on_telegram.deliver()
    provider.unblock(CHAT, tell=False)
    await on_telegram.queue("aviso", lane=lane)
    await on_telegram.deliver()
    rows = await on_telegram.rows()
    assert [(row.state, row.reason) for row in rows] == [
        (states.FAILED, "blocked_by_person"),
        (states.EXCLUDED, "blocked"),
    ]
    assert provider.messages_to(str(CHAT)) == []


async def test_who_stopped_gets_what_has_no_category_and_nothing_else(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    async with on_telegram.database.transaction() as session:
        await people.stop_messages(session, on_telegram.person_id)
    await on_telegram.queue("respuesta")
    await on_telegram.queue("se unió tu cuenta", lane=states.NOTICE)
    await on_telegram.queue("aviso", lane=states.NOTICE, category="reminders")
    await on_telegram.queue("anuncio", lane=states.BULK, category="announcements")
    await on_telegram.deliver()
    texts = [message.text for message in provider.messages_to(str(CHAT))]
    assert texts == ["respuesta", "se unió tu cuenta"]
    rows = await on_telegram.rows()
    assert [(row.state, row.reason) for row in rows] == [
        (states.SENT, None),
        (states.SENT, None),
        (states.EXCLUDED, "stopped"),
        (states.EXCLUDED, "stopped"),
    ]


async def test_a_stop_that_comes_after_the_claim_still_holds(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("anuncio", lane=states.BULK, category="announcements")
    async with on_telegram.database.transaction() as session:
        message = await outbox.claim_next(session, on_telegram.person_id)
    assert message is not None
    assert not message.stopped
    async with on_telegram.database.transaction() as session:
        await people.stop_messages(session, on_telegram.person_id)
    delivery = Delivery(on_telegram.database, {on_telegram.channel.name: on_telegram.channel})
    assert await delivery.send(message)
    assert provider.messages_to(str(CHAT)) == []
    (row,) = await on_telegram.rows()
    assert (row.state, row.reason) == (states.EXCLUDED, "stopped")


async def test_a_stop_waits_for_the_send_under_way_and_no_other_starts(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("uno", "dos", lane=states.BULK, category="announcements")
    provider.faults.once(FaultKind.SLOW, operation="sendMessage", seconds=0.5)
    delivering = asyncio.create_task(on_telegram.deliver())
    await provider.wait_for(lambda: provider.messages_to(str(CHAT)))
    async with on_telegram.database.transaction() as session:
        await people.stop_messages(session, on_telegram.person_id)
        # The provider has answered, and what it said is known.
        assert (await on_telegram.states())[0] == states.SENT
    await delivering
    assert [message.text for message in provider.messages_to(str(CHAT))] == ["uno"]
    assert await on_telegram.states() == [states.SENT, states.EXCLUDED]


async def test_what_was_sent_before_the_stop_is_not_called_excluded(
    on_whatsapp: Sender, twilio: TwilioStandIn
) -> None:
    await on_whatsapp.queue("uno", "dos", lane=states.BULK, category="announcements")
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="messages.create")
    await on_whatsapp.deliver()
    async with on_whatsapp.database.transaction() as session:
        await people.stop_messages(session, on_whatsapp.person_id)
    await on_whatsapp.wait(RECONCILE_AFTER)
    await on_whatsapp.deliver()
    assert _texts(twilio) == ["uno"]
    assert await on_whatsapp.states() == [states.SENT, states.EXCLUDED]


async def test_on_telegram_a_reply_is_repeated_once_for_a_lost_answer(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("uno", "dos")
    provider.faults.once(FaultKind.ANSWER_LOST, operation="sendMessage")
    await on_telegram.deliver()
    await on_telegram.wait(timedelta(seconds=2))
    await on_telegram.deliver()
    texts = [message.text for message in provider.messages_to(str(CHAT))]
    assert texts == ["uno", "uno", "dos"]


async def test_on_telegram_an_announcement_is_never_repeated(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("anuncio", lane=states.BULK)
    provider.faults.once(FaultKind.ANSWER_LOST, operation="sendMessage")
    await on_telegram.deliver()
    await on_telegram.wait(timedelta(seconds=2))
    await on_telegram.deliver()
    (row,) = await on_telegram.rows()
    assert (row.state, row.reason) == (states.UNKNOWN, "ambiguous")
    assert len(provider.messages_to(str(CHAT))) == 1


async def test_on_telegram_a_reply_outlives_a_minute_of_failures(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("uno")
    provider.faults.at_rate(FaultKind.SERVER_ERROR, 1.0, operation="sendMessage")
    await on_telegram.deliver()
    for _ in range(6):
        await on_telegram.wait(timedelta(seconds=10))
        await on_telegram.deliver()
    (row,) = await on_telegram.rows()
    assert row.state == states.AMBIGUOUS
    assert row.attempts < MAX_ATTEMPTS
    provider.faults.clear()
    await on_telegram.wait(timedelta(minutes=1))
    await on_telegram.deliver()
    assert await on_telegram.states() == [states.SENT]


async def test_messages_of_a_channel_that_is_off_are_kept(
    on_telegram: Sender, provider: TelegramStandIn
) -> None:
    await on_telegram.queue("uno")
    await Delivery(on_telegram.database, {}).deliver(on_telegram.person_id)
    (row,) = await on_telegram.rows()
    assert (row.state, row.reason) == (states.QUEUED, "channel_off")
    await on_telegram.wait(timedelta(minutes=2))
    await on_telegram.deliver()
    assert await on_telegram.states() == [states.SENT]
