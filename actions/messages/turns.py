"""Turns: what one reads and writes, each in one statement; and telling others that it ended."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import Executor, libpq_address


class AlreadyHandled(Exception):
    """Another turn has meanwhile handled these messages, or what it would go on from is gone."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a turn stands on: the oldest unhandled message (None when there is none), the state of
    the conversation, whether earlier messages to the person still have to be sent, the version of
    the privacy notice that they agreed to, their firm by field, whether a case of theirs is open
    and its staff have the conversation, the stored buttons of a notice that came after the last
    answer, and when the state was written."""

    oldest: int | None
    state: dict[str, Any]
    has_open: bool
    consent: str | None
    firm: dict[str, Any]
    has_case: bool
    held: bool
    offered: tuple[Mapping[str, str], ...] = ()
    written_at: datetime | None = field(default=None, compare=False)


_COLUMNS = """
    SELECT (SELECT min(id) FROM inbox WHERE person_id = :person AND handled_at IS NULL),
        (SELECT state FROM conversation WHERE person_id = :person),
        EXISTS (SELECT 1 FROM outbox WHERE person_id = :person
            AND state IN ('queued', 'sending', 'ambiguous')),
        (SELECT version FROM consent WHERE person_id = :person AND withdrawn_at IS NULL),
        (SELECT to_jsonb(firm) - 'person_id' - 'name_folded' - 'updated_at' FROM firm
            WHERE person_id = :person),
        EXISTS (SELECT 1 FROM "case" WHERE person_id = :person AND closed_at IS NULL),
        EXISTS (SELECT 1 FROM "case" WHERE person_id = :person AND closed_at IS NULL
            AND held_until > now()),
        (SELECT CASE WHEN lane = 1 AND state IN ('sent', 'delivered', 'read')
                THEN content->'buttons' END
            FROM outbox WHERE address_id = (SELECT address_id FROM inbox
                WHERE person_id = :person AND handled_at IS NULL ORDER BY id LIMIT 1)
            ORDER BY id DESC LIMIT 1),
        (SELECT updated_at FROM conversation WHERE person_id = :person)
"""
_GROUND = text(_COLUMNS)
_LOCKED_GROUND = text(_COLUMNS + " FROM person WHERE id = :person FOR NO KEY UPDATE")


async def ground(session: Executor, person_id: int) -> Ground:
    """Reads what a turn stands on."""
    return _read((await session.execute(_GROUND, {"person": person_id})).one())


async def locked_ground(session: AsyncSession, person_id: int) -> Ground:
    """The same for a turn that writes: it waits for the person's turn under way, if there is one.

    What it then reads may be as of before that wait, so :func:`record` looks again at the messages.
    """
    return _read((await session.execute(_LOCKED_GROUND, {"person": person_id})).one())


def _read(row: Sequence[Any]) -> Ground:
    oldest, state, has_open, consent, firm, has_case, held, offered, written_at = row
    known = {name: value for name, value in (firm or {}).items() if value is not None}
    return Ground(
        oldest,
        dict(state or {}),
        has_open,
        consent,
        known,
        has_case,
        held,
        tuple(offered or ()),
        written_at,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn, for its record: no text of the person is in it."""

    intent: str
    confidence: float | None
    outcome: str
    topic: str | None
    articles: tuple[str, ...]
    nlu_up: bool
    milliseconds: int


# One statement, since each one is a round trip that the person's next message waits for.
_RECORD = text(
    """
    WITH turned AS (
        INSERT INTO turn (person_id, channel, intent, confidence, outcome, topic, articles, nlu_up,
            milliseconds)
        VALUES (:person, :channel, :intent, :confidence, :outcome, :topic,
            CAST(:articles AS jsonb), :nlu_up, :milliseconds)
        RETURNING id
    ), written AS (
        INSERT INTO conversation (person_id, state) VALUES (:person, CAST(:state AS jsonb))
        ON CONFLICT (person_id) DO UPDATE SET state = excluded.state, updated_at = now()
            WHERE CAST(:as_of AS timestamptz) IS NULL
                OR conversation.updated_at IN (CAST(:as_of AS timestamptz), now())
        RETURNING 1
    ), handled AS (
        UPDATE inbox SET handled_at = now(), turn_id = (SELECT id FROM turned)
        WHERE id = ANY(:inbox) AND handled_at IS NULL RETURNING id, received_at
    ), waits AS (
        UPDATE "case" SET channel = :channel,
            waiting_since = COALESCE(waiting_since, (SELECT min(received_at) FROM handled))
        WHERE person_id = :person AND closed_at IS NULL
            AND (waiting_since IS NULL OR channel IS DISTINCT FROM :channel)
    )
    SELECT (SELECT id FROM turned), (SELECT count(*) FROM handled),
        EXISTS (SELECT 1 FROM written)
    """
)


async def record(
    session: AsyncSession,
    *,
    person_id: int,
    channel: str,
    inbox_ids: Sequence[int],
    state: dict[str, Any],
    outcome: Outcome,
    as_of: datetime | None = None,
) -> int:
    """Stores a turn, the conversation's new state, and that the messages are handled; where a case
    is open, also that the person waits for its staff.

    ``as_of`` is the ground's ``written_at``. Raises AlreadyHandled when another turn has handled
    one of them, or another transaction has written the state meanwhile, as where staff erased it
    while this one waited: roll back and start again.
    """
    turn_id: int
    turn_id, handled, written = (
        await session.execute(
            _RECORD,
            {
                "person": person_id,
                "channel": channel,
                "intent": outcome.intent,
                "confidence": outcome.confidence,
                "outcome": outcome.outcome,
                "topic": outcome.topic,
                "articles": json.dumps(outcome.articles),
                "nlu_up": outcome.nlu_up,
                "milliseconds": outcome.milliseconds,
                "state": json.dumps(state),
                "inbox": list(inbox_ids),
                "as_of": as_of,
            },
        )
    ).one()
    if handled != len(inbox_ids) or not written:
        raise AlreadyHandled
    return turn_id


CHANNEL: Final = "torogoz_turns"
RECONNECT_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


async def announce(session: AsyncSession, inbox_ids: Sequence[int]) -> None:
    """Tells, once the transaction commits, that these messages have been answered."""
    await session.execute(
        text("SELECT pg_notify(:channel, :ids)"),
        {"channel": CHANNEL, "ids": ",".join(map(str, inbox_ids))},
    )


class TurnsHeard:
    """Listens to the announcements. A lost connection is opened again; what was said meanwhile is
    lost, so whoever waits looks for itself from time to time."""

    def __init__(self, url: str) -> None:
        self._conninfo = libpq_address(url)
        self._expected: dict[int, list[asyncio.Event]] = {}

    @contextlib.contextmanager
    def expecting(self, inbox_id: int) -> Iterator[asyncio.Event]:
        """An event that is set when that message has been answered."""
        event = asyncio.Event()
        self._expected.setdefault(inbox_id, []).append(event)
        try:
            yield event
        finally:
            waiting = self._expected[inbox_id]
            waiting.remove(event)
            if not waiting:
                del self._expected[inbox_id]

    async def listen(self) -> None:
        """Listens until it is cancelled."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        self._tell(notice.payload)
            except psycopg.Error as error:
                log.warning("listening_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    def _tell(self, payload: str) -> None:
        for number in payload.split(","):
            for event in self._expected.get(int(number), ()):
                event.set()
