"""Papers of an application: fetched from both providers, judged, kept once, and told of."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from actions.articles.shelf import Shelf
from actions.cases.hours import Hours
from actions.files import images
from actions.messages import inbox
from actions.messages.inbox import Waiting
from actions.people import erasure, linking
from actions.registry import applications
from actions.registry.applications import MOST_DOCUMENTS, Application
from actions.registry.mine import mine
from actions.store.database import Database
from api.assembly import FLOWS, RESPONSES
from bot import flows, inbound, responses
from bot.application_papers import (
    LONGEST_SHOWN,
    MOST_AT_ONCE,
    PAPER,
    Taking,
    as_read,
    told,
    was_taken,
)
from bot.channels.protocol import LARGEST_FETCHED, Channel
from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.consultant_acts import told_place
from bot.flows.model import Slot
from bot.slots.types import slot_type
from bot.turn import Parts, take_turn
from bot.understanding.understood import Open
from nlu.client import NluClient
from tests.actions.files.samples import document, picture, written
from tests.providers.faults import FaultKind
from tests.providers.record import File, RecordedMessage
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.system import Channels, free_port, with_channels

CHAT = 7_300_000
CATALOGUE = responses.load(RESPONSES)
UNREADABLE = CATALOGUE.say("utter_unreadable_image", {}).text
WANTED = Application("persona", "Rosa Cañas", ("aguas",), ("La Paz",))
HTML = b"<html><script>alert('ataque')</script></html>"
FILE_QUESTION = Open(Slot("photo", "Foto", slot_type({"type": "file"})), date(2026, 11, 23))


def photo(shade: int = 0) -> bytes:
    """A picture; ``shade`` tells one from another."""
    return picture("JPEG", size=(40 + shade, 30))


def pdf(pages: int = 1) -> bytes:
    return written(document(pages))


def locked_pdf() -> bytes:
    writer = document()
    writer.encrypt("secreto")
    return written(writer)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has more pixels than are unpacked."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    side = int(images.MOST_PIXELS**0.5) + 1
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (side // 8 + 2)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass
class Phone:
    """Someone on Telegram who sends files, and what the inbox makes of them."""

    database: Database
    provider: TelegramStandIn
    channels: dict[str, Channel]
    chat: int = CHAT
    person: int = 0
    taking: Taking = field(default_factory=Taking)

    def upload(self, content: bytes) -> str:
        """The provider's id of a file that it holds."""
        return str(self.provider.files.add(File("", "", content))["file_id"])

    async def send(
        self,
        content: bytes | None = None,
        *,
        kind: str = inbound.IMAGE,
        words: str = "",
        channel: str = "telegram",
        **detail: Any,
    ) -> Waiting:
        """A message with a file, as the inbox has it."""
        if content is not None:
            detail["media"] = self.upload(content)
        return await self.write(kind, words, channel, detail)

    async def write(
        self, kind: str, words: str, channel: str, detail: dict[str, Any] | None = None
    ) -> Waiting:
        async with self.database.transaction() as session:
            number = await session.scalar(text("SELECT count(*) FROM inbox"))
            received = await inbox.receive(
                session,
                channel=channel,
                external=str(self.chat),
                provider_id=str(number),
                kind=kind,
                text=words,
                detail=detail or {},
            )
        self.person = received.person_id
        return (await self.waiting())[-1]

    async def apply(self, channel: str = "telegram") -> int:
        """Writes for the first time, and applies."""
        row = await self.write(inbound.TEXT, "hola", channel)
        async with self.database.transaction() as session:
            await session.execute(
                text("UPDATE inbox SET handled_at = now() WHERE id = :id"), {"id": row.id}
            )
            now = datetime.now(UTC)
            return await applications.apply_for(session, self.person, WANTED, (), now)

    async def waiting(self) -> list[Waiting]:
        async with self.database.statement() as session:
            return await inbox.waiting(session, self.person, 50)

    async def take(self, rows: list[Waiting] | None = None, asked: Open | None = None) -> bool:
        """Takes what waits, or those messages."""
        rows = await self.waiting() if rows is None else rows
        return await self.taking.take(self.database, self.channels, self.person, rows, asked)

    async def told(self) -> str:
        return told(CATALOGUE, await self.waiting()).replace("**", "")

    def downloads(self) -> int:
        return self.provider.record.requests["file"]


