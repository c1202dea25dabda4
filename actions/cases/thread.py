"""The thread of a case: what was said on both sides, and what staff noted, page by page backwards.

A page takes the newest lines of three rows of ids (in, out, notes), each in the order of its ids,
and merges them by time. So its cursor is one id of each, and no line is shown twice or left out,
whatever the clocks said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import text

from actions.cases.errors import BadCursor
from actions.cases.places import PLACES
from actions.cases.service import ERASED, NoSuchCase
from actions.messages.content import Attachment, Content
from actions.store.database import Executor

PAGE: Final = 30
LARGEST_PAGE: Final = 100
WATCHED: Final = LARGEST_PAGE
"""Of each address, so many of the last messages of either side count for :func:`version`."""

_BEYOND: Final = 10**18 - 1
_CURSOR: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)

Kind = Literal["in", "out", "note"]
Sender = Literal["persona", "asistente", "ministerio"]


@dataclass(frozen=True, slots=True)
class Understood:
    """What the assistant made of a message (see actions.messages.turns.Outcome)."""

    intent: str | None
    confidence: float | None
    outcome: str
    topic: str | None
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread.

    ``key`` names it among all others. ``staff`` is who of the ministry wrote it. ``channel`` is
    empty for a note. Inbound: ``form`` (text, voice, ...: see the inbox; the text may be empty) and
    ``understood``, None until a turn has read it. Outbound: ``state`` (see actions.messages.states)
    and ``reason``, why it failed or waits; ``buttons`` are titles.
    """

    kind: Kind
    key: str
    sender: Sender
    staff: str | None
    text: str
    at: datetime
    channel: str
    form: str = ""
    understood: Understood | None = None
    state: str = ""
    reason: str | None = None
    files: tuple[Attachment, ...] = ()
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, oldest first; ``before`` is the cursor of the page before this one, None when nothing
    is left there."""

    lines: Sequence[Line]
    before: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    line: Line


_PLACES = text(
    f"""
    SELECT c.id, place.id AS address_id FROM "case" AS c
    LEFT JOIN LATERAL ({PLACES}) AS place ON true
    WHERE c.id = :number
    """
)

# A pressed button has no text of its own: its title stands in the message that it was under.
_IN = text(
    """
    SELECT i.id, i.kind, i.received_at, place.channel, turn.id AS turn_id, turn.intent,
        turn.confidence, turn.outcome, turn.topic, turn.articles,
        COALESCE(shown.content #>> ARRAY['buttons', split_part(i.pressed, '.', 2), 'title'],
            i.text) AS text
    FROM (
        SELECT one.* FROM unnest(CAST(:places AS bigint[])) AS place(id)
        CROSS JOIN LATERAL (
            SELECT id, address_id, kind, text, received_at, turn_id,
                CASE WHEN kind = 'button' THEN detail->>'payload' END AS pressed
            FROM inbox WHERE address_id = place.id AND id < :before AND kind <> :erased
            ORDER BY id DESC LIMIT :limit) AS one
        ORDER BY one.id DESC LIMIT :limit) AS i
    JOIN address AS place ON place.id = i.address_id
    LEFT JOIN turn ON turn.id = i.turn_id
    LEFT JOIN outbox AS shown ON shown.address_id = ANY(:places)
        AND shown.id = CAST(substring(i.pressed FROM '^b([0-9]{1,18})[.]') AS bigint)
    ORDER BY i.id DESC
    """
)

_OUT = text(
    """
    SELECT o.id, o.channel, o.content, o.state, o.reason, o.created_at, case_reply.staff
    FROM (
        SELECT one.* FROM unnest(CAST(:places AS bigint[])) AS place(id)
        CROSS JOIN LATERAL (
            SELECT id, channel, content, state, reason, created_at
            FROM outbox WHERE address_id = place.id AND id < :before AND content <> '{}'
            ORDER BY id DESC LIMIT :limit) AS one
        ORDER BY one.id DESC LIMIT :limit) AS o
    LEFT JOIN case_reply ON case_reply.outbox_id = o.id
    ORDER BY o.id DESC
    """
)

_NOTES = text(
    "SELECT id, staff, text, at FROM case_note WHERE case_id = :number AND id < :before "
    "ORDER BY id DESC LIMIT :limit"
)


async def thread(
    session: Executor, number: int, before: str | None = None, limit: int = PAGE
) -> Page:
    """The last lines of a case, open or closed, or those before a cursor; at most LARGEST_PAGE.

    Messages are those of the person's addresses, whichever case they were about. Raises NoSuchCase
    and BadCursor.
    """
    cursor = _read_cursor(before)
    limit = max(1, min(limit, LARGEST_PAGE))
    rows = (await session.execute(_PLACES, {"number": number})).all()
    if not rows:
        raise NoSuchCase(number)
    places = [row.address_id for row in rows if row.address_id is not None]
    # One more than is shown tells whether there are more.
    values = {"places": places, "number": number, "limit": limit + 1, "erased": ERASED}
    sources = [
        await _inbound(session, {**values, "before": cursor[0]}),
        await _outbound(session, {**values, "before": cursor[1]}),
        await _notes(session, {**values, "before": cursor[2]}),
    ]
    taken, ends = _newest(sources, limit)
    more = sum(map(len, sources)) > len(taken)
    return Page(taken[::-1], ".".join(map(str, ends)) if more else None)


def _read_cursor(before: str | None) -> tuple[int, int, int]:
    if before is None:
        return _BEYOND, _BEYOND, _BEYOND
    found = _CURSOR.fullmatch(before)
    if found is None:
        raise BadCursor
    first, second, third = map(int, found.groups())
    return first, second, third


def _newest(sources: Sequence[Sequence[_Row]], limit: int) -> tuple[list[Line], list[int]]:
    """The ``limit`` newest lines, newest first, and of each source the id before which to go on."""
    places = [0] * len(sources)
    # Also where none is taken, so that what comes later is in no earlier page.
    ends = [source[0].id + 1 if source else 0 for source in sources]
    taken: list[Line] = []
    while len(taken) < limit:
        heads = [
            (source[place].line.at, nth)
            for nth, (source, place) in enumerate(zip(sources, places, strict=True))
            if place < len(source)
        ]
        if not heads:
            break
        # Of one moment: notes last, and an answer after what it answers.
        _, nth = max(heads)
        row = sources[nth][places[nth]]
        taken.append(row.line)
        ends[nth] = row.id
        places[nth] += 1
    return taken, ends


async def _inbound(session: Executor, values: dict[str, object]) -> list[_Row]:
    return [
        _Row(
            row.id,
            Line(
                kind="in",
                key=f"in{row.id}",
                sender="persona",
                staff=None,
                text=row.text or "",
                at=row.received_at,
                channel=row.channel,
                form=row.kind,
                understood=None
                if row.turn_id is None
                else Understood(
                    row.intent, row.confidence, row.outcome, row.topic, tuple(row.articles)
                ),
            ),
        )
        for row in await session.execute(_IN, values)
    ]


async def _outbound(session: Executor, values: dict[str, object]) -> list[_Row]:
    rows = []
    for row in await session.execute(_OUT, values):
        content = Content.from_json(row.content)
        line = Line(
            kind="out",
            key=f"out{row.id}",
            sender="asistente" if row.staff is None else "ministerio",
            staff=row.staff,
            text=content.text,
            at=row.created_at,
            channel=row.channel,
            state=row.state,
            reason=row.reason,
            files=content.files,
            buttons=tuple(button.title for button in content.buttons),
        )
        rows.append(_Row(row.id, line))
    return rows


async def _notes(session: Executor, values: dict[str, object]) -> list[_Row]:
    return [
        _Row(row.id, Line("note", f"note{row.id}", "ministerio", row.staff, row.text, row.at, ""))
        for row in await session.execute(_NOTES, values)
    ]


_VERSION = text(
    f"""
    SELECT left(md5(concat_ws('|', to_jsonb(c), place.said,
        (SELECT concat(count(*), '.', max(id)) FROM case_note WHERE case_id = c.id))), 16)
    FROM "case" AS c CROSS JOIN LATERAL (
        SELECT string_agg(concat(place.id, ':', i.marks, ':', o.marks), ';' ORDER BY place.id)
            AS said
        FROM ({PLACES}) AS place
        CROSS JOIN LATERAL (
            SELECT string_agg(concat_ws('.', id, kind, turn_id, length(text)), ',') AS marks
            FROM (SELECT id, kind, turn_id, text FROM inbox WHERE address_id = place.id
                ORDER BY id DESC LIMIT :watched) AS newest) AS i
        CROSS JOIN LATERAL (
            SELECT string_agg(concat_ws('.', id, state, reason, content = '{{}}'), ',') AS marks
            FROM (SELECT id, state, reason, content FROM outbox WHERE address_id = place.id
                ORDER BY id DESC LIMIT :watched) AS newest) AS o) AS place
    WHERE c.id = :number
    """
)


async def version(session: Executor, number: int) -> str:
    """Sixteen letters and digits that change whenever the case, its notes, or one of the last
    messages (WATCHED) does: who asks again and again need not read the thread each time.

    Raises NoSuchCase.
    """
    found: str | None = await session.scalar(_VERSION, {"number": number, "watched": WATCHED})
    if found is None:
        raise NoSuchCase(number)
    return found
