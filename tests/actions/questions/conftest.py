"""What the tests of questions share: asking, and reading back what people were told."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages.content import Content
from actions.questions import reading, service
from actions.questions.reading import Cluster
from actions.questions.service import Outcome, Wish
from actions.store.database import Database
from tests.actions.conftest import Someone
from tests.actions.people.conftest import rows

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


async def do(database: Database, work: Callable[[AsyncSession], Awaitable[object]]) -> object:
    """One thing in a transaction of its own."""
    async with database.transaction() as session:
        return await work(session)


async def ask(
    database: Database, asked: str, day: date = TODAY, outcome: Outcome = "abstained"
) -> int:
    """A question that found no answer; its number."""
    async with database.transaction() as session:
        number = await service.record(
            session, asked, outcome, ["residuos-separar"], "residuos", "whatsapp", day
        )
    assert number is not None
    return number


async def wants(database: Database, question: int, someone: Someone) -> Wish:
    """That person presses "avisame"."""
    async with database.transaction() as session:
        return await service.wants_answer(session, question, someone.person_id, NOW)


async def cluster_of(database: Database, question: int) -> int:
    ((found,),) = await rows(
        database, "SELECT cluster_id FROM asked_question WHERE id = :id", id=question
    )
    number: int = found
    return number


async def cluster(database: Database, number: int) -> Cluster:
    async with database.session() as session:
        return (await reading.show(session, number))[0]


def says(article_id: str | None, question: str) -> Content:
    """What an asker is told, in these tests."""
    return Content(f"{article_id}: {question}")


async def notices(database: Database) -> list[tuple[int, str, int, str]]:
    """Who was written to, with what, in which lane and category."""
    found = await rows(
        database, "SELECT person_id, content->>'text', lane, category FROM outbox ORDER BY id"
    )
    return [(one[0], one[1], one[2], one[3]) for one in found]