async def papers(database: Database) -> list[tuple[int, str, str]]:
    """All papers of all applications: consultant, name and media type."""
    async with database.session() as session:
        rows = await session.execute(
            text("SELECT consultant_id, name, media_type FROM consultant_document ORDER BY id")
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def phone(database: Database) -> AsyncIterator[Phone]:
    async with TelegramStandIn(chat_rate=0, overall_rate=0) as provider:
        provider.chats.start(CHAT)
        telegram = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=provider.url)
        yield Phone(database, provider, {"telegram": telegram, "web": Web()})
        await telegram.close()


# -- keeping ---------------------------------------------------------------------------------------


async def test_a_paper_is_fetched_and_kept_once(phone: Phone) -> None:
    number = await phone.apply()
    row = await phone.send(photo())
    assert await phone.take()
    assert await papers(phone.database) == [(number, "foto.jpg", "image/jpeg")]
    assert await phone.told() == ("Recibí «foto.jpg» (1 de 8). Mandá otro, o escribí mi solicitud.")
    # A turn that is repeated neither fetches nor keeps it again, and says the same.
    assert not await phone.take()
    # Nor does a turn beside this one, which had read the message before.
    assert not await phone.take([row])
    assert await papers(phone.database) == [(number, "foto.jpg", "image/jpeg")]
    assert phone.downloads() == 2


async def test_a_burst_is_told_in_one_sentence(phone: Phone) -> None:
    number = await phone.apply()
    await phone.send(photo(1), words="mi título")
    await phone.send(pdf(), kind=inbound.DOCUMENT, name="DUI de Rosa.pdf")
    assert await phone.take()
    assert await phone.told() == (
        "Recibí «mi título.jpg» y «DUI de Rosa.pdf» (2 de 8). Mandá otro, o escribí mi solicitud."
    )
    for shade in (2, 3):
        await phone.send(photo(shade))
    assert await phone.take()
    assert (await phone.told()).startswith("Recibí 4 documentos (4 de 8).")
    assert [name for _, name, _ in await papers(phone.database)] == [
        "mi título.jpg",
        "DUI de Rosa.pdf",
        "foto.jpg",
        "foto.jpg",
    ]
    assert {owner for owner, _, _ in await papers(phone.database)} == {number}


async def test_the_same_paper_twice_is_one(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo(), words="título")
    await phone.send(photo(), words="otra vez mi título")
    assert await phone.take()
    assert len(await papers(phone.database)) == 1
    assert await phone.told() == (
        "Recibí «título.jpg» (1 de 8). Mandá otro, o escribí mi solicitud.\n\n"
        "Ya tenía «otra vez mi título.jpg»: no hace falta mandar lo mismo otra vez."
    )


async def test_eight_papers_fit_and_no_more_are_fetched(phone: Phone) -> None:
    await phone.apply()
    for shade in range(MOST_DOCUMENTS - 1):
        await phone.send(photo(shade))
    assert await phone.take()
    for shade in range(3):
        await phone.send(photo(20 + shade))
    assert await phone.take()
    assert len(await papers(phone.database)) == MOST_DOCUMENTS
    assert phone.downloads() == MOST_DOCUMENTS
    assert await phone.told() == (
        "Recibí 8 documentos (8 de 8), y ya no caben más. Para ver cómo va escribí mi solicitud."
        "\n\nNo guardé 2 documentos: ya tengo los 8 documentos que caben. Si hay que cambiar "
        "alguno, escribí persona y el ministerio te ayuda."
    )


