"""Voice notes: fetched from their provider, transcribed, and read from then on as if typed.

What was heard is stored in the inbox row, so a repeated turn neither waits nor pays again. That it
could not be heard is stored too: the person then gets the sentence for voice notes that cannot be
read. No transaction is open meanwhile.
"""

import asyncio
import json
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import aiohttp
import structlog
from sqlalchemy import text

from actions.messages.inbox import Waiting
from actions.store.database import Database
from bot import inbound
from bot.channels.protocol import Channel
from bot.responses import Catalogue
from bot.understanding.by_form import LONGEST_QUESTION

TIMEOUT_SECONDS: Final = 25.0
"""For one voice note in all: people wait for that long, and a worker's place is taken."""
FETCH_SECONDS: Final = 10.0
"""Of those, for the provider's file."""
REST_SECONDS: Final = 15.0
"""How long a server that failed is left alone: each person would else wait for the time-out."""
MOST_AT_ONCE: Final = 10
"""Voice notes listened to by one process: a slow server must leave places for those who type."""
LONGEST_SECONDS: Final = 130.0
"""Of a voice note: two minutes and a little more."""
UNMEASURED_BYTES: Final = 2 * 1024 * 1024
"""Of a form whose length in seconds is not read: two minutes at 128 kbit/s."""
LARGEST_ANSWER: Final = 256 * 1024
LONGEST_ECHO: Final = 300
"""Characters of what was heard that are shown to the person: a phone's screen has few lines."""

HEARD: Final = "heard"
"""In the detail of an inbox row: whether its voice note could be heard."""

_OF_THIS_AUDIO: Final = frozenset({400, 413, 415, 422})
"""HTTP statuses that refuse one audio and say nothing against the server."""
_FORMS: Final = (
    (0, b"OggS", "ogg", "audio/ogg"),
    (4, b"ftyp", "m4a", "audio/mp4"),
    (0, b"ID3", "mp3", "audio/mpeg"),
    (0, b"\xff\xfb", "mp3", "audio/mpeg"),
    (0, b"\xff\xf3", "mp3", "audio/mpeg"),
    (0, b"\xff\xf2", "mp3", "audio/mpeg"),
    (0, b"\xff\xf1", "aac", "audio/aac"),
    (0, b"\xff\xf9", "aac", "audio/aac"),
    (8, b"WAVE", "wav", "audio/wav"),
    (0, b"\x1aE\xdf\xa3", "webm", "audio/webm"),
    (0, b"fLaC", "flac", "audio/flac"),
)
"""Where a form's own mark stands, with the ending and the media type that servers know it by."""
_MEASURED: Final = frozenset({"ogg", "m4a"})

log = structlog.get_logger(__name__)


class NotHeard(Exception):
    """There is no text of an audio. ``reason`` is a word of ours, an HTTP status (``http_500``) or
    an error's class; nothing of the audio is in it."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Transcriber:
    """A client of ``POST {url}/audio/transcriptions`` of any OpenAI-compatible server."""

    def __init__(
        self,
        url: str,
        key: str | None,
        model: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeout = timeout
        """Seconds for one voice note, its file included."""
        self.under_way = 0
        """Voice notes that are being listened to."""
        self._url = url.rstrip("/") + "/audio/transcriptions"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._clock = clock
        self._rest_until = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether the server failed a moment ago and is not asked."""
        return self._clock() < self._rest_until

    async def transcribe(self, audio: bytes, within: float) -> str:
        """What is said in the audio, in at most so many seconds; may be empty.

        Raises NotHeard while the server is down, slow, resting or answers nonsense, and for audio
        that it refuses.
        """
        form = form_of(audio)
        if form is None:
            raise NotHeard("unknown_form")
        if self.is_resting:
            raise NotHeard("resting")
        try:
            return _text_of(await self._ask(audio, *form, within))
        except NotHeard as error:
            if error.status not in _OF_THIS_AUDIO:
                self._rest_until = self._clock() + REST_SECONDS
            raise

    async def _ask(self, audio: bytes, ending: str, media_type: str, within: float) -> bytes:
        body = aiohttp.FormData()
        body.add_field("file", audio, filename=f"nota.{ending}", content_type=media_type)
        body.add_field("model", self._model)
        body.add_field("language", "es")
        body.add_field("response_format", "json")
        # A session for each: voice notes are few, and the server takes seconds for one. Without
        # redirects: what people say goes to the configured address only.
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=within)) as session,
                session.post(
                    self._url, data=body, headers=self._headers, allow_redirects=False
                ) as answer,
            ):
                if answer.status != 200:
                    raise NotHeard(f"http_{answer.status}", answer.status)
                got = bytearray()
                async for part in answer.content.iter_chunked(64 * 1024):
                    got += part
                    if len(got) > LARGEST_ANSWER:
                        raise NotHeard("nonsense")
                return bytes(got)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # A time-out is an OSError.
            raise NotHeard(type(error).__name__) from error


