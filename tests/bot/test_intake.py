"""What Twilio could not hand over, and what it hands over just then: once each, and whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import text

from actions.store.database import Database
from bot import inbound
from bot.channels.whatsapp import WhatsApp
from bot.inbound import Inbound
from bot.intake import Intake
from tests.providers.faults import FaultKind
from tests.providers.record import File
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn

ANA = "whatsapp:+50370001234"
BETO = "whatsapp:+50370005678"
PHOTO = File("foto.jpg", "image/jpeg", b"\xff\xd8\xff\xe0una foto")
NOTE = File("nota.ogg", "audio/ogg", b"OggSuna nota")


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    """Twilio, whose webhooks reach nobody: the tests hand on what they carried."""
    async with TwilioStandIn(webhook_url=None) as provider:
        yield provider


@pytest.fixture
async def whatsapp(twilio: TwilioStandIn) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        public_url="https://torogoz.example.sv",
        api_url=twilio.url,
    )
    yield channel
    await channel.close()


def _webhook(
    twilio: TwilioStandIn, whatsapp: WhatsApp, who: str, body: str = "", *files: File
) -> Inbound:
    """A message that Twilio lists from now on, as its webhook brings it."""
    prepared = twilio.prepare_inbound(who, body, media=files)
    return whatsapp.read_webhook(dict(parse_qsl(prepared.body.decode(), keep_blank_values=True)))


async def _stored(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    async with database.session() as session:
        found = await session.execute(text("SELECT kind, text, detail FROM inbox ORDER BY id"))
        return [(row.kind, row.text, row.detail) for row in found]


async def test_the_first_message_after_a_start_keeps_its_file(
    database: Database, twilio: TwilioStandIn, whatsapp: WhatsApp
) -> None:
    sent = _webhook(twilio, whatsapp, ANA, "mi título", PHOTO)
    await Intake(database, whatsapp).receive(sent)
    [(kind, said, detail)] = await _stored(database)
    assert (kind, said) == (inbound.IMAGE, "mi título")
    assert await whatsapp.fetch(detail["media"]) == PHOTO.content


async def test_what_arrives_together_after_a_start_is_whole_and_in_order(
    database: Database, twilio: TwilioStandIn, whatsapp: WhatsApp
) -> None:
    lost = _webhook(twilio, whatsapp, ANA, "esto se perdió")
    arriving = [
        _webhook(twilio, whatsapp, who, f"papel {place}", PHOTO)
        for place in range(4)
        for who in (ANA, BETO)
    ]
    intake = Intake(database, whatsapp)
    await asyncio.gather(*map(intake.receive, arriving))
    stored = await _stored(database)
    assert stored[0][1] == lost.text
    assert sorted(said for _, said, _ in stored[1:]) == sorted(one.text for one in arriving)
    assert {kind for kind, _, _ in stored[1:]} == {inbound.IMAGE}
    assert all([await whatsapp.fetch(detail["media"]) for _, _, detail in stored[1:]])
    assert await intake.catch_up() == 0


async def test_what_follows_a_message_that_arrives_waits_for_the_next_look(
    database: Database, twilio: TwilioStandIn, whatsapp: WhatsApp
) -> None:
    first = _webhook(twilio, whatsapp, ANA, "uno")
    _webhook(twilio, whatsapp, ANA, "dos")
    _webhook(twilio, whatsapp, BETO, "de otro")
    intake = Intake(database, whatsapp)
    await intake.receive(first)
    assert [said for _, said, _ in await _stored(database)] == ["de otro", "uno"]
    assert await intake.catch_up() == 1
    assert [said for _, said, _ in await _stored(database)] == ["de otro", "uno", "dos"]


async def test_a_voice_note_that_was_missed_comes_with_its_audio(
    database: Database, twilio: TwilioStandIn, whatsapp: WhatsApp
) -> None:
    _webhook(twilio, whatsapp, ANA, "", NOTE)
    _webhook(twilio, whatsapp, ANA, "y esto")
    assert await Intake(database, whatsapp).catch_up() == 2
    (kind, _, detail), (other, said, _) = await _stored(database)
    assert kind == inbound.VOICE
    assert await whatsapp.fetch(detail["media"]) == NOTE.content
    assert (other, said) == (inbound.TEXT, "y esto")


async def test_a_file_that_twilio_does_not_tell_of_loses_no_message(
    database: Database, twilio: TwilioStandIn, whatsapp: WhatsApp
) -> None:
    _webhook(twilio, whatsapp, ANA, "mi papel", PHOTO)
    twilio.faults.at_rate(FaultKind.SERVER_ERROR, 1.0, operation="media")
    assert await Intake(database, whatsapp).catch_up() == 1
    [(kind, said, detail)] = await _stored(database)
    assert (kind, said, detail["media"]) == (inbound.DOCUMENT, "mi papel", "")