async def test_who_asks_hears_how_many_came_and_whether_more_fit(phone: Phone) -> None:
    await phone.apply()
    responses_said = []
    for shades in (range(2), range(2, MOST_DOCUMENTS)):
        for shade in shades:
            await phone.send(photo(shade))
        assert await phone.take()
        async with phone.database.session() as session:
            place = await mine(session, phone.person, datetime.now(UTC))
        (say,) = told_place(place).says
        responses_said.append((say.response, say.params["count"]))
    assert responses_said == [("utter_application_waits", "2"), ("utter_application_full", "8")]


async def test_two_turns_at_once_never_keep_more_than_fit(phone: Phone) -> None:
    await phone.apply()
    for shade in range(MOST_DOCUMENTS + 2):
        await phone.send(photo(shade))
    rows = await phone.waiting()
    half = len(rows) // 2
    await asyncio.gather(phone.take(rows), phone.take(rows[half:]), phone.take(rows[:half]))
    assert len(await papers(phone.database)) == MOST_DOCUMENTS
    assert all(map(was_taken, await phone.waiting()))


async def test_a_paper_is_made_anew_without_what_hangs_on_it(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo() + b"PK\x03\x04 ataque" + HTML)
    assert await phone.take()
    async with phone.database.session() as session:
        content = bytes(await session.scalar(text("SELECT content FROM consultant_document")))
    assert content.startswith(b"\xff\xd8\xff")
    assert b"ataque" not in content
    assert b"PK\x03\x04" not in content


# -- what is not kept ------------------------------------------------------------------------------


Trouble = Callable[[Phone], Awaitable[object]]


def _sent(content: bytes, **more: Any) -> Trouble:
    return lambda phone: phone.send(content, kind=inbound.DOCUMENT, **more)


async def _away(phone: Phone) -> None:
    phone.provider.faults.once(FaultKind.SERVER_ERROR, operation="getFile")
    await phone.send(photo())


async def _dropped(phone: Phone) -> None:
    phone.provider.faults.once(FaultKind.DROPPED, operation="file")
    await phone.send(photo())


async def _slow(phone: Phone) -> None:
    phone.taking = Taking(fetch_seconds=0.3)
    phone.provider.faults.once(FaultKind.SLOW, seconds=20, operation="getFile")
    await phone.send(photo())


async def _no_time_left(phone: Phone) -> None:
    phone.taking = Taking(burst_seconds=0)
    await phone.send(photo())


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (_sent(HTML, name="título.pdf"), "«título»: para tu solicitud solo puedo abrir"),
        (_sent(b"%PDF-1.7\n" + HTML, name="t.pdf"), "«t»: no lo pude abrir"),
        (_sent(b"<html>" + pdf(), name="t.pdf"), "solo puedo abrir"),
        (_sent(b"PK\x03\x04" + bytes(90), name="t.docx"), "solo puedo abrir"),
        (_sent(b"MZ\x90\x00" + bytes(90), name="t.jpg"), "solo puedo abrir"),
        (_sent(b""), "«documento»: para tu solicitud solo puedo abrir"),
        (_sent(photo()[:300]), "no lo pude abrir"),
        (_sent(locked_pdf(), name="DUI.pdf"), "«DUI»: el PDF tiene contraseña"),
        (_sent(b"\0\0\0\x18ftypheic" + bytes(90), name="IMG_1.HEIC"), "«IMG_1»: no puedo abrir"),
        (_sent(bomb()), "la imagen es demasiado grande"),
        (_sent(pdf(501)), "caben 500 páginas"),
        (_sent(photo() + bytes(LARGEST_FETCHED)), "pesa demasiado. Caben 5 MB"),
        (_sent(bytes(21 * 1024 * 1024)), "pesa demasiado"),
        (_away, "No pude bajar «foto». Probá mandar otra vez"),
        (_dropped, "No pude bajar «foto»"),
        (_slow, "No pude bajar «foto»"),
        (_no_time_left, "No pude bajar «foto»"),
        (lambda phone: phone.send(), "No pude bajar «foto»"),
        (lambda phone: phone.send(media="no-es-de-nadie"), "No pude bajar «foto»"),
        (lambda phone: phone.send(media={"a": 1}), "No pude bajar «foto»"),
    ],
)
async def test_what_cannot_be_kept_is_said_and_not_fetched_again(
    phone: Phone, trouble: Trouble, sentence: str
) -> None:
    await phone.apply()
    await trouble(phone)
    assert await phone.take()
    assert sentence in await phone.told()
    assert await papers(phone.database) == []
    requests = phone.provider.record.requests.total()
    assert not await phone.take()
    assert phone.provider.record.requests.total() == requests
    assert phone.taking.under_way == 0
    # The next one, which is well, is kept.
    await phone.send(photo())
    phone.taking = Taking()
    assert await phone.take()
    assert len(await papers(phone.database)) == 1


