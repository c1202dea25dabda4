"""What the tests of the desk share: a turn that reads what came in, and the staff at work."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import service as cases
from actions.cases.service import Reason
from actions.messages import outbox, states, turns
from actions.messages.content import Button, Content
from actions.store.database import Database
from tests.actions.conftest import Someone, receive

Result = TypeVar("Result")

OUTCOME = turns.Outcome(
    intent="ask_question",
    confidence=0.87,
    outcome="answered",
    topic="permiso",
    articles=("permiso-quien-lo-necesita",),
    nlu_up=True,
    milliseconds=12,
)


async def do(database: Database, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """One thing in a transaction of its own."""
    async with database.transaction() as session:
        return await work(session)


async def opened(database: Database, someone: Someone, reason: Reason = "request") -> int:
    """The number of the person's open case."""
    return (await do(database, lambda s: cases.open_case(s, someone.person_id, reason))).number


async def says(database: Database, someone: Someone, words: str, name: str | None = None) -> int:
    """The person writes; the inbox id. No turn has read it yet."""
    received = await do(
        database,
        lambda s: receive(
            s, name or words, words, channel=someone.channel, external=someone.external
        ),
    )
    return received.inbox_id


async def turn(database: Database, someone: Someone, *answers: str) -> None:
    """A turn reads what waits, and answers so."""
    async with database.transaction() as session:
        waiting = list(
            await session.scalars(
                text("SELECT id FROM inbox WHERE person_id = :person AND handled_at IS NULL"),
                {"person": someone.person_id},
            )
        )
        await turns.locked_ground(session, someone.person_id)
        turn_id = await turns.record(
            session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=waiting,
            state={},
            outcome=OUTCOME,
        )
        await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content(one, (Button("Ver más", "/x"),)) for one in answers],
            lane=states.REPLY,
            turn_id=turn_id,
            state=states.SENT,
        )


async def now_of(database: Database) -> datetime:
    """The database's clock: what came in and went out is timed by it."""
    async with database.session() as session:
        found: datetime = await session.scalar(text("SELECT clock_timestamp()"))
        return found
