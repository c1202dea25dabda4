"""What comes in from WhatsApp: forms of every kind, Twilio's list, and signatures."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.messages.content import Content
from bot import inbound
from bot.channels.whatsapp import WhatsApp
from bot.inbound import STORED_TEXT_LIMIT, MalformedMessage
from tests.bot.channels.claims import ANA, NUMBER, on_whatsapp
from tests.bot.channels.conftest import PUBLIC_URL, Ears
from tests.providers.record import File
from tests.providers.twilio import AUTH_TOKEN, SENDER, Location, TwilioStandIn
from tests.providers.twilio_signature import Signer

OTHER = "+50370009999"


def _file(content_type: str, name: str = "") -> File:
    return File(name, content_type, b"contenido")


@pytest.mark.parametrize(
    ("sent", "kind", "words", "media_type"),
    [
        (
            {"body": "¿Ocupo permiso? 🙂\nGracias"},
            inbound.TEXT,
            "¿Ocupo permiso? 🙂\nGracias",
            None,
        ),
        ({"media": [_file("audio/ogg")]}, inbound.VOICE, "", "audio/ogg"),
        (
            {"body": "¿qué es esto?", "media": [_file("image/jpeg")]},
            inbound.IMAGE,
            "¿qué es esto?",
            "image/jpeg",
        ),
        ({"media": [_file("image/webp")]}, inbound.STICKER, "", "image/webp"),
        ({"media": [_file("video/mp4")]}, inbound.VIDEO, "", "video/mp4"),
        (
            {"media": [_file("application/pdf", "plan.pdf")]},
            # Twilio gives a file's name as the words that the person did not write.
            inbound.DOCUMENT,
            "",
            "application/pdf",
        ),
        (
            {"body": "¿va bien mi plan.pdf?", "media": [_file("application/pdf", "plan.pdf")]},
            inbound.DOCUMENT,
            "¿va bien mi plan.pdf?",
            "application/pdf",
        ),
        ({"media": [_file("text/vcard")]}, inbound.CONTACT, "", "text/vcard"),
        ({"location": Location(13.69, -89.19, "Taller")}, inbound.LOCATION, "", None),
    ],
)
async def test_every_kind_of_message_is_read(
    whatsapp: WhatsApp,
    twilio: TwilioStandIn,
    ears: Ears,
    sent: dict[str, Any],
    kind: str,
    words: str,
    media_type: str | None,
) -> None:
    await twilio.inbound(ANA, **sent)
    posted = ears.inbound()
    assert posted.path == "/webhooks/whatsapp"
    read = whatsapp.read_webhook(posted.form)
    assert (read.channel, read.external, read.kind, read.text) == ("whatsapp", NUMBER, kind, words)
    assert read.provider_id == twilio.messages_from(ANA)[0].provider_id
    assert read.detail.get("media_type") == media_type
    unworded = kind == inbound.DOCUMENT and not words
    assert read.detail.get("name") == ("plan.pdf" if unworded else None)
    assert read.detail.get("media", "").startswith(twilio.url) is (media_type is not None)


GOOD = {"MessageSid": "SM" + "0a" * 16, "From": ANA, "Body": "Hola", "NumMedia": "0"}


@pytest.mark.parametrize(
    "broken",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM123"},
        {"MessageSid": "XX" + "0a" * 16},
        {"MessageSid": GOOD["MessageSid"] + "\n"},
        {"From": ""},
        {"From": "whatsapp:"},
        {"From": "whatsapp:70001234"},
        {"From": "whatsapp:+0123456789"},
        {"From": "whatsapp:+503' OR 1=1"},
        {"From": "whatsapp:+" + "9" * 16},
        {"From": "whatsapp:+٥٠٣٧٠٠٠١٢٣٤"},
    ],
)
def test_a_form_without_who_or_what_is_malformed(
    whatsapp: WhatsApp, broken: dict[str, str]
) -> None:
    with pytest.raises(MalformedMessage):
        whatsapp.read_webhook(GOOD | broken)
    with pytest.raises(MalformedMessage):
        whatsapp.read_webhook({key: value for key, value in GOOD.items() if key not in broken})


def test_what_no_database_stores_is_left_out(whatsapp: WhatsApp) -> None:
    form = GOOD | {"Body": "ho\x00la \ud83d\r\nsi", "ButtonPayload": "b1\x00.0\udc00"}
    read = whatsapp.read_webhook(form)
    assert (read.text, read.detail) == ("hola \nsi", {"payload": "b1.0"})
    read = whatsapp.read_webhook(GOOD | {"Body": "ñ" * 20_000})
    assert len(read.text) == STORED_TEXT_LIMIT + 1


_values = st.one_of(st.text(max_size=20), st.sampled_from(["0", "1", "-1", "audio/ogg", "image/x"]))
_names = st.sampled_from(
    ["Body", "NumMedia", "MediaContentType0", "MediaUrl0", "Latitude", "Longitude", "ButtonPayload"]
)


@given(st.dictionaries(_names, _values))
def test_any_form_with_who_and_what_is_a_message(form: dict[str, str]) -> None:
    channel = WhatsApp(account_sid="AC", auth_token="t", sender=SENDER, public_url=PUBLIC_URL)
    read = channel.read_webhook(form | {"MessageSid": GOOD["MessageSid"], "From": ANA})
    assert read.kind in inbound.KINDS
    json.dumps([read.text, read.detail]).encode()
    assert "\\u0000" not in json.dumps([read.text, read.detail])


async def test_the_list_gives_what_came_in_oldest_first(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    twilio.webhook_url = None
    before = datetime.now(UTC) - timedelta(minutes=1)
    await twilio.inbound(ANA, "uno")
    await whatsapp.send(on_whatsapp(Content("respuesta")))
    await twilio.inbound(f"whatsapp:{OTHER}", media=[_file("image/jpeg")])
    await twilio.inbound("whatsapp:+1", "de un número que no lo es")
    await twilio.inbound(ANA, "dos")
    listed = await whatsapp.list_inbound(before)
    assert [(one.external, one.text) for one in listed] == [
        (NUMBER, "uno"),
        (OTHER, ""),
        (NUMBER, "dos"),
    ]
    # The list tells that there is a file, not of which type.
    assert [one.kind for one in listed] == [inbound.TEXT, inbound.DOCUMENT, inbound.TEXT]
    assert await whatsapp.list_inbound(datetime.now(UTC) + timedelta(minutes=1)) == []


# -- signatures ------------------------------------------------------------------------------------


async def test_only_what_twilio_signed_for_our_public_address_is_authentic(
    whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    await twilio.inbound(ANA, "¡Hola! ¿Qué tal? 🙂 a&b=c")
    posted = ears.inbound()
    assert whatsapp.is_signed(posted.path, posted.form, posted.signature)
    forged = [
        (posted.path, posted.form | {"Body": "otra"}, posted.signature),
        (posted.path, posted.form | {"Extra": "1"}, posted.signature),
        (posted.path, {k: v for k, v in posted.form.items() if k != "Body"}, posted.signature),
        (posted.path, posted.form, ""),
        (posted.path, posted.form, posted.signature[:-4] + "AAA="),
        (posted.path, posted.form, "ñ" * len(posted.signature)),
        (f"{posted.path}?a=1", posted.form, posted.signature),
        (f"{posted.path}/", posted.form, posted.signature),
        ("/webhooks/whatsapp/status", posted.form, posted.signature),
    ]
    for path, form, signature in forged:
        assert not whatsapp.is_signed(path, form, signature)


@pytest.mark.parametrize(
    ("url", "key", "accepted"),
    [
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=5", AUTH_TOKEN, True),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=6", AUTH_TOKEN, False),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status", AUTH_TOKEN, False),
        ("http://127.0.0.1:8000/webhooks/whatsapp/status?message=5", AUTH_TOKEN, False),
        ("http://torogoz.example.sv/webhooks/whatsapp/status?message=5", AUTH_TOKEN, False),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=5", "ab" * 16, False),
    ],
)
def test_a_signature_covers_address_and_query(
    whatsapp: WhatsApp, url: str, key: str, accepted: bool
) -> None:
    signature = Signer(key).signature(url, GOOD)
    path = "/webhooks/whatsapp/status?message=5"
    assert whatsapp.is_signed(path, GOOD, signature) is accepted