async def test_a_file_that_is_too_large_is_not_even_downloaded(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo() + bytes(LARGEST_FETCHED))
    assert await phone.take()
    assert phone.downloads() == 0


async def test_the_web_chat_says_where_papers_can_be_sent(phone: Phone) -> None:
    await phone.apply("web")
    await phone.send(kind=inbound.DOCUMENT, words="mi título", channel="web", size=900)
    assert await phone.take()
    assert "WhatsApp o Telegram" in await phone.told()
    assert not await phone.take()
    assert await papers(phone.database) == []


async def test_a_slow_provider_takes_only_so_many_places(phone: Phone) -> None:
    await phone.apply()
    row = await phone.send(photo())
    phone.taking.under_way = MOST_AT_ONCE
    assert await phone.take([row])
    assert phone.downloads() == 0
    assert "No pude bajar" in await phone.told()


# -- whose it is -----------------------------------------------------------------------------------


async def _approve(database: Database, number: int) -> None:
    today = datetime.now(UTC).date()
    async with database.transaction() as session:
        await applications.approve(
            session, number, "CA-9", today, today + timedelta(days=90), "ana", datetime.now(UTC)
        )


async def _reject(database: Database, number: int) -> None:
    async with database.transaction() as session:
        await applications.reject(session, number, "No", "ana", datetime.now(UTC))


async def test_without_an_application_of_ones_own_nothing_is_fetched(phone: Phone) -> None:
    await phone.apply()
    stranger = Phone(phone.database, phone.provider, phone.channels, CHAT + 1)
    row = await stranger.send(photo(), words="título")
    assert not await stranger.take()
    assert await stranger.waiting() == [row] == [as_read(row)]
    # Nor is it kept for whoever's turn reads it by mistake.
    assert not await phone.take([row])
    assert await papers(phone.database) == []


@pytest.mark.parametrize("decided", [_approve, _reject])
async def test_after_the_ministrys_answer_nothing_is_added(
    phone: Phone, decided: Callable[[Database, int], Awaitable[None]]
) -> None:
    number = await phone.apply()
    await decided(phone.database, number)
    row = await phone.send(photo())
    assert not await phone.take()
    assert await phone.waiting() == [row]
    assert not phone.provider.record.requests


async def _meanwhile(phone: Phone, happens: Callable[[], Awaitable[Any]]) -> bool:
    """Something happens while a paper is being fetched."""
    phone.provider.faults.once(FaultKind.SLOW, seconds=1.0, operation="getFile")
    taking = asyncio.create_task(phone.take())
    await phone.provider.wait_for(lambda: phone.provider.record.requests["getFile"])
    await happens()
    return await taking


async def test_an_answer_that_comes_meanwhile_goes_before(phone: Phone) -> None:
    number = await phone.apply()
    row = await phone.send(photo())
    assert not await _meanwhile(phone, lambda: _approve(phone.database, number))
    assert await phone.waiting() == [row]
    assert await papers(phone.database) == []


async def test_what_was_erased_meanwhile_stays_erased(phone: Phone) -> None:
    await phone.apply()
    row = await phone.send(photo())

    async def erase() -> None:
        async with phone.database.transaction() as session:
            await erasure.erase(session, phone.person, datetime.now(UTC), answering=[row.id])

    assert not await _meanwhile(phone, erase)
    (read,) = await phone.waiting()
    assert (read.kind, read.text, read.detail) == (erasure.ERASED, "", {})
    assert await papers(phone.database) == []


