"""From a question without an answer to the answer that people are told of, on the real path."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from actions.articles import facts, reading, service
from actions.questions import reading as questions
from actions.questions import staff
from actions.questions.staff import Resolved
from actions.store.database import Database, libpq_address
from api.assembly import RESPONSES
from api.clock import today
from api.processes.seeding import seeded
from bot import responses
from bot.answer_ready import content_for
from knowledge.facts import FactRegister, load_facts
from knowledge.library import FOLDER
from tests.conversations.script import Player
from tests.conversations.test_conversations import give_real_buttons
from tests.system import Channels, with_channels

pytestmark = pytest.mark.timeout(600)

UNANSWERED = "no tengo información segura"
TELL = "Avisame cuando sepás"
READY = "Ya hay respuesta"
FACT = "PRO-05"
ARTICLE = "aire-ruido-radon"
SAID = "el radón de una bodega lo ve el personal"
TEXT = f"""---
title: ¿Cómo mido el radón de la bodega?
topic: aire_ruido
aliases:
  - medir radón
  - gas radón
  - radón en el local
  - aparato para radón
  - prueba de radón
next: [institucion-hablar-con-persona, institucion-contactar]
---
Por ahora {SAID}: escribí "persona" y queda anotado para que te conteste. [{FACT}]

No ocupás dar tu nombre ni tu DUI para preguntarlo. [PRO-06]
"""
QUESTIONS = (
    "¿como mido el radón de la bodega?",
    "komo mido el radon de la vodega",
    "¿Cómo se mide el radón en la bodega?",
    "como mido radon en la bodega??",
    "oiga como mido el radón en mi bodega",
)


@dataclass
class House:
    """The running product, and the staff's own connection to its database."""

    channels: Channels
    database: Database
    connection: psycopg.AsyncConnection
    register: FactRegister

    def person(self, number: int) -> Player:
        """Someone with a phone: every other one is on Telegram."""
        channel = "telegram" if number % 2 else "whatsapp"
        return Player(self.channels, self.database, self.connection, number, channel)

    async def publish(self) -> None:
        """Ana writes the article, and Berta lets it out."""
        now = datetime.now(UTC)
        async with self.database.transaction() as session:
            number = await service.draft(session, self.register, ARTICLE, TEXT, "Ana", "", now)
            await service.submit(session, ARTICLE, number, now)
            await service.approve(session, self.register, ARTICLE, number, "Berta", now)

    async def until_read(self) -> None:
        """Until web and worker have read what is published now, as their log says."""
        system = self.channels.system
        ((revision,),) = system.query("SELECT revision FROM knowledge_revision")
        said = re.compile(
            rf'"knowledge_read".*"revision": {revision}\b|'
            rf'"revision": {revision}\b.*"knowledge_read"'
        )
        while len(said.findall(system.log.read_text())) < len(system.processes):
            await asyncio.sleep(0.1)

    async def resolve(self) -> Resolved:
        """Berta answers the one open group with the article, as the command line does."""
        async with self.database.transaction() as session:
            library = await reading.published_library(session, self.register, today())
            (group,) = await questions.clusters(session)
            assert group.size == len(QUESTIONS)
            return await staff.resolve(
                session,
                group.number,
                "article",
                ARTICLE,
                "",
                "Berta",
                datetime.now(UTC),
                content_for(responses.load(RESPONSES), library.articles),
            )


@pytest.fixture
async def house(database_url: str, rasa_url: str) -> AsyncIterator[House]:
    await asyncio.to_thread(seeded, database_url)
    database = Database(database_url)
    twilio = {"sends_per_second": 0, "webhook_timeout": 60.0}
    try:
        async with (
            with_channels(database_url, rasa_url, twilio=twilio) as channels,
            await psycopg.AsyncConnection.connect(
                libpq_address(database_url), autocommit=True
            ) as connection,
        ):
            await give_real_buttons(channels, database)
            yield House(channels, database, connection, load_facts(FOLDER / "facts"))
    finally:
        await database.close()


async def test_who_asked_to_be_told_is_told_once_and_nobody_else(house: House) -> None:
    people = [house.person(number) for number in range(1, 6)]
    *told, stopped, silent = people
    for person, asked in zip(people, QUESTIONS, strict=True):
        await person.play([{"says": asked, "hears": UNANSWERED, "offers": TELL}])
    for person in (*told, stopped):
        await person.play([{"presses": TELL, "hears": "te la mando aquí mismo"}])
    await stopped.play([{"says": "alto", "hears": "ya no te mando"}])
    before = {person.number: len(person.messages()) for person in people}

    await house.publish()
    assert await house.resolve() == Resolved(told=len(told), not_told=1)
    for person in told:
        await _until_more(person, before[person.number])
    await house.until_read()
    # Whatever else were on its way would be there by then.
    await asyncio.sleep(3)

    for person, asked in zip(told, QUESTIONS, strict=False):
        assert len(person.messages()) == before[person.number] + 1
        notice = person.messages()[-1]
        assert READY in notice.text and asked in notice.text
        if person.channel == "telegram":
            assert [button.title for button in notice.buttons] == ["Ver la respuesta"]
        else:
            # Its template waits for WhatsApp's approval: the choice comes by its number.
            assert "1. Ver la respuesta" in notice.text
        await person.play([{"presses": "Ver la respuesta", "hears": [SAID, "Fuente"]}])
    for person in (stopped, silent):
        assert len(person.messages()) == before[person.number]


async def test_what_staff_publish_and_end_holds_at_once_without_a_restart(house: House) -> None:
    ana, beto = house.person(1), house.person(2)
    asks = {"says": "¿cómo mido el radón de la bodega?"}
    for person in (ana, beto):
        await person.play([{**asks, "hears": UNANSWERED, "not": SAID}])

    await house.publish()
    await house.until_read()
    for person in (ana, beto):
        await person.play([{**asks, "hears": [SAID, "Fuente"], "not": UNANSWERED}])

    async with house.database.transaction() as session:
        yesterday = today() - timedelta(days=1)
        now = datetime.now(UTC)
        await facts.end(session, house.register, FACT, yesterday, "Berta", "ya no", now)
    await house.until_read()
    for person in (ana, beto):
        await person.play([{**asks, "not": SAID}])


async def _until_more(person: Player, than: int) -> None:
    for _ in range(1500):
        if len(person.messages()) > than:
            return
        await asyncio.sleep(0.04)
    raise AssertionError(f"person {person.number} was not told")
