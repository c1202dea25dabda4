"""How often each article was of use, by day; who said so is not kept."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import Executor


async def count(session: AsyncSession, article_id: str, day: date, *, useful: bool) -> None:
    """Adds one to the day's count of an article."""
    await session.execute(
        text(
            """
            INSERT INTO article_rating (article_id, rated_on, useful, useless)
            VALUES (:article, :day, CAST(:useful AS int), 1 - CAST(:useful AS int))
            ON CONFLICT (article_id, rated_on) DO UPDATE SET
                useful = article_rating.useful + excluded.useful,
                useless = article_rating.useless + excluded.useless
            """
        ),
        {"article": article_id, "day": day, "useful": int(useful)},
    )


async def since(session: Executor, first: date) -> Mapping[str, tuple[int, int]]:
    """By article how many said from the day ``first`` on that it was of use, and that it was not;
    those that nobody rated are left out."""
    rows = await session.execute(
        text(
            "SELECT article_id, sum(useful), sum(useless) FROM article_rating "
            "WHERE rated_on >= :first GROUP BY article_id"
        ),
        {"first": first},
    )
    return {article_id: (useful, useless) for article_id, useful, useless in rows}