async def test_erasing_forgets_papers_and_what_they_were_called(phone: Phone) -> None:
    await phone.apply()
    row = await phone.send(photo(), words="título de Rosa")
    assert await phone.take()
    async with phone.database.transaction() as session:
        assert (await erasure.held(session, phone.person)).papers == 1
        await session.execute(text("UPDATE inbox SET handled_at = now()"))
        await erasure.erase(session, phone.person, datetime.now(UTC), answering=[row.id])
    assert await papers(phone.database) == []
    async with phone.database.session() as session:
        left = await session.scalar(text("SELECT string_agg(text || detail, '') FROM inbox"))
        assert (await erasure.held(session, phone.person)).papers is None
    assert left == "{}{}"


async def test_what_another_turn_answered_meanwhile_is_not_kept(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo())

    async def answer() -> None:
        async with phone.database.transaction() as session:
            await session.execute(text("UPDATE inbox SET handled_at = now()"))

    assert not await _meanwhile(phone, answer)
    assert await papers(phone.database) == []


@pytest.mark.parametrize("applicant_is_kept", [True, False])
async def test_papers_come_from_any_joined_account(phone: Phone, applicant_is_kept: bool) -> None:
    number = await phone.apply()
    other = Phone(phone.database, phone.provider, phone.channels, CHAT + 1)
    await other.send()
    kept, joined = (phone, other) if applicant_is_kept else (other, phone)
    async with phone.database.transaction() as session:
        code = await linking.make_code(session, kept.person, datetime.now(UTC))
    async with phone.database.transaction() as session:
        await linking.join(session, joined.person, code, datetime.now(UTC))
    await other.send(photo())
    assert await other.take()
    assert await papers(phone.database) == [(number, "foto.jpg", "image/jpeg")]


async def test_a_question_that_takes_a_file_gets_it(phone: Phone) -> None:
    await phone.apply()
    row = await phone.send(photo())
    assert not await phone.take(asked=FILE_QUESTION)
    assert await phone.waiting() == [row]
    assert not phone.provider.record.requests


async def test_only_photos_and_documents_are_papers(phone: Phone) -> None:
    await phone.apply()
    for kind in inbound.KINDS - {inbound.IMAGE, inbound.DOCUMENT}:
        await phone.send(photo(), kind=kind)
    assert not await phone.take()
    assert not phone.provider.record.requests


# -- the words beside it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("mi título", "mi título.jpg"),
        ("DUI, por los dos lados", "DUI por los dos lados.jpg"),
        ("Título Ing. Civil", "Título Ing Civil.jpg"),
        ("../../etc/passwd.exe", "etc passwd exe.jpg"),
        ("\u202egpj.exe", "gpj exe.jpg"),
        ("***", "foto.jpg"),
        ("🙏 🙏", "foto.jpg"),
    ],
)
async def test_words_beside_a_paper_are_its_name(phone: Phone, words: str, name: str) -> None:
    await phone.apply()
    await phone.send(photo(), words=words)
    assert await phone.take()
    assert [kept for _, kept, _ in await papers(phone.database)] == [name]
    (row,) = map(as_read, await phone.waiting())
    assert (row.kind, row.text) == (inbound.TEXT, "")


@pytest.mark.parametrize(
    "words",
    [
        *("¿con esto basta?", "gracias", "mi solicitud", "/ayuda", "persona"),
        "cuánto tarda el registro",
        "les mando mi título y quiero saber cuándo me contestan ustedes",
    ],
)
async def test_words_that_ask_or_order_are_read_as_ever(phone: Phone, words: str) -> None:
    await phone.apply()
    await phone.send(photo(), words=words)
    assert await phone.take()
    assert [kept for _, kept, _ in await papers(phone.database)] == ["foto.jpg"]
    (row,) = map(as_read, await phone.waiting())
    assert (row.kind, row.text) == (inbound.TEXT, words)


