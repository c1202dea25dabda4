"""Inbound webhooks and status callbacks as the bot receives them."""

import asyncio
import dataclasses
from collections import Counter
from urllib.parse import parse_qs, parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.providers.posting import PreparedRequest
from tests.providers.record import File
from tests.providers.twilio import AUTH_TOKEN, SENDER, Location, Press, TwilioStandIn
from tests.providers_test.listener import Heard, Listener, Reply

pytestmark = pytest.mark.asyncio

ANA = "whatsapp:+50370001234"
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response>%s</Response>'


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _is_signed(url: str, heard: Heard) -> bool:
    signature = heard.headers["X-Twilio-Signature"]
    return bool(RequestValidator(AUTH_TOKEN).validate(url, _form(heard.body), signature))


async def test_a_text_arrives_signed_over_the_exact_url(
    twilio: TwilioStandIn, listener: Listener
) -> None:
    delivery = await twilio.inbound(
        ANA, "¿Cuánto vale el permiso? 100% ñandú & más", profile_name="Ana"
    )
    assert (delivery.ok, delivery.attempts) == (True, 1)
    [heard] = listener.heard
    assert heard.path == "/whatsapp?from=twilio"
    assert _is_signed(f"{listener.url}/whatsapp?from=twilio", heard)
    assert not _is_signed(f"{listener.url}/whatsapp", heard)
    form = _form(heard.body)
    assert form["Body"] == "¿Cuánto vale el permiso? 100% ñandú & más"
    assert (form["From"], form["To"]) == (ANA, SENDER)
    assert (form["WaId"], form["ProfileName"]) == ("50370001234", "Ana")
    assert (form["MessageType"], form["NumMedia"]) == ("text", "0")
    assert form["MessageSid"] == form["SmsMessageSid"] == twilio.messages_from(ANA)[0].provider_id


async def test_media_location_and_buttons(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener, png: bytes
) -> None:
    await twilio.inbound(ANA, "mi planta", media=[File("p.png", "image/png", png)])
    await twilio.inbound(ANA, media=[File("plano.pdf", "application/pdf", b"%PDF")])
    await twilio.inbound(ANA, media=[File("", "audio/ogg", b"OggS")])
    await twilio.inbound(ANA, location=Location(13.7, -89.2, "Planta", "San Salvador"))
    await twilio.inbound(ANA, press=Press("Sí", "tok-1", "SM" + "1" * 32))
    image, document, voice, place, pressed = (_form(h.body) for h in listener.heard)
    assert (image["NumMedia"], image["MessageType"], image["Body"]) == ("1", "image", "mi planta")
    assert image["MediaContentType0"] == "image/png"
    assert image["MediaUrl0"].startswith(f"{twilio.url}/2010-04-01/Accounts/")
    assert (document["MessageType"], document["Body"]) == ("document", "plano.pdf")
    assert voice["MessageType"] == "audio"
    assert (place["Latitude"], place["Longitude"]) == ("13.7", "-89.2")
    assert (place["Label"], place["MessageType"]) == ("Planta", "location")
    assert (pressed["ButtonText"], pressed["ButtonPayload"]) == ("Sí", "tok-1")
    assert (pressed["MessageType"], pressed["Body"]) == ("button", "Sí")
    assert pressed["OriginalRepliedMessageSid"] == "SM" + "1" * 32
    listed = await twilio_client.messages.list_async(from_=ANA)
    assert [m.num_media for m in listed] == ["0", "0", "1", "1", "1"]


async def test_a_failed_webhook_is_not_repeated_but_listed(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    listener.usual = Reply(503)
    delivery = await twilio.inbound(ANA, "hola")
    assert (delivery.ok, delivery.status) == (False, 503)
    twilio.webhook_timeout = 1.0
    listener.usual = Reply(delay=600.0)
    slow = await twilio.inbound(ANA, "¿hay alguien?")
    assert (slow.status, slow.error) == (None, "timed out")
    assert slow.seconds > 0.9
    assert len(listener.heard) == 2
    listed = await twilio_client.messages.list_async(from_=ANA)
    assert [m.body for m in listed] == ["¿hay alguien?", "hola"]
    assert twilio.people.window_is_open(ANA)


async def test_only_a_connection_that_never_opened_is_tried_again() -> None:
    async with Listener() as gone:
        url = gone.url
    async with TwilioStandIn(webhook_url=f"{url}/whatsapp") as twilio:
        delivery = await twilio.inbound(ANA, "hola")
    assert (delivery.status, delivery.attempts) == (None, 2)
    assert [m.text for m in twilio.messages_from(ANA)] == ["hola"]


async def test_fifty_copies_of_one_webhook(twilio: TwilioStandIn, listener: Listener) -> None:
    prepared = twilio.prepare_inbound(ANA, "una sola vez")
    assert listener.heard == []
    await asyncio.gather(*[twilio.post(prepared) for _ in range(50)])
    assert len(listener.heard) == 50
    assert len({_form(h.body)["MessageSid"] for h in listener.heard}) == 1
    assert len(twilio.messages_from(ANA)) == 1
    forged = dataclasses.replace(prepared, body=prepared.body + b"&Body=otra+cosa")
    await twilio.post(forged)
    assert not _is_signed(prepared.url, listener.heard[-1])


async def test_a_public_address_reached_locally(listener: Listener) -> None:
    async with TwilioStandIn(
        webhook_url="https://torogoz.example/whatsapp?canal=1",
        reach={"https://torogoz.example": listener.url},
    ) as twilio:
        assert (await twilio.inbound(ANA, "hola")).ok
    [heard] = listener.heard
    assert heard.headers["Host"] == "torogoz.example"
    assert _is_signed("https://torogoz.example/whatsapp?canal=1", heard)


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        (Reply(body=TWIML % b"", content_type="text/xml"), []),
        (Reply(body=b"", content_type="text/plain"), []),
        (
            Reply(
                body=TWIML % b"<Message>uno</Message><Message><Body>dos</Body></Message>",
                content_type="application/xml",
            ),
            ["uno", "dos"],
        ),
        (Reply(body=b"OK", content_type="text/plain"), ["OK"]),
        (Reply(body=b"<Response>", content_type="text/xml"), []),
        (Reply(500, body=b"roto", content_type="text/plain"), []),
    ],
)
async def test_what_the_answer_to_a_webhook_sends(
    twilio: TwilioStandIn, listener: Listener, reply: Reply, texts: list[str]
) -> None:
    listener.usual = reply
    await twilio.inbound(ANA, "hola")
    assert [m.text for m in twilio.messages_to(ANA)] == texts


