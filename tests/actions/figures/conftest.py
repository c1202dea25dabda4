"""Days with messages, turns and cases in them, at the times that a test needs."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from actions.cases import service as cases
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""A Monday, ten in the morning in El Salvador."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Diary:
    """Writes into the database what happened at a given moment."""

    def __init__(self, database: Database, meet: Meet) -> None:
        self.database = database
        self._meet = meet
        self._numbers = count(1)

    async def run(self, statement: str, **values: Any) -> Any:
        """The first value that a statement returns, if it returns one."""
        async with self.database.transaction() as session:
            result = await session.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    async def new(self, at: datetime, channel: str = "whatsapp") -> Someone:
        """Someone who writes for the first time."""
        who = await self._meet(channel=channel, external=f"someone{next(self._numbers)}")
        await self.run("UPDATE person SET created_at = :at WHERE id = :id", at=at, id=who.person_id)
        await self.run(
            "UPDATE address SET last_inbound_at = :at WHERE id = :id", at=at, id=who.address_id
        )
        await self.run(
            "UPDATE inbox SET received_at = :at, handled_at = :at WHERE person_id = :id",
            at=at,
            id=who.person_id,
        )
        return who

    async def wrote(self, who: Someone, at: datetime, *, handled: bool = True) -> None:
        """A further message."""
        await self.run(
            "INSERT INTO inbox (person_id, address_id, provider_id, kind, text, received_at,"
            " handled_at) VALUES (:person, :address, :provider, 'text', 'hola', :at, :handled)",
            person=who.person_id,
            address=who.address_id,
            provider=f"more{next(self._numbers)}",
            at=at,
            handled=at if handled else None,
        )

    async def turn(
        self,
        who: Someone,
        at: datetime,
        outcome: str = "answered",
        *,
        topic: str | None = "residuos",
        articles: tuple[str, ...] = ("residuos-separar",),
        milliseconds: int = 20,
    ) -> None:
        """A turn of the assistant."""
        await self.run(
            "INSERT INTO turn (person_id, channel, intent, outcome, topic, articles, milliseconds,"
            " created_at) VALUES (:person, :channel, 'ask', :outcome, :topic,"
            " to_jsonb(CAST(:articles AS text[])), :milliseconds, :at)",
            person=who.person_id,
            channel=who.channel,
            outcome=outcome,
            topic=topic,
            articles=list(articles),
            milliseconds=milliseconds,
            at=at,
        )

    async def outbound(
        self,
        who: Someone,
        at: datetime,
        state: str = "delivered",
        *,
        reason: str | None = None,
        lane: int = 0,
    ) -> int:
        """A message to somebody; an open one was written at ``at`` and settled never."""
        settled = None if state in ("queued", "sending", "ambiguous") else at
        number: int = await self.run(
            "INSERT INTO outbox (person_id, address_id, channel, lane, content, state, reason,"
            " created_at, settled_at) VALUES (:person, :address, :channel, :lane, "
            'CAST(\'{"text": "palabras"}\' AS jsonb), :state, :reason, :at, :settled)'
            " RETURNING id",
            person=who.person_id,
            address=who.address_id,
            channel=who.channel,
            lane=lane,
            state=state,
            reason=reason,
            at=at,
            settled=settled,
        )
        return number

    async def case(self, who: Someone, at: datetime) -> int:
        """A case that is opened."""
        async with self.database.transaction() as session:
            number = (await cases.open_case(session, who.person_id, "request")).number
        await self.run('UPDATE "case" SET opened_at = :at WHERE id = :id', at=at, id=number)
        return number

    async def staff_wrote(self, who: Someone, case: int, at: datetime) -> None:
        """A reply of the ministry in a case."""
        await self.run(
            "INSERT INTO case_reply (outbox_id, case_id, staff) VALUES (:outbox, :case, 'rosa')",
            outbox=await self.outbound(who, at),
            case=case,
        )


@pytest.fixture
def diary(database: Database, meet: Meet) -> Diary:
    return Diary(database, meet)
