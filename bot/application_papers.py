"""Papers of an application to the registry, which an applicant sends as photos or PDF.

They are fetched from their provider and judged by their content before the turn that answers them,
while no transaction is open. Keeping one, and noting in its inbox row what became of it, is a short
transaction of its own: so a repeated turn neither fetches it nor keeps it again. The words that
came with a paper are its name, unless they ask or order something.
"""

import asyncio
import json
import re
import textwrap
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from sqlalchemy import text

from actions.files import checking, names
from actions.files.checking import Clean
from actions.files.documents import MOST_PAGES
from actions.files.errors import (
    Encrypted,
    FileRefused,
    NotAccepted,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    Unreadable,
)
from actions.messages.inbox import Waiting
from actions.people import locks
from actions.registry import applications
from actions.registry.applications import MOST_DOCUMENTS
from actions.registry.errors import NoSuchConsultant, TooManyDocuments
from actions.store.database import Database
from bot import inbound
from bot.channels import web
from bot.channels.protocol import Channel, FileTooLarge
from bot.flows.model import Slot
from bot.responses import Catalogue
from bot.understanding import consulting, words
from bot.understanding.by_nlu import looks_like_question
from bot.understanding.understood import Open

FETCH_SECONDS: Final = 10.0
"""For one file."""
BURST_SECONDS: Final = 25.0
"""For all files of one burst: what is not there by then has to be sent again."""
MOST_AT_ONCE: Final = 8
"""Bursts whose files one process fetches: a slow provider must leave places for those who type."""
LONGEST_LABEL: Final = 6
"""Words that name a paper ("mi título de la universidad"); more of them say something else."""
LONGEST_SHOWN: Final = 40
"""Characters of a paper's name that are shown to the person."""
MOST_NAMED: Final = 3
"""Papers that are named in one sentence; more are counted."""

PAPER: Final = "paper"
"""In the detail of an inbox row: what became of its file, by :class:`_Note`."""

_KINDS: Final = (inbound.IMAGE, inbound.DOCUMENT)
_UNNAMED: Final = {inbound.IMAGE: "foto", inbound.DOCUMENT: "documento"}
_HEIC_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
)
"""Of ISO/IEC 23008-12, as they stand after "ftyp"."""

