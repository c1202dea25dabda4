"""Voice notes: fetched from both providers, transcribed over HTTP, and answered as if typed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import encode_basic_auth, web
from sqlalchemy import text
from structlog.testing import capture_logs

from actions.messages import inbox
from actions.messages.inbox import Waiting
from actions.people import erasure
from actions.store.database import Database
from api.assembly import RESPONSES
from bot import inbound, responses
from bot.channels.protocol import LARGEST_FETCHED, Channel, FileTooLarge
from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.channels.whatsapp import WhatsApp
from bot.transcription import (
    LARGEST_ANSWER,
    LONGEST_ECHO,
    LONGEST_SECONDS,
    MOST_AT_ONCE,
    REST_SECONDS,
    UNMEASURED_BYTES,
    NotHeard,
    Transcriber,
    as_typed,
    echo,
    is_too_long,
    listen,
)
from bot.understanding.by_form import LONGEST_QUESTION
from tests.api.command_line import CommandLine
from tests.effort import PATIENT
from tests.providers.faults import FaultKind
from tests.providers.record import File, RecordedMessage
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.transcriber import MODEL, TRANSCRIPTIONS, TranscriberStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER
from tests.system import free_port, with_channels

KEY = "clave-de-prueba"
QUESTION = "¿ocupo permiso ambiental para mi taller?"
CHAT = 7_100_000
FOR_EVER = 600.0
"""Seconds: longer than any test may take."""
CATALOGUE = responses.load(RESPONSES)
UNREADABLE = CATALOGUE.say("utter_unreadable_voice", {}).text


def opus(seconds: float, note: int = 0) -> bytes:
    """An Ogg file that says it is so long; ``note`` tells one from another."""

    def page(position: int, content: bytes) -> bytes:
        head = b"OggS\x00\x00" + position.to_bytes(8, "little") + bytes(12)
        return head + bytes([1, len(content)]) + content

    skipped = 312
    head = b"OpusHead\x01\x01" + skipped.to_bytes(2, "little") + bytes(7)
    end = int(seconds * 48_000) + skipped
    return page(0, head) + page(end, note.to_bytes(4, "big") + bytes(40))


def vorbis(seconds: float) -> bytes:
    head = b"\x01vorbis" + bytes(4) + b"\x01" + (16_000).to_bytes(4, "little")
    end = b"OggS\x00\x00" + int(seconds * 16_000).to_bytes(8, "little") + bytes(13)
    return b"OggS" + bytes(24) + head + end


def mp4(seconds: int, *, wide: bool = False) -> bytes:
    times, size = (16, 8) if wide else (8, 4)
    header = bytes([wide, 0, 0, 0]) + bytes(times) + (1_000).to_bytes(4, "big")
    header += (seconds * 1_000).to_bytes(size, "big") + bytes(40)
    return b"\x00\x00\x00\x18ftypM4A " + bytes(30) + b"mvhd" + header


AUDIO = opus(4)


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[TranscriberStandIn]:
    async with TranscriberStandIn(key=KEY, usual=QUESTION) as stand_in:
        yield stand_in


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transcriber(server: TranscriberStandIn, clock: Clock) -> Transcriber:
    return Transcriber(f"{server.base}/", KEY, MODEL, timeout=60, clock=clock)


# -- the client ------------------------------------------------------------------------------------


async def test_the_form_is_the_one_that_servers_ask_for(
    server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    assert await transcriber.transcribe(AUDIO, 60) == QUESTION
    assert await transcriber.transcribe(mp4(3), 60) == QUESTION
    ogg, m4a = server.asked
    assert (ogg.name, ogg.content_type, ogg.audio) == ("nota.ogg", "audio/ogg", AUDIO)
    assert ogg.fields == {"model": MODEL, "language": "es", "response_format": "json"}
    assert (m4a.name, m4a.content_type) == ("nota.m4a", "audio/mp4")


async def test_what_is_no_audio_is_not_sent(
    server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    for content in (b"", b"Ogg", b"<html>no es audio</html>", b"\xff\xd8\xff\xe0" + bytes(60)):
        with pytest.raises(NotHeard):
            await transcriber.transcribe(content, 60)
    assert not server.record.requests
    assert not transcriber.is_resting


async def _rests_and_recovers(
    server: TranscriberStandIn, transcriber: Transcriber, clock: Clock
) -> None:
    """After a failure: left alone for the rest, then asked again and believed again."""
    asked = server.record.requests.total()
    clock.now += REST_SECONDS - 0.01
    with pytest.raises(NotHeard, match="resting"):
        await transcriber.transcribe(AUDIO, 60)
    assert server.record.requests.total() == asked
    clock.now += 0.02
    assert await transcriber.transcribe(AUDIO, 60) == QUESTION


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((status, b'{"text": "no vale"}') for status in (201, 307, 401, 403, 404, 429, 500, 503)),
        (200, b""),
        (200, b"{"),
        (200, b"\xff\xfe\xfd"),
        (200, b"null"),
        (200, b"[1, 2]"),
        (200, b'"text"'),
        (200, b"{}"),
        (200, b'{"texto": "hola"}'),
        (200, b'{"text": null}'),
        (200, b'{"text": 5}'),
        (200, b'{"text": ["hola"]}'),
        (200, b"[" * 100_000),
        (200, json.dumps({"text": "a" * LARGEST_ANSWER}).encode()),
    ],
)
async def test_a_server_that_errs_is_left_alone_for_a_moment(
    server: TranscriberStandIn,
    transcriber: Transcriber,
    clock: Clock,
    status: int,
    body: bytes,
) -> None:
    server.answers.append((status, body))
    with pytest.raises(NotHeard):
        await transcriber.transcribe(AUDIO, 60)
    await _rests_and_recovers(server, transcriber, clock)


@pytest.mark.parametrize(
    "kind",
    [FaultKind.DROPPED, FaultKind.ANSWER_LOST, FaultKind.SERVER_ERROR, FaultKind.SLOW],
)
async def test_a_server_that_is_away_is_left_alone_for_a_moment(
    server: TranscriberStandIn, transcriber: Transcriber, clock: Clock, kind: FaultKind
) -> None:
    server.faults.once(kind, seconds=FOR_EVER)
    with pytest.raises(NotHeard):
        await transcriber.transcribe(AUDIO, 0.3)
    await _rests_and_recovers(server, transcriber, clock)


async def test_what_people_say_goes_to_the_configured_address_only(site: "Site") -> None:
    async with TranscriberStandIn(usual=QUESTION) as other:
        there = {"Location": f"{other.base}/audio/transcriptions"}
        for status in (307, 308):
            site.pages["/v1/audio/transcriptions"] = (status, there, b"")
            with pytest.raises(NotHeard, match=f"http_{status}"):
                await Transcriber(f"{site.url}/v1", KEY, MODEL).transcribe(AUDIO, 60)
        assert not other.record.requests
    assert len(site.asked) == 2


@pytest.mark.parametrize("status", [400, 413, 415, 422])
async def test_an_audio_that_is_refused_says_nothing_against_the_server(
    server: TranscriberStandIn, transcriber: Transcriber, status: int
) -> None:
    server.answers.append((status, b"{}"))
    with pytest.raises(NotHeard):
        await transcriber.transcribe(AUDIO, 60)
    assert await transcriber.transcribe(AUDIO, 60) == QUESTION


@pytest.mark.parametrize(
    ("audio", "too_long"),
    [
        (opus(120), False),
        (opus(LONGEST_SECONDS + 1), True),
        (opus(119) + bytes(3 * 1024 * 1024), False),
        (vorbis(120), False),
        (vorbis(LONGEST_SECONDS + 1), True),
        (mp4(120), False),
        (mp4(132), True),
        (mp4(120, wide=True), False),
        (mp4(132, wide=True), True),
        (b"ID3" + bytes(UNMEASURED_BYTES - 3), False),
        (b"ID3" + bytes(UNMEASURED_BYTES), True),
        (b"OggS" + bytes(60), False),
        (b"OggS", False),
        (b"OggS" + bytes(UNMEASURED_BYTES), True),
        (b"\x00\x00\x00\x18ftypM4A mvhd", False),
    ],
)
def test_two_minutes_are_listened_to(audio: bytes, too_long: bool) -> None:
    assert is_too_long(audio) is too_long


# -- listening -------------------------------------------------------------------------------------


@dataclass
class Phone:
    """Someone on Telegram who sends voice notes, and what the inbox makes of them."""

    database: Database
    provider: TelegramStandIn
    channels: dict[str, Channel]
    person: int = 0
    sent: int = 0

    def upload(self, audio: bytes) -> str:
        """The provider's id of a file that it holds."""
        return str(self.provider.files.add(File("", "audio/ogg", audio))["file_id"])

    async def send(
        self, detail: dict[str, Any], words: str = "", channel: str = "telegram"
    ) -> Waiting:
        """A voice note, as the inbox has it."""
        self.sent += 1
        async with self.database.transaction() as session:
            received = await inbox.receive(
                session,
                channel=channel,
                external=str(CHAT),
                provider_id=str(self.sent),
                kind=inbound.VOICE,
                text=words,
                detail=detail,
            )
        self.person = received.person_id
        return (await self.waiting())[-1]

    async def waiting(self) -> list[Waiting]:
        async with self.database.statement() as session:
            return await inbox.waiting(session, self.person, 50)


