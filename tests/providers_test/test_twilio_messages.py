"""Sending and listing through Twilio's own client."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.providers.record import File
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers_test.conftest import PATIENCE, Clock
from tests.providers_test.listener import Listener, Reply

pytestmark = pytest.mark.asyncio

ANA = "whatsapp:+50370001234"
LUIS = "whatsapp:+50370005678"


async def _refusal(client: Client, **message: object) -> TwilioRestException:
    fields = {"to": ANA, "from_": SENDER, "body": "hola", **message}
    with pytest.raises(TwilioRestException) as caught:
        await client.messages.create_async(**{k: v for k, v in fields.items() if v is not None})
    return caught.value


async def test_a_reply_inside_the_window_is_delivered(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    await twilio.inbound(ANA, "kiero saver del permiso")
    sent = await twilio_client.messages.create_async(
        to=ANA, from_=SENDER, body="¡Hola! ¿Qué ocupás?"
    )
    assert (sent.status, sent.direction, sent.date_sent) == ("queued", "outbound-api", None)
    assert len(sent.sid) == 34
    assert sent.sid.startswith("SM")
    [message] = twilio.messages_to(ANA)
    assert (message.text, message.provider_id) == ("¡Hola! ¿Qué ocupás?", sent.sid)
    await twilio.wait_for(lambda: message.status == "delivered")
    fetched = await twilio_client.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    assert fetched.date_sent is not None


async def test_outside_the_window_a_free_text_is_taken_and_fails(
    twilio: TwilioStandIn, twilio_client: Client, clock: Clock
) -> None:
    await twilio.inbound(ANA, "hola")
    clock.now += 24 * 3600
    sent = await twilio_client.messages.create_async(to=ANA, from_=SENDER, body="¿Sigue ahí?")
    assert (sent.status, sent.error_code) == ("queued", None)
    message = twilio.messages_to(ANA)[-1]
    await twilio.wait_for(lambda: message.status == "failed")
    assert not message.reached
    fetched = await twilio_client.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("failed", 63016)


async def test_a_second_before_a_day_the_window_is_open(
    twilio: TwilioStandIn, twilio_client: Client, clock: Clock
) -> None:
    await twilio.inbound(ANA, "hola")
    clock.now += 24 * 3600 - 1
    await twilio_client.messages.create_async(to=ANA, from_=SENDER, body="Aquí estoy")
    await twilio.wait_for(lambda: twilio.messages_to(ANA)[-1].status == "delivered")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"body": "x" * 1601}, 21617),
        ({"body": None}, 21619),
        ({"to": "whatsapp:+503"}, 21211),
        ({"to": "whatsapp:70001234"}, 21211),
        ({"to": "+50370001234"}, 21910),
        ({"from_": "whatsapp:+15005550006"}, 63007),
        ({"from_": None}, 21603),
        ({"media_url": ["ftp://example.org/a.pdf"]}, 21620),
        ({"status_callback": "/estado"}, 21609),
        ({"status_callback": "https://mi_bot.example/estado"}, 21609),
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"content_variables": '{"1": "a"}'}, 21654),
        ({"content_variables": "no json"}, 21656),
    ],
)
async def test_what_twilio_refuses(
    twilio: TwilioStandIn, twilio_client: Client, message: dict[str, object], code: int
) -> None:
    error = await _refusal(twilio_client, **message)
    assert (error.status, error.code) == (400, code)
    assert twilio.record.messages == []
    assert twilio.record.failures == {"messages.create 400": 1}


async def test_sixteen_hundred_characters_are_taken(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    await twilio_client.messages.create_async(to=ANA, from_=SENDER, body="ñ" * 1600)
    assert len(twilio.messages_to(ANA)[0].text) == 1600


async def test_opted_out_and_missing_numbers(twilio: TwilioStandIn, twilio_client: Client) -> None:
    twilio.people.refuse(ANA, 21610)
    assert (await _refusal(twilio_client)).code == 21610
    twilio.people.restore(ANA)
    twilio.people.fail(ANA, 63003)
    await twilio_client.messages.create_async(to=ANA, from_=SENDER, body="hola")
    message = twilio.messages_to(ANA)[-1]
    await twilio.wait_for(lambda: message.status == "undelivered")
    assert message.error_code == 63003


async def test_a_wrong_token_is_401(twilio: TwilioStandIn) -> None:
    async with AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT_SID, "wrong", http_client=http)
        client.api.base_url = twilio.url
        error = await _refusal(client)
    assert (error.status, error.code) == (401, 20003)


async def test_an_unknown_message_is_404(twilio_client: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await twilio_client.messages("SM" + "0" * 32).fetch_async()
    assert (caught.value.status, caught.value.code) == (404, 20404)


async def test_beyond_the_rate_429(clock: Clock) -> None:
    async with (
        TwilioStandIn(sends_per_second=5, clock=clock, monotonic=clock) as twilio,
        AsyncTwilioHttpClient() as http,
    ):
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = twilio.url
        sends = [client.messages.create_async(to=ANA, from_=SENDER, body="a") for _ in range(12)]
        results = await asyncio.gather(*sends, return_exceptions=True)
        refused = [r for r in results if isinstance(r, TwilioRestException)]
        assert len(refused) == 7
        assert {(r.status, r.code) for r in refused} == {(429, 20429)}
        assert len(twilio.messages_to(ANA)) == 5


async def test_lists_both_directions_newest_first_with_filters(
    twilio: TwilioStandIn, twilio_client: Client, clock: Clock
) -> None:
    start = datetime.fromtimestamp(clock.now, UTC)
    for number in range(3):
        await twilio.inbound(ANA, f"pregunta {number}")
        clock.now += 10
        await twilio_client.messages.create_async(to=ANA, from_=SENDER, body=f"r{number}")
        clock.now += 10.9
    await twilio.inbound(LUIS, "buenas")
    bodies = [m.body for m in await twilio_client.messages.list_async()]
    assert bodies == ["buenas", "r2", "pregunta 2", "r1", "pregunta 1", "r0", "pregunta 0"]
    of_ana = await twilio_client.messages.list_async(from_=ANA, to=SENDER)
    assert [m.body for m in of_ana] == ["pregunta 2", "pregunta 1", "pregunta 0"]
    assert {m.direction for m in of_ana} == {"inbound"}
    # One second's resolution, both ends included.
    assert of_ana[1].date_sent == start + timedelta(seconds=20)
    later = await twilio_client.messages.list_async(
        from_=ANA, date_sent_after=start + timedelta(seconds=20)
    )
    assert [m.body for m in later] == ["pregunta 2", "pregunta 1"]
    earlier = await twilio_client.messages.list_async(
        from_=ANA, date_sent_before=start + timedelta(seconds=20)
    )
    assert [m.body for m in earlier] == ["pregunta 1", "pregunta 0"]


async def test_pages_by_token_skip_nothing_when_messages_arrive_meanwhile(
    twilio: TwilioStandIn, twilio_client: Client
) -> None:
    for number in range(7):
        twilio.prepare_inbound(ANA, str(number))
    page = await twilio_client.messages.page_async(page_size=3)
    seen = [m.body for m in page]
    while True:
        twilio.prepare_inbound(ANA, "nuevo")
        following = await page.next_page_async()
        if following is None:
            break
        page = following
        seen += [m.body for m in page]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_lists_may_trail_behind(clock: Clock) -> None:
    async with TwilioStandIn(list_lag=5.0, clock=clock) as twilio, AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = twilio.url
        twilio.prepare_inbound(ANA, "hola")
        assert await client.messages.list_async() == []
        clock.now += 5
        assert [m.body for m in await client.messages.list_async()] == ["hola"]


async def test_media_behind_a_redirect_and_credentials(
    twilio: TwilioStandIn, twilio_client: Client, png: bytes
) -> None:
    twilio.prepare_inbound(ANA, media=[File("foto.png", "image/png", png)])
    [message] = await twilio_client.messages.list_async()
    assert message.num_media == "1"
    assert message.sid.startswith("MM")
    [media] = await twilio_client.messages(message.sid).media.list_async()
    assert media.content_type == "image/png"
    url = f"{twilio.url}{media.uri.removesuffix('.json')}"
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        assert (await http.get(url)).status_code == 401
        assert (await http.get(url, auth=(ACCOUNT_SID, AUTH_TOKEN))).status_code == 307
        got = await http.get(url, auth=(ACCOUNT_SID, AUTH_TOKEN), follow_redirects=True)
    assert (got.content, got.headers["content-type"]) == (png, "image/png")


async def test_outbound_media_are_fetched_from_the_bot(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    twilio.people.wrote(ANA)
    listener.files["/recibo.pdf"] = Reply(body=b"%PDF-1.7", content_type="application/pdf")
    for name in ("recibo.pdf", "nada.pdf"):
        await twilio_client.messages.create_async(
            to=ANA, from_=SENDER, body="Su recibo", media_url=[f"{listener.url}/{name}"]
        )
    there, missing = twilio.messages_to(ANA)
    await twilio.wait_for(lambda: there.status == "delivered" and missing.status == "failed")
    assert there.files == (File("recibo.pdf", "application/pdf", b"%PDF-1.7"),)
    assert missing.error_code == 63019


async def test_redact_and_delete(twilio: TwilioStandIn, twilio_client: Client) -> None:
    twilio.prepare_inbound(ANA, "mi DUI es 01234567-8")
    [message] = await twilio_client.messages.list_async()
    assert (await message.update_async(body="")).body == ""
    assert (await message.delete_async()) is True
    assert await twilio_client.messages.list_async() == []
