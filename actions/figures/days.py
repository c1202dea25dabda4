"""The figures of finished days as they were stored."""

from datetime import date

from sqlalchemy import text

from actions.figures.rules import Figures
from actions.store.database import Executor


async def between(session: Executor, first: date, last: date) -> list[tuple[date, Figures]]:
    """The days from ``first`` to ``last``, both included, that were counted; oldest first."""
    rows = await session.execute(
        text(
            "SELECT day, figures FROM day_figures WHERE day BETWEEN :first AND :last ORDER BY day"
        ),
        {"first": first, "last": last},
    )
    return [(row.day, Figures.from_json(row.figures)) for row in rows]
