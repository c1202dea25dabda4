"""Bookings to come of consultants whose registration holds no more: both sides are told, once.

What was agreed on stays: whether to go there all the same is the owner's to decide, who may cancel
it. What still waits for an answer is handed on instead (actions.bookings.chain).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.booked import SELECT, Notice, booked, to_consultant, to_owner
from actions.registry.rules import BOOKABLE_SQL, day_of

MOST_AT_ONCE: Final = 100


async def lapsed(session: AsyncSession, now: datetime, *, most: int = MOST_AT_ONCE) -> list[Notice]:
    """Who has to be told of such a booking, up to ``most`` bookings; each only once, in however
    many processes this runs. To be run every few minutes: a registration that holds again, and
    then no more, is told of anew.
    """
    await _forget_those_who_are_back(session, now)
    rows = await session.execute(
        text(
            f"""
            {SELECT} WHERE b.state = 'accepted'
                AND lower(b.during) > :now AND b.lapse_told_at IS NULL
                AND NOT COALESCE({BOOKABLE_SQL.format(c="c")}, false)
            ORDER BY lower(b.during) LIMIT :most FOR NO KEY UPDATE OF b SKIP LOCKED
            """
        ),
        {"now": now, "day": day_of(now), "most": most},
    )
    found = [booked(row) for row in rows]
    await session.execute(
        text("UPDATE booking SET lapse_told_at = :now WHERE id = ANY(:ids)"),
        {"now": now, "ids": [one.id for one in found]},
    )
    notices: list[Notice] = []
    for one in found:
        notices += to_owner(one, "consultant_lapsed", state=one.state)
        notices += to_consultant(one, "registration_lapsed", state=one.state)
    return notices


async def _forget_those_who_are_back(session: AsyncSession, now: datetime) -> None:
    # By whatever way they came back: by hand, from the registry, with another last day.
    await session.execute(
        text(
            f"""
            UPDATE booking SET lapse_told_at = NULL WHERE id IN (
                SELECT b.id FROM booking AS b JOIN consultant AS c ON c.id = b.consultant_id
                WHERE b.state = 'accepted' AND lower(b.during) > :now
                    AND b.lapse_told_at IS NOT NULL AND {BOOKABLE_SQL.format(c="c")}
                FOR NO KEY UPDATE OF b SKIP LOCKED)
            """
        ),
        {"now": now, "day": day_of(now)},
    )