async def test_a_long_name_is_shown_by_its_beginning(phone: Phone) -> None:
    await phone.apply()
    await phone.send(pdf(), kind=inbound.DOCUMENT, name=f"{'constancia ' * 20}.pdf")
    assert await phone.take()
    shown = (await phone.told()).partition("«")[2].partition("»")[0]
    assert shown.endswith("…")
    assert len(shown) <= LONGEST_SHOWN


async def test_no_log_line_tells_what_was_sent(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo(), words="título de Rosa")
    await phone.send(HTML, kind=inbound.DOCUMENT, name="secreto.pdf")
    await phone.send(media="no-es-de-nadie", words="DUI 01234567-8")
    with capture_logs() as logs:
        assert await phone.take()
    assert {line["event"] for line in logs} == {"paper_handled", "paper_not_fetched"}
    assert all(line.keys() <= {"event", "log_level", "inbox", "outcome", "reason"} for line in logs)
    for secret in ("Rosa", "secreto", "01234567", "no-es-de-nadie"):
        assert secret not in str(logs)


# -- the turn --------------------------------------------------------------------------------------


async def _turn(phone: Phone) -> list[str]:
    """What the person is answered by one turn of a process that just started."""
    async with NluClient(f"http://127.0.0.1:{free_port()}") as nlu:
        parts = Parts(
            database=phone.database,
            channels=phone.channels,
            nlu=nlu,
            shelf=await Shelf.open(phone.database, date(2026, 11, 23), searched=False),
            responses=CATALOGUE,
            flows=flows.load(FLOWS),
            hours=Hours(),
            transcriber=None,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
            feed_url="https://example.org/calendario/{}.ics".format,
        )
        handled = await take_turn(parts, phone.person)
    assert handled is not None
    assert not await phone.waiting()
    async with phone.database.session() as session:
        rows = await session.scalars(text("SELECT content->>'text' FROM outbox ORDER BY id"))
        return [one.replace("**", "") for one in rows]


async def test_files_and_words_of_one_breath_are_one_answer(phone: Phone) -> None:
    await phone.apply()
    for shade in range(3):
        await phone.send(photo(shade))
    await phone.write(inbound.TEXT, "gracias", "telegram")
    (answer,) = await _turn(phone)
    assert "Recibí 3 documentos (3 de 8). Mandá otro, o escribí mi solicitud.\n\n" in answer
    assert CATALOGUE.say("utter_attachment_ignored", {}).text not in answer
    assert len(await papers(phone.database)) == 3


async def test_a_turn_that_died_before_its_answer_is_repeated_without_the_provider(
    phone: Phone,
) -> None:
    await phone.apply()
    await phone.send(photo())
    assert await phone.take()
    requests = phone.provider.record.requests.total()
    (answer,) = await _turn(phone)
    assert answer.startswith("Recibí «foto.jpg» (1 de 8). Mandá otro, o escribí mi solicitud.")
    assert phone.provider.record.requests.total() == requests
    assert len(await papers(phone.database)) == 1


async def test_what_cannot_be_read_beside_a_paper_is_told_too(phone: Phone) -> None:
    await phone.apply()
    await phone.send(photo())
    await phone.write(inbound.VOICE, "", "telegram")
    (answer,) = await _turn(phone)
    assert "Recibí «foto.jpg» (1 de 8)" in answer
    assert CATALOGUE.say("utter_unreadable_voice", {}).text in answer


# -- the whole product -----------------------------------------------------------------------------


async def _reply(
    sent_to: Callable[[], list[RecordedMessage]], number: int, seconds: float = 60
) -> str:
    async with asyncio.timeout(seconds):
        while len(sent_to()) < number:
            await asyncio.sleep(0.05)
    return sent_to()[number - 1].text.replace("*", "")


async def _apply_as(channels: Channels, database: Database, external: str) -> int:
    async with database.transaction() as session:
        person = await session.scalar(
            text("SELECT person_id FROM address WHERE external = :one"), {"one": external}
        )
        return await applications.apply_for(session, person, WANTED, (), datetime.now(UTC))