_KEPT: Final = "kept"
_KNOWN: Final = "known"
_FULL: Final = "full"
_ELSEWHERE: Final = "elsewhere"
_NOT_FETCHED: Final = "not_fetched"
_LARGE: Final = "large"
_HEIC: Final = "heic"
_BROKEN: Final = "broken"
_REFUSED: Final[Mapping[type[FileRefused], str]] = {
    NotAccepted: "kind",
    TooLarge: _LARGE,
    TooManyPixels: "pixels",
    TooManyPages: "pages",
    Encrypted: "locked",
    Unreadable: _BROKEN,
}
_SAID: Final = {
    _KEPT: "utter_paper_kept",
    _KNOWN: "utter_paper_known",
    _NOT_FETCHED: "utter_paper_not_fetched",
    "kind": "utter_paper_kind",
    _HEIC: "utter_paper_heic",
    _LARGE: "utter_paper_large",
    "pixels": "utter_paper_pixels",
    "pages": "utter_paper_pages",
    "locked": "utter_paper_locked",
    _BROKEN: "utter_paper_broken",
    _FULL: "utter_paper_full",
    _ELSEWHERE: "utter_paper_elsewhere",
}
"""What is said of each outcome, in this order."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Note:
    """What became of a file: an outcome of ``_SAID``, what the person knows it by, and how many
    papers the application had then."""

    outcome: str
    name: str
    count: int


class Taking:
    """Takes papers for one process. ``fetch_seconds`` and ``burst_seconds`` are the time-outs."""

    def __init__(
        self, *, fetch_seconds: float = FETCH_SECONDS, burst_seconds: float = BURST_SECONDS
    ) -> None:
        self.under_way = 0
        """Bursts whose files are being fetched."""
        self._fetch_seconds = fetch_seconds
        self._burst_seconds = burst_seconds
        self._one_at_a_time = asyncio.Lock()

    async def take(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        person_id: int,
        rows: Sequence[Waiting],
        asked: Open | None,
    ) -> bool:
        """Fetches the photos and documents among the messages, where the person has an open
        application and the open question takes no file, and keeps those that can be read.

        Whether there were any: then their rows hold what became of them, and have to be read again.
        Raises only for the database.
        """
        waiting = [row for row in rows if row.kind in _KINDS and PAPER not in row.detail]
        if not waiting or _takes_file(asked):
            return False
        async with database.statement() as connection:
            count = await applications.count_of_open(connection, person_id)
        if count is None:
            return False
        noted = False
        ends = time.monotonic() + self._burst_seconds
        self.under_way += 1
        try:
            for row in waiting:
                paper = await self._paper(channels, row, count, ends)
                note = await _keep(database, person_id, row, paper, count)
                if note is not None:
                    noted, count = True, note.count
        finally:
            self.under_way -= 1
        return noted

    async def _paper(
        self, channels: Mapping[str, Channel], row: Waiting, count: int, ends: float
    ) -> Clean | str:
        """The file of a message, or the outcome that says why there is none."""
        if row.channel == web.NAME:
            return _ELSEWHERE
        if count >= MOST_DOCUMENTS:
            return _FULL
        content = await self._fetched(channels[row.channel], row, ends - time.monotonic())
        if isinstance(content, str):
            return content
        if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
            return _HEIC
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(checking.checked, _file_name(row), content)
            except FileRefused as refused:
                return _REFUSED[type(refused)]
            except Exception as error:
                # Whatever a decoder stumbles over must not stop the person's other messages.
                log.warning("paper_not_read", inbox=row.id, reason=type(error).__name__)
                return _BROKEN

    async def _fetched(self, channel: Channel, row: Waiting, left: float) -> bytes | str:
        media = row.detail.get("media")
        reason = "not_fetched"
        if not isinstance(media, str) or not media:
            reason = "no_file"
        elif self.under_way > MOST_AT_ONCE:
            reason = "busy"
        elif left > 0:
            try:
                async with asyncio.timeout(min(self._fetch_seconds, left)):
                    content = await channel.fetch(media)
            except FileTooLarge:
                return _LARGE
            except Exception as error:
                # Whatever a provider's library raises, the file is not there.
                reason = type(error).__name__
            else:
                if content is not None:
                    return content
        else:
            reason = "no_time"
        log.warning("paper_not_fetched", inbox=row.id, reason=reason)
        return _NOT_FETCHED


def _takes_file(asked: Open | None) -> bool:
    slot = None if asked is None else asked.slot
    return isinstance(slot, Slot) and slot.type is not None and slot.type.name == "file"


# A turn beside this one may have kept it as well, or an erasure may have emptied the row.
_STILL_WAITS: Final = text(
    "SELECT 1 FROM inbox WHERE id = :id AND person_id = :person AND kind = ANY(:kinds) "
    f"AND handled_at IS NULL AND detail->'{PAPER}' IS NULL FOR UPDATE"
)
_NOTE: Final = text("UPDATE inbox SET detail = detail || CAST(:detail AS jsonb) WHERE id = :id")


async def _keep(
    database: Database, person_id: int, row: Waiting, paper: Clean | str, count: int
) -> _Note | None:
    """Keeps a paper and notes it, or notes only why there is none; None where the message or the
    application does not wait any more."""
    name = paper.name if isinstance(paper, Clean) else _known_by(row)
    async with database.transaction() as session:
        # As a turn does, so that neither it nor an erasure stands in between.
        await locks.lock(session, person_id)
        waits = await session.scalar(
            _STILL_WAITS, {"id": row.id, "person": person_id, "kinds": [*_KINDS]}
        )
        if waits is None:
            return None
        if isinstance(paper, str):
            note = _Note(paper, name, count)
        else:
            try:
                added = await applications.add_document(
                    session, person_id, paper, datetime.now(UTC)
                )
            except NoSuchConsultant:
                return None
            except TooManyDocuments:
                note = _Note(_FULL, _known_by(row), MOST_DOCUMENTS)
            else:
                note = _Note(_KEPT if added.is_new else _KNOWN, name, added.count)
        stored = {PAPER: {"outcome": note.outcome, "name": note.name, "count": note.count}}
        await session.execute(_NOTE, {"id": row.id, "detail": json.dumps(stored)})
    log.info("paper_handled", inbox=row.id, outcome=note.outcome)
    return note


# -- names -----------------------------------------------------------------------------------------


_ONLY_WORDS: Final = re.compile(r"[^\w()-]+|_")


def _is_label(said: str) -> bool:
    """Whether the words beside a file only say what it is."""
    plain = said.strip()
    return (
        0 < len(plain.split()) <= LONGEST_LABEL
        and len(plain) <= names.LONGEST
        and words.exact(plain) is None
        and words.command(plain) is None
        and consulting.of_consultant(plain) is None
        and not looks_like_question(plain)
    )


def _file_name(row: Waiting) -> str:
    """What the paper is to be called; the ending is only for form, since content decides it."""
    if _is_label(row.text) and (worded := _ONLY_WORDS.sub(" ", row.text).strip()):
        return f"{worded}.x"
    given = row.detail.get("name")
    return given if isinstance(given, str) and given else f"{_UNNAMED[row.kind]}.x"


def _known_by(row: Waiting) -> str:
    return names.cleaned(_file_name(row), "x", _UNNAMED[row.kind]).removesuffix(".x")


# -- what the turn makes of them -------------------------------------------------------------------


def was_taken(row: Waiting) -> bool:
    """Whether it is known what became of the message's file."""
    return PAPER in row.detail