@pytest.fixture
async def phone(database: Database) -> AsyncIterator[Phone]:
    async with TelegramStandIn(chat_rate=0, overall_rate=0) as provider:
        provider.chats.start(CHAT)
        telegram = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=provider.url)
        yield Phone(database, provider, {"telegram": telegram, "web": Web()})
        await telegram.close()


async def test_a_voice_note_is_heard_once_and_read_as_a_text(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    row = await phone.send({"media": phone.upload(AUDIO)})
    assert await listen(transcriber, phone.database, phone.channels, [row])
    (read,) = [as_typed(one) for one in await phone.waiting()]
    assert (read.id, read.kind, read.text) == (row.id, inbound.TEXT, QUESTION)
    # A turn that is repeated neither waits nor pays again.
    assert not await listen(transcriber, phone.database, phone.channels, [read])
    assert not await listen(transcriber, phone.database, phone.channels, await phone.waiting())
    # Nor does what a turn beside this one heard replace it.
    server.usual = "otra cosa"
    assert await listen(transcriber, phone.database, phone.channels, [row])
    assert (await phone.waiting())[0].text == QUESTION
    assert [one.audio for one in server.asked] == [AUDIO, AUDIO]


async def test_several_at_once_are_each_heard(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    notes = [opus(2, note) for note in range(3)]
    server.says = {note: f"parte {place}." for place, note in enumerate(notes)}
    rows = [await phone.send({"media": phone.upload(note)}) for note in notes]
    assert await listen(transcriber, phone.database, phone.channels, rows)
    read = [as_typed(one) for one in await phone.waiting()]
    assert [one.text for one in read] == ["parte 0.", "parte 1.", "parte 2."]
    assert echo(CATALOGUE, read) == "Te escuché: «parte 0. parte 1. parte 2»."


Trouble = Callable[[Phone, TranscriberStandIn], Awaitable[dict[str, Any]]]


async def _gone(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {"media": "no-es-de-nadie"}


async def _no_media(_phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {}


async def _nonsense_media(_phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {"media": {"a": 1}}


async def _provider_away(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    media = phone.upload(AUDIO)
    phone.provider.faults.once(FaultKind.SERVER_ERROR, operation="getFile")
    return {"media": media}


async def _download_dropped(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    phone.provider.faults.once(FaultKind.DROPPED, operation="file")
    return {"media": phone.upload(AUDIO)}


async def _large(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {"media": phone.upload(AUDIO + bytes(LARGEST_FETCHED))}


async def _long(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {"media": phone.upload(opus(LONGEST_SECONDS + 1))}


async def _no_audio(phone: Phone, _server: TranscriberStandIn) -> dict[str, Any]:
    return {"media": phone.upload(b"%PDF-1.7 " + bytes(60))}


async def _silence(phone: Phone, server: TranscriberStandIn) -> dict[str, Any]:
    server.usual = " \n"
    return {"media": phone.upload(AUDIO)}


async def _only_dots(phone: Phone, server: TranscriberStandIn) -> dict[str, Any]:
    server.usual = "… ¡!"
    return {"media": phone.upload(AUDIO)}


async def _too_much(phone: Phone, server: TranscriberStandIn) -> dict[str, Any]:
    server.usual = "a" * (LONGEST_QUESTION + 1)
    return {"media": phone.upload(AUDIO)}


async def _down(phone: Phone, server: TranscriberStandIn) -> dict[str, Any]:
    await server.refuse_connections()
    return {"media": phone.upload(AUDIO)}


async def _slow(phone: Phone, server: TranscriberStandIn) -> dict[str, Any]:
    server.faults.once(FaultKind.SLOW, seconds=FOR_EVER)
    return {"media": phone.upload(AUDIO)}


@pytest.mark.parametrize(
    ("trouble", "reason", "requests"),
    [
        (_gone, "not_fetched", 0),
        (_no_media, "no_file", 0),
        (_nonsense_media, "no_file", 0),
        (_provider_away, "not_fetched", 0),
        (_download_dropped, "not_fetched", 0),
        (_large, "FileTooLarge", 0),
        (_long, "too_long", 0),
        (_no_audio, "unknown_form", 0),
        (_silence, "nothing_said", 1),
        (_only_dots, "nothing_said", 1),
        (_too_much, "too_much_said", 1),
        (_down, "ClientConnectorError", 0),
        (_slow, "TimeoutError", 1),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else None,
)
async def test_what_cannot_be_heard_is_noted_and_not_tried_again(
    phone: Phone,
    server: TranscriberStandIn,
    trouble: Trouble,
    reason: str,
    requests: int,
) -> None:
    patience = 1.0 if trouble is _slow else 60.0
    transcriber = Transcriber(server.base, KEY, MODEL, timeout=patience)
    row = await phone.send(await trouble(phone, server))
    with capture_logs() as logs:
        assert await listen(transcriber, phone.database, phone.channels, [row])
    (line,) = logs
    assert line == {
        "event": "voice_not_heard",
        "log_level": "warning",
        "inbox": row.id,
        "reason": reason,
    }
    (read,) = [as_typed(one) for one in await phone.waiting()]
    assert (read.kind, read.text) == (inbound.VOICE, "")
    assert echo(CATALOGUE, [read]) == ""
    assert not await listen(transcriber, phone.database, phone.channels, [read])
    assert server.record.requests[TRANSCRIPTIONS] == requests


async def test_a_file_that_is_too_large_is_not_even_downloaded(
    phone: Phone, transcriber: Transcriber
) -> None:
    row = await phone.send({"media": phone.upload(AUDIO + bytes(LARGEST_FETCHED))})
    await listen(transcriber, phone.database, phone.channels, [row])
    assert phone.provider.record.requests["getFile"] == 1
    assert phone.provider.record.requests["file"] == 0


async def test_while_the_server_rests_no_file_is_fetched(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.answers.append((503, b""))
    for _ in range(2):
        row = await phone.send({"media": phone.upload(AUDIO)})
        assert await listen(transcriber, phone.database, phone.channels, [row])
    assert phone.provider.record.requests["getFile"] == 1
    assert server.record.requests[TRANSCRIPTIONS] == 1


async def test_the_web_chat_keeps_no_files(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    row = await phone.send({"media": "x"}, channel="web")
    assert await listen(transcriber, phone.database, phone.channels, [row])
    assert as_typed((await phone.waiting())[0]).kind == inbound.VOICE
    assert not server.record.requests


async def test_words_that_came_with_an_audio_are_what_the_person_wrote(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    row = await phone.send({"media": phone.upload(AUDIO)}, words="oí esto")
    assert not await listen(transcriber, phone.database, phone.channels, [row])
    assert as_typed(row) == row
    assert not server.record.requests


async def test_without_a_server_a_voice_note_stays_as_it_is(phone: Phone) -> None:
    row = await phone.send({"media": phone.upload(AUDIO)})
    assert not await listen(None, phone.database, phone.channels, [row])
    assert await phone.waiting() == [row]
    assert not phone.provider.record.requests


async def test_a_slow_server_takes_only_so_many_places(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.faults.at_rate(FaultKind.SLOW, 1.0, seconds=0.3)
    media = phone.upload(AUDIO)
    rows = [await phone.send({"media": media}) for _ in range(MOST_AT_ONCE + 2)]
    assert await listen(transcriber, phone.database, phone.channels, rows)
    heard = [one.text for one in await phone.waiting()]
    assert heard == [QUESTION] * MOST_AT_ONCE + [""] * 2
    assert transcriber.under_way == 0


async def test_what_was_erased_meanwhile_stays_erased(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.faults.once(FaultKind.SLOW, seconds=0.5)
    row = await phone.send({"media": phone.upload(AUDIO)})
    listening = asyncio.create_task(listen(transcriber, phone.database, phone.channels, [row]))
    await server.wait_for(lambda: server.asked)
    async with phone.database.transaction() as session:
        await erasure.erase(session, phone.person, datetime.now(UTC), answering=[row.id])
    assert await listening
    (read,) = await phone.waiting()
    assert (read.kind, read.text, read.detail) == (erasure.ERASED, "", {})


async def test_what_another_turn_answered_meanwhile_stays_as_it_read_it(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.faults.once(FaultKind.SLOW, seconds=0.5)
    row = await phone.send({"media": phone.upload(AUDIO)})
    listening = asyncio.create_task(listen(transcriber, phone.database, phone.channels, [row]))
    await server.wait_for(lambda: server.asked)
    async with phone.database.transaction() as session:
        await session.execute(text("UPDATE inbox SET handled_at = now()"))
    assert await listening
    async with phone.database.statement() as session:
        (read,) = (await session.execute(text("SELECT text, detail FROM inbox"))).all()
    assert (read.text, read.detail) == ("", row.detail)


async def test_no_log_line_tells_what_was_said(phone: Phone, transcriber: Transcriber) -> None:
    row = await phone.send({"media": phone.upload(AUDIO)})
    with capture_logs() as logs:
        await listen(transcriber, phone.database, phone.channels, [row])
    assert [line["event"] for line in logs] == ["voice_heard"]
    assert logs[0].keys() == {"event", "log_level", "inbox", "seconds"}


async def test_what_no_database_stores_is_left_out_of_what_was_heard(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.answers.append((200, b'{"text": "ho\\u0000la \\ud83d Ana"}'))
    row = await phone.send({"media": phone.upload(AUDIO)})
    assert await listen(transcriber, phone.database, phone.channels, [row])
    assert (await phone.waiting())[0].text == "hola  Ana"


async def test_a_long_text_is_shown_by_its_beginning(
    phone: Phone, server: TranscriberStandIn, transcriber: Transcriber
) -> None:
    server.usual = "Fíjese que tengo un **taller** {de} mecánica. " * 20
    row = await phone.send({"media": phone.upload(AUDIO)})
    await listen(transcriber, phone.database, phone.channels, [row])
    (read,) = [as_typed(one) for one in await phone.waiting()]
    assert read.text == server.usual.strip()
    shown = echo(CATALOGUE, [read])
    assert shown.startswith("Te escuché: «Fíjese que tengo un *taller* {de} mecánica. Fíjese")
    assert shown.endswith("…».")
    assert len(shown) <= LONGEST_ECHO + len("Te escuché: «».")


# -- Twilio's files --------------------------------------------------------------------------------


@dataclass
class Site:
    """A web site that gives its pages, and keeps who asked for them with which credentials."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        self._web = web.Server(self._handle, access_log=None)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._web, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._web.shutdown(0.01)

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        self.asked.append((request.raw_path, request.headers.get("Authorization")))
        status, headers, body = self.pages.get(request.raw_path, (404, {}, b""))
        return web.Response(status=status, headers=headers, body=body)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as twilio:
        yield twilio


def _whatsapp(api_url: str) -> WhatsApp:
    return WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        public_url="https://torogoz.example.sv",
        api_url=api_url,
    )


async def test_credentials_go_to_the_api_and_no_further(site: Site) -> None:
    signed = "/archivo?Firma=a%2Bb%2Fc%3D~&n=%C3%B1"
    site.pages["/media/1"] = (307, {"Location": signed}, b"")
    site.pages[signed] = (200, {}, AUDIO)
    assert await _whatsapp(f"{site.url}/").fetch(f"{site.url}/media/1") == AUDIO
    basic = encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)
    assert site.asked == [("/media/1", basic), (signed, None)]


async def test_only_the_configured_api_is_asked(site: Site) -> None:
    async with Site() as other:
        other.pages["/a"] = (200, {}, AUDIO)
        for api in (site.url, "https://api.twilio.com"):
            for media in (f"{other.url}/a", f"{other.url}@{site.url}/a", "", "/a", "file:///a"):
                assert await _whatsapp(api).fetch(media) is None
        # Nor is anything but https, or the API itself, gone on to.
        site.pages["/a"] = (302, {"Location": f"{other.url}/a"}, b"")
        assert await _whatsapp(site.url).fetch(f"{site.url}/a") is None
        assert other.asked == []
    assert [path for path, _ in site.asked] == ["/a"]


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, {}, AUDIO),
        (401, {}, b""),
        (500, {}, b""),
        (206, {}, AUDIO),
        (307, {}, b""),
        (307, {"Location": "/a"}, b""),
        (307, {"Location": "http://[::1"}, b""),
        (307, {"Location": "ftp://127.0.0.1/a"}, b""),
    ],
)
async def test_a_file_that_cannot_be_had_is_none(
    site: Site, status: int, headers: dict[str, str], body: bytes
) -> None:
    site.pages["/a"] = (status, headers, body)
    assert await _whatsapp(site.url).fetch(f"{site.url}/a") is None
    assert 1 <= len(site.asked) <= 4


async def test_a_file_of_more_than_is_fetched_is_too_large(site: Site) -> None:
    site.pages["/a"] = (200, {}, bytes(LARGEST_FETCHED + 1))
    with pytest.raises(FileTooLarge):
        await _whatsapp(site.url).fetch(f"{site.url}/a")


async def test_a_provider_that_is_away_is_none() -> None:
    api = f"http://127.0.0.1:{free_port()}"
    assert await _whatsapp(api).fetch(f"{api}/a") is None


async def test_the_largest_file_is_fetched_whole(site: Site) -> None:
    site.pages["/a"] = (200, {}, bytes(LARGEST_FETCHED))
    assert await _whatsapp(site.url).fetch(f"{site.url}/a") == bytes(LARGEST_FETCHED)


# -- the whole product -----------------------------------------------------------------------------


async def _reply(sent_to: Callable[[], list[RecordedMessage]], number: int = 1) -> str:
    for _ in range(1200):
        if len(sent_to()) >= number:
            return sent_to()[number - 1].text
        await asyncio.sleep(0.05)
    raise AssertionError(f"no reply {number}: {[one.text for one in sent_to()]}")


async def test_a_voice_note_is_answered_as_if_it_had_been_typed(
    database_url: str, rasa_url: str, server: TranscriberStandIn
) -> None:
    environment = {
        **PATIENT,
        "TOROGOZ_TRANSCRIPTION_URL": server.base,
        "TOROGOZ_TRANSCRIPTION_KEY": KEY,
    }
    async with with_channels(database_url, rasa_url, environment=environment) as channels:
        twilio, telegram = channels.twilio, channels.telegram
        note = File("nota.ogg", "audio/ogg", AUDIO)
        speaks, types, waits = (f"whatsapp:+5037000{number}" for number in (1111, 2222, 3333))

        await twilio.inbound(types, QUESTION)
        typed = await _reply(lambda: twilio.messages_to(types))
        await twilio.inbound(speaks, media=[note])
        spoken = await _reply(lambda: twilio.messages_to(speaks))
        assert spoken == f"Te escuché: «{QUESTION}».\n\n{typed}"
        assert "permiso" in typed
        assert twilio.record.requests["media"] == 2

        for chat, sent in ((CHAT, {"text": QUESTION}), (CHAT + 1, {"file": note})):
            await telegram.delivered(await telegram.inbound(chat, **sent))
        typed = await _reply(lambda: telegram.messages_to(str(CHAT)))
        spoken = await _reply(lambda: telegram.messages_to(str(CHAT + 1)))
        assert spoken == f"Te escuché: «{QUESTION}».\n\n{typed}"
        assert telegram.record.requests["file"] == 1
        assert [one.audio for one in server.asked] == [AUDIO, AUDIO]

        # What comes while it is listened to is answered after it; a word said aloud is a command.
        server.usual = "Ayuda."
        server.faults.once(FaultKind.SLOW, seconds=1.0)
        await twilio.inbound(waits, media=[note])
        await twilio.inbound(waits, "/start")
        helped = await _reply(lambda: twilio.messages_to(waits))
        assert helped.startswith("Te escuché: «Ayuda».\n\n")
        assert "Te escuché" not in await _reply(lambda: twilio.messages_to(waits), 2)

        server.faults.once(FaultKind.SERVER_ERROR)
        await twilio.inbound(speaks, media=[note])
        assert UNREADABLE in await _reply(lambda: twilio.messages_to(speaks), 2)

        rows = channels.system.query("SELECT DISTINCT text FROM inbox WHERE kind = 'voice'")
        assert sorted(said for (said,) in rows) == ["", "Ayuda.", QUESTION]
        assert channels.system.query("SELECT max(failures) FROM inbox") == [(0,)]
        logged = channels.system.log.read_text()
        assert logged.count('"event": "voice_heard"') == 3
        assert logged.count('"event": "voice_not_heard"') == 1
        for secret in ("Traceback", "permiso", "Ayuda", "7000", KEY, AUTH_TOKEN, BOT_TOKEN):
            assert secret not in logged, secret


async def test_the_doctor_says_whether_voice_notes_are_heard(
    database_url: str, tmp_path: Path, server: TranscriberStandIn
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    cli = CommandLine(
        tmp_path,
        database_url=database_url,
        nlu_url=away,
        telegram_api_url=server.url,
        port=str(free_port()),
        transcription_key=KEY,
    )
    with_name = server.base.replace("http://", "http://ana:contra@")
    well, key, down = [
        _voice_lines(ended.out)
        for ended in await asyncio.gather(
            cli("doctor", transcription_url=server.base),
            cli("doctor", transcription_url=with_name, transcription_key=""),
            cli("doctor", transcription_url=away),
        )
    ]
    assert well.startswith("✓") and well.endswith(" ms")
    assert key.startswith("✗") and "TOROGOZ_TRANSCRIPTION_KEY" in key
    assert down.startswith("✗") and "TOROGOZ_TRANSCRIPTION_URL" in down
    for said in (well, key, down):
        assert KEY not in said
        assert "contra" not in said
    assert server.asked[0].name == "nota.wav"


def _voice_lines(out: str) -> str:
    """The doctor's finding on voice notes, and how to mend it, on one line."""
    lines = out.splitlines()
    place = next(place for place, line in enumerate(lines) if "Notas de voz" in line)
    mend = lines[place + 1] if lines[place + 1].startswith("    → ") else ""
    return f"{lines[place]} {mend.strip()}".strip()