async def _send_with_callback(
    twilio: TwilioStandIn, client: Client, listener: Listener, count: int = 1
) -> str:
    twilio.people.wrote(ANA)
    callback = f"{listener.url}/estado?outbox=7%2F1&x=a b".replace(" ", "%20")
    for _ in range(count):
        await client.messages.create_async(
            to=ANA, from_=SENDER, body="hola", status_callback=callback
        )
    return callback


async def test_callbacks_tell_each_status_in_order(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    twilio.callbacks.read = 0.04
    callback = await _send_with_callback(twilio, twilio_client, listener)
    await twilio.wait_for(lambda: len(listener.heard) == 4)
    forms = [_form(h.body) for h in listener.heard]
    assert [f["MessageStatus"] for f in forms] == ["queued", "sent", "delivered", "read"]
    assert all(_is_signed(callback, h) for h in listener.heard)
    assert parse_qs(listener.heard[0].path.partition("?")[2])["outbox"] == ["7/1"]
    assert {f["MessageSid"] for f in forms} == {twilio.messages_to(ANA)[0].provider_id}
    assert "ErrorCode" not in forms[-1]
    assert forms[-1]["EventType"] == "READ"


async def test_a_failure_is_told_with_its_code(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    await twilio_client.messages.create_async(
        to=ANA, from_=SENDER, body="hola", status_callback=f"{listener.url}/estado"
    )
    await twilio.wait_for(lambda: len(listener.heard) == 2)
    last = _form(listener.heard[-1].body)
    assert (last["MessageStatus"], last["ErrorCode"]) == ("failed", "63016")


async def test_callbacks_lost(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    twilio.callbacks.lose = 1.0
    await _send_with_callback(twilio, twilio_client, listener)
    await twilio.wait_for(lambda: twilio.messages_to(ANA)[0].status == "delivered")
    await asyncio.sleep(0.05)
    assert listener.heard == []


async def test_callbacks_shuffled_and_doubled(
    twilio: TwilioStandIn, twilio_client: Client, listener: Listener
) -> None:
    twilio.callbacks.shuffle = twilio.callbacks.duplicate = 1.0
    await _send_with_callback(twilio, twilio_client, listener, count=10)
    await twilio.wait_for(lambda: len(listener.heard) == 60)
    by_message: dict[str, list[str]] = {}
    for heard in listener.heard:
        form = _form(heard.body)
        by_message.setdefault(form["MessageSid"], []).append(form["MessageStatus"])
    usual = {"queued": 2, "sent": 2, "delivered": 2}
    assert all(Counter(statuses) == usual for statuses in by_message.values())
    in_order = ["queued", "queued", "sent", "sent", "delivered", "delivered"]
    assert any(statuses != in_order for statuses in by_message.values())
    assert {m.status for m in twilio.messages_to(ANA)} == {"delivered"}


async def test_pressing_a_button_that_was_sent(twilio: TwilioStandIn, listener: Listener) -> None:
    body = (
        b'{"language": "es", "types": {"twilio/quick-reply": {"body": "Elegi",'
        b' "actions": [{"type": "QUICK_REPLY", "title": "Permiso", "id": "t:1"}]}}}'
    )
    sid = twilio.contents.create(body)["sid"]
    twilio.people.wrote(ANA)
    form = f"To={ANA.replace('+', '%2B')}&From={SENDER.replace('+', '%2B')}&ContentSid={sid}"
    twilio.messages.create(form.encode())
    [message] = twilio.messages_to(ANA)
    await twilio.press(message, "Permiso")
    pressed = _form(listener.heard[-1].body)
    assert pressed["ButtonPayload"] == "t:1"
    assert pressed["OriginalRepliedMessageSid"] == message.provider_id
    with pytest.raises(ValueError, match="no button"):
        await twilio.press(message, "Crédito")


async def test_a_prepared_request_is_complete(twilio: TwilioStandIn) -> None:
    prepared = twilio.prepare_inbound(ANA, "hola")
    assert isinstance(prepared, PreparedRequest)
    assert prepared.url == twilio.webhook_url
    content_type = prepared.headers["Content-Type"]
    assert content_type.startswith("application/x-www-form-urlencoded")
