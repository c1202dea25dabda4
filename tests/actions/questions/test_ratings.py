"""How often an article was of use: counted by day, and never with who said so."""

import asyncio
from datetime import timedelta

from actions.questions import ratings
from actions.store.database import Database
from tests.actions.people.conftest import rows
from tests.actions.questions.conftest import TODAY

READ = "SELECT article_id, rated_on, useful, useless FROM article_rating ORDER BY 1, 2"


async def _rate(database: Database, article: str, *, useful: bool, days: int = 0) -> None:
    async with database.transaction() as session:
        await ratings.count(session, article, TODAY + timedelta(days=days), useful=useful)


async def test_each_word_counts_on_its_day_for_its_article(database: Database) -> None:
    await _rate(database, "residuos-separar", useful=True)
    await _rate(database, "residuos-separar", useful=False)
    await _rate(database, "residuos-separar", useful=True)
    await _rate(database, "residuos-separar", useful=False, days=1)
    await _rate(database, "aguas-pozo", useful=False)
    tomorrow = TODAY + timedelta(days=1)
    assert await rows(database, READ) == [
        ("aguas-pozo", TODAY, 0, 1),
        ("residuos-separar", TODAY, 2, 1),
        ("residuos-separar", tomorrow, 0, 1),
    ]


async def test_those_who_say_it_at_the_same_time_all_count(database: Database) -> None:
    await asyncio.gather(*(_rate(database, "aguas-pozo", useful=n % 4 > 0) for n in range(12)))
    assert await rows(database, READ) == [("aguas-pozo", TODAY, 9, 3)]


async def test_what_is_not_committed_is_not_counted(database: Database) -> None:
    async with database.session() as session:
        await ratings.count(session, "aguas-pozo", TODAY, useful=True)
        await session.rollback()
    assert await rows(database, READ) == []


async def test_nothing_of_it_names_a_person(database: Database) -> None:
    found = await rows(
        database,
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = 'article_rating' ORDER BY 1",
    )
    assert [one for (one,) in found] == ["article_id", "rated_on", "useful", "useless"]