def as_read(row: Waiting) -> Waiting:
    """The message as a turn reads it: of a paper that was dealt with, only words that are not its
    name."""
    if not was_taken(row):
        return row
    return replace(row, kind=inbound.TEXT, text="" if _is_label(row.text) else row.text)


def told(responses: Catalogue, rows: Sequence[Waiting]) -> str:
    """What became of the papers among these messages, for the person; empty where there are none.

    Each outcome is said once, whatever the number of its papers.
    """
    notes = [_note_of(row.detail[PAPER]) for row in rows if was_taken(row)]
    by_outcome: dict[str, list[_Note]] = defaultdict(list)
    for note in notes:
        by_outcome[note.outcome].append(note)
    said = []
    for outcome, response in _SAID.items():
        found = by_outcome.get(outcome)
        if not found:
            continue
        count = max(note.count for note in found)
        if outcome == _KEPT and count >= MOST_DOCUMENTS:
            response = "utter_paper_last"
        params = {
            "names": _listed([note.name for note in found]),
            "count": str(count),
            "most": str(MOST_DOCUMENTS),
            "megabytes": str(checking.LARGEST // (1024 * 1024)),
            "pages": str(MOST_PAGES),
        }
        said.append(responses.say(response, params).text)
    return "\n\n".join(said)


def _note_of(stored: Mapping[str, Any]) -> _Note:
    return _Note(str(stored["outcome"]), str(stored["name"]), int(stored["count"]))


def _listed(found: Sequence[str]) -> str:
    """The papers by name; counted where the names do not tell them apart."""
    if len(found) > MOST_NAMED or len(set(found)) < len(found):
        return f"{len(found)} documentos"
    shown = [f"«{textwrap.shorten(one, LONGEST_SHOWN, placeholder='…')}»" for one in found]
    *first, last = shown
    return f"{', '.join(first)} y {last}" if first else last