def _text_of(answer: bytes) -> str:
    try:
        said = json.loads(answer)["text"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotHeard("nonsense") from error
    if not isinstance(said, str):
        raise NotHeard("nonsense")
    return inbound.clean(said).strip()


def form_of(audio: bytes) -> tuple[str, str] | None:
    """The ending and the media type of an audio, by its own marks; None for no form we know.

    Servers go by the file's name, and providers tell the type of some files only.
    """
    for start, mark, ending, media_type in _FORMS:
        if audio.startswith(mark, start):
            return ending, media_type
    return None


def is_too_long(audio: bytes) -> bool:
    """Whether it lasts longer than a voice note may; by its size where it does not tell."""
    form = form_of(audio)
    if form is None or form[0] not in _MEASURED:
        return len(audio) > UNMEASURED_BYTES
    seconds = _ogg_seconds(audio) if form[0] == "ogg" else _mp4_seconds(audio)
    return seconds > LONGEST_SECONDS if seconds else len(audio) > UNMEASURED_BYTES


def _ogg_seconds(audio: bytes) -> float | None:
    """By the last page's position (RFC 3533), which Opus counts at 48 kHz (RFC 7845)."""
    page = audio.rfind(b"OggS")
    position = int.from_bytes(audio[page + 6 : page + 14], "little", signed=True)
    opus = audio.find(b"OpusHead", 0, 512)
    if opus >= 0:
        skipped = int.from_bytes(audio[opus + 10 : opus + 12], "little")
        return max(0.0, (position - skipped) / 48_000)
    vorbis = audio.find(b"\x01vorbis", 0, 512)
    rate = int.from_bytes(audio[vorbis + 12 : vorbis + 16], "little") if vorbis >= 0 else 0
    return max(0.0, position / rate) if rate else None


def _mp4_seconds(audio: bytes) -> float | None:
    """By the movie header (ISO/IEC 14496-12): units a second, then the length in them."""
    header = audio.find(b"mvhd") + 4
    if header < 4 or len(audio) < header + 32:
        return None
    wide = audio[header] == 1
    start, size = (header + 20, 8) if wide else (header + 12, 4)
    units = int.from_bytes(audio[start : start + 4], "big")
    return int.from_bytes(audio[start + 4 : start + 4 + size], "big") / units if units else None


async def listen(
    transcriber: Transcriber | None,
    database: Database,
    channels: Mapping[str, Channel],
    rows: Sequence[Waiting],
) -> bool:
    """Listens to those of the messages that are voice notes nobody has listened to.

    Whether there were any: then their rows hold what was heard, or that nothing was, and have to be
    read again. Raises only for the database.
    """
    if transcriber is None:
        return False
    silent = [row for row in rows if _waits_for_listening(row)]
    if not silent:
        return False
    heard = await asyncio.gather(
        *(_heard(transcriber, channels[row.channel], row) for row in silent)
    )
    async with database.statement() as connection:
        for row, said in zip(silent, heard, strict=True):
            await connection.execute(
                _STORE, {"id": row.id, "text": said, "detail": json.dumps({HEARD: bool(said)})}
            )
    return True


# A turn beside this one may have listened as well, or an erasure may have emptied the row.
_STORE: Final = text(
    "UPDATE inbox SET text = :text, detail = detail || CAST(:detail AS jsonb) "
    f"WHERE id = :id AND kind = '{inbound.VOICE}' AND handled_at IS NULL "
    f"AND detail->'{HEARD}' IS NULL"
)


def _waits_for_listening(row: Waiting) -> bool:
    return row.kind == inbound.VOICE and not row.text.strip() and HEARD not in row.detail


async def _heard(transcriber: Transcriber, channel: Channel, row: Waiting) -> str:
    """What a voice note says; empty when that cannot be known."""
    began = time.monotonic()
    transcriber.under_way += 1
    try:
        said = await _hear(transcriber, channel, row)
    except NotHeard as error:
        reason = error.reason
    except Exception as error:
        # Whatever a provider's library raises: it must not stop the person's other messages.
        reason = type(error).__name__
    else:
        log.info("voice_heard", inbox=row.id, seconds=round(time.monotonic() - began, 1))
        return said
    finally:
        transcriber.under_way -= 1
    log.warning("voice_not_heard", inbox=row.id, reason=reason)
    return ""


async def _hear(transcriber: Transcriber, channel: Channel, row: Waiting) -> str:
    if transcriber.is_resting:
        raise NotHeard("resting")
    if transcriber.under_way > MOST_AT_ONCE:
        raise NotHeard("busy")
    media = row.detail.get("media")
    if not isinstance(media, str) or not media:
        raise NotHeard("no_file")
    ends = time.monotonic() + transcriber.timeout
    async with asyncio.timeout(min(FETCH_SECONDS, transcriber.timeout)):
        audio = await channel.fetch(media)
    if audio is None:
        raise NotHeard("not_fetched")
    if is_too_long(audio):
        raise NotHeard("too_long")
    said = await transcriber.transcribe(audio, max(ends - time.monotonic(), 0.1))
    if not any(character.isalnum() for character in said):
        raise NotHeard("nothing_said")
    if len(said) > LONGEST_QUESTION:
        raise NotHeard("too_much_said")
    return said


def as_typed(row: Waiting) -> Waiting:
    """The message as a turn reads it: a voice note that was heard is a text."""
    was_heard = row.kind == inbound.VOICE and row.detail.get(HEARD) is True
    return replace(row, kind=inbound.TEXT) if was_heard else row


def echo(responses: Catalogue, rows: Sequence[Waiting]) -> str:
    """What was heard in these messages, for the person to see; empty when nothing was."""
    said = " ".join(row.text for row in rows if row.detail.get(HEARD) is True)
    if not said:
        return ""
    shown = textwrap.shorten(said, LONGEST_ECHO, placeholder="…").removesuffix(".")
    return responses.say("utter_heard_voice", {"text": shown}).text
