"""How often each article was of use, by day; who said so is not kept."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


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