@pytest.mark.timeout(180)
async def test_papers_go_from_the_phone_to_the_application(
    database: Database, database_url: str, rasa_url: str
) -> None:
    async with with_channels(database_url, rasa_url) as channels:
        twilio, telegram = channels.twilio, channels.telegram
        rosa, luis = "whatsapp:+50370001111", "whatsapp:+50370002222"
        paper = File("Título de Rosa.pdf", "application/pdf", pdf())
        selfie = File("", "image/jpeg", photo())

        def to(phone: str) -> Callable[[], list[RecordedMessage]]:
            return lambda: twilio.messages_to(phone)

        # Without an application a file gets the answer that it always got. What comes first is
        # read from Twilio's list, which does not tell what a file is.
        for phone in (rosa, luis):
            await twilio.inbound(phone, "hola")
            await _reply(to(phone), 1)
            await twilio.inbound(phone, media=[selfie])
            assert await _reply(to(phone), 2) == UNREADABLE
        assert twilio.record.requests["media"] == 0
        number = await _apply_as(channels, database, rosa.removeprefix("whatsapp:"))

        await twilio.inbound(rosa, media=[paper])
        assert await _reply(to(rosa), 3) == (
            "Recibí «Título de Rosa.pdf» (1 de 8). Mandá otro, o escribí mi solicitud."
        )
        await twilio.inbound(rosa, "¿ocupo permiso ambiental para mi taller?", media=[selfie])
        answered = await _reply(to(rosa), 4)
        assert answered.startswith("Recibí «foto.jpg» (2 de 8).")
        assert "Fuente" in answered
        assert "El archivo no lo puedo ver" not in answered
        await twilio.inbound(rosa, media=[File("carta.pdf", "application/pdf", HTML)])
        assert (await _reply(to(rosa), 5)).startswith("No guardé «carta»")
        await twilio.inbound(rosa, "mi solicitud")
        assert "Documentos que me han llegado: 2 de 8" in await _reply(to(rosa), 6)

        # A question that is open is asked again after the answer.
        await twilio.inbound(rosa, "mi empresa")
        asked = await _reply(to(rosa), 7)
        await twilio.inbound(rosa, "mi DUI", media=[File("", "image/png", picture("PNG"))])
        again = await _reply(to(rosa), 8)
        assert again.startswith("Recibí «mi DUI.png» (3 de 8).")
        assert asked.splitlines()[-1] in again

        await twilio.inbound(luis, media=[paper])
        assert "no puedo leer archivos" in await _reply(to(luis), 3)
        async with database.transaction() as session:
            await applications.reject(session, number, "No", "ana", datetime.now(UTC))
        await twilio.inbound(rosa, media=[selfie])
        assert (await _reply(to(rosa), 9)).startswith(UNREADABLE)

        await telegram.delivered(await telegram.inbound(CHAT, "hola"))
        await _reply(lambda: telegram.messages_to(str(CHAT)), 1)
        other = await _apply_as(channels, database, str(CHAT))
        await telegram.delivered(await telegram.inbound(CHAT, file=paper, kind="document"))
        assert (await _reply(lambda: telegram.messages_to(str(CHAT)), 2)).startswith(
            "Recibí «Título de Rosa.pdf» (1 de 8)."
        )

        assert await papers(database) == [
            (number, "Título de Rosa.pdf", "application/pdf"),
            (number, "foto.jpg", "image/jpeg"),
            (number, "mi DUI.png", "image/png"),
            (other, "Título de Rosa.pdf", "application/pdf"),
        ]
        rows = channels.system.query(f"SELECT count(*) FROM inbox WHERE detail->'{PAPER}' IS NULL")
        assert rows == [(9,)]
        assert channels.system.query("SELECT max(failures) FROM inbox") == [(0,)]
        logged = channels.system.log.read_text()
        for secret in ("Traceback", "Rosa", "carta", "mi DUI", "7000", BOT_TOKEN):
            assert secret not in logged, secret
