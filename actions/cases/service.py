"""Opens, answers and closes cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases.models import Case
from actions.messages import outbox, states
from actions.messages.content import Content

OUTSIDE_WINDOW = "case_reply"
"""The template that carries a staff member's reply where free text may not be sent."""


class NoSuchCase(LookupError):
    """There is no open case with that number."""


async def open_case(session: AsyncSession, person_id: int, reason: str) -> int:
    """The number of the person's open case; opens one if there is none."""
    await session.execute(
        insert(Case)
        .values(person_id=person_id, reason=reason)
        .on_conflict_do_nothing(index_elements=["person_id"], index_where=text("closed_at IS NULL"))
    )
    number: int = await session.scalar(
        text('SELECT id FROM "case" WHERE person_id = :person AND closed_at IS NULL'),
        {"person": person_id},
    )
    return number


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One line of the list of open cases."""

    number: int
    channel: str
    reason: str
    opened_at: datetime
    last_text: str


async def open_cases(session: AsyncSession) -> Sequence[OpenCase]:
    """All open cases, oldest first, each with the person's last message."""
    rows = await session.execute(
        text(
            """
            SELECT c.id, a.channel, c.reason, c.opened_at, i.text FROM "case" AS c
            JOIN LATERAL (SELECT address_id, text FROM inbox WHERE person_id = c.person_id
                ORDER BY id DESC LIMIT 1) AS i ON true
            JOIN address AS a ON a.id = i.address_id
            WHERE c.closed_at IS NULL ORDER BY c.id
            """
        )
    )
    return [OpenCase(*row) for row in rows]


async def _person_of(session: AsyncSession, number: int) -> int:
    person_id = await session.scalar(
        text('SELECT person_id FROM "case" WHERE id = :id AND closed_at IS NULL FOR UPDATE'),
        {"id": number},
    )
    if person_id is None:
        raise NoSuchCase(number)
    return int(person_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a case's thread; ``sender`` is persona or asistente."""

    sender: str
    text: str
    at: datetime


async def thread(session: AsyncSession, number: int, limit: int = 20) -> list[Line]:
    """The last messages of the case's person, oldest first."""
    person_id = await _person_of(session, number)
    rows = await session.execute(
        text(
            """
            SELECT * FROM (
                SELECT 'persona', text, received_at AS at FROM inbox WHERE person_id = :person
                UNION ALL
                SELECT 'asistente', content->>'text', created_at FROM outbox
                    WHERE person_id = :person
                ORDER BY at DESC LIMIT :limit) AS newest
            ORDER BY at
            """
        ),
        {"person": person_id, "limit": limit},
    )
    return [Line(*row) for row in rows]


async def reply(session: AsyncSession, number: int, message: str) -> None:
    """Sends the person a message of the staff, on the channel where they wrote last."""
    person_id = await _person_of(session, number)
    content = Content(text=message, template=OUTSIDE_WINDOW, variables={"1": message})
    await outbox.post(session, person_id, content, states.REPLY)


async def close(session: AsyncSession, number: int) -> None:
    """Closes the case."""
    await _person_of(session, number)
    await session.execute(
        text('UPDATE "case" SET closed_at = now() WHERE id = :id'), {"id": number}
    )
