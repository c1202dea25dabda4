"""What clients meet when a stand-in is told to fail."""

import asyncio

import aiohttp
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.providers.faults import FaultKind, FaultPlan
from tests.providers.telegram import TelegramStandIn
from tests.providers.twilio import SENDER, TwilioStandIn

ANA = "whatsapp:+50370001234"


async def _send(client: Client) -> object:
    return await client.messages.create_async(to=ANA, from_=SENDER, body="hola")


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "accepted"), [(FaultKind.ANSWER_LOST, 1), (FaultKind.DROPPED, 0)])
async def test_a_closed_connection_leaves_the_client_in_doubt(
    twilio: TwilioStandIn, twilio_client: Client, kind: FaultKind, accepted: int
) -> None:
    twilio.faults.once(kind, operation="messages.create")
    with pytest.raises(aiohttp.ClientConnectionError):
        await _send(twilio_client)
    assert len(twilio.messages_to(ANA)) == accepted
    listed = await twilio_client.messages.list_async(to=ANA)
    assert len(listed) == accepted
    await _send(twilio_client)
    assert len(twilio.messages_to(ANA)) == accepted + 1


@pytest.mark.asyncio
async def test_an_answer_too_late_was_accepted(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    twilio.faults.once(FaultKind.SLOW, seconds=600)
    sending = asyncio.ensure_future(_send(twilio_client))
    await twilio.wait_for(lambda: twilio.messages_to(ANA))
    with pytest.raises(TimeoutError):
        # The client takes a time-out of its own but does not keep it.
        await asyncio.wait_for(sending, 0.2)
    assert len(twilio.messages_to(ANA)) == 1


@pytest.mark.asyncio
async def test_errors_accept_nothing(twilio: TwilioStandIn, twilio_client: Client) -> None:
    twilio.faults.once(FaultKind.SERVER_ERROR)
    twilio.faults.once(FaultKind.TOO_MANY_REQUESTS, seconds=7)
    for status, code in ((500, 20500), (429, 20429)):
        with pytest.raises(TwilioRestException) as caught:
            await _send(twilio_client)
        assert (caught.value.status, caught.value.code) == (status, code)
    assert twilio.messages_to(ANA) == []
    async with aiohttp.ClientSession() as http:
        twilio.faults.once(FaultKind.TOO_MANY_REQUESTS, seconds=7)
        async with http.get(f"{twilio.url}/2010-04-01/Accounts/x/Messages.json") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.asyncio
async def test_connections_refused_for_a_while(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    twilio.faults.once(FaultKind.REFUSED, seconds=600)
    with pytest.raises(aiohttp.ClientConnectionError):
        await _send(twilio_client)
    with pytest.raises(aiohttp.ClientConnectorError):
        await _send(twilio_client)
    await twilio.accept_connections()
    twilio.faults.once(FaultKind.REFUSED, seconds=0.1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await _send(twilio_client)
    async with asyncio.timeout(60):
        while True:
            try:
                await _send(twilio_client)
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
            else:
                break
    assert len(twilio.messages_to(ANA)) == 1


@pytest.mark.asyncio
async def test_a_port_closed_and_opened_by_hand(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    port = twilio.port
    await twilio.refuse_connections()
    with pytest.raises(aiohttp.ClientConnectorError):
        await _send(twilio_client)
    await twilio.accept_connections()
    assert twilio.port == port
    await _send(twilio_client)
    await twilio.refuse_connections()
    twilio.reset()
    await asyncio.sleep(0.05)
    await _send(twilio_client)


@pytest.mark.asyncio
async def test_telegram_fails_the_same_ways(telegram: TelegramStandIn, bot: Bot) -> None:
    await telegram.inbound(7, "hola")
    telegram.faults.once(FaultKind.ANSWER_LOST, operation="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(7, "uno")
    telegram.faults.once(FaultKind.SLOW, operation="sendMessage", seconds=600)
    with pytest.raises(TimedOut):
        await bot.send_message(7, "dos", read_timeout=0.5)
    await telegram.wait_for(lambda: len(telegram.messages_to("7")) == 2)
    telegram.faults.once(FaultKind.TOO_MANY_REQUESTS, seconds=4)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(7, "tres")
    assert caught.value.retry_after == 4
    telegram.faults.once(FaultKind.SERVER_ERROR)
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(7, "cuatro")
    assert [m.text for m in telegram.messages_to("7")] == ["uno", "dos"]
    assert telegram.faults.drawn == {
        "answer_lost": 1,
        "slow": 1,
        "too_many_requests": 1,
        "server_error": 1,
    }
    assert telegram.record.failures["sendMessage answer_lost"] == 1


def _drawn(seed: int) -> list[bool]:
    plan = FaultPlan(seed)
    plan.at_rate(FaultKind.SERVER_ERROR, 0.2, operation="sendMessage")
    return [plan.draw("sendMessage") is not None for _ in range(1000)]


def test_a_rate_is_kept_and_a_seed_repeats_it() -> None:
    first = _drawn(seed=1)
    assert 150 < sum(first) < 250
    assert first == _drawn(seed=1)
    assert first != _drawn(seed=2)


def test_planned_faults_come_first_and_only_for_their_operation() -> None:
    plan = FaultPlan()
    plan.at_rate(FaultKind.SERVER_ERROR, 1.0)
    plan.once(FaultKind.DROPPED, operation="sendMessage", times=2)
    kinds = [plan.draw(op) for op in ("getMe", "sendMessage", "sendMessage", "sendMessage")]
    assert [fault.kind.value for fault in kinds if fault] == [
        "server_error",
        "dropped",
        "dropped",
        "server_error",
    ]
    plan.at_rate(FaultKind.SERVER_ERROR, 0.0)
    assert plan.draw("getMe") is None


def test_a_rate_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        FaultPlan().at_rate(FaultKind.SLOW, 1.5)
