"""Both sides are reminded of a meeting a day before, and an hour before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.booked import SELECT, Notice, booked, to_consultant, to_owner
from actions.registry.rules import BOOKABLE_SQL, day_of

MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Reminder:
    """One that goes out ``ahead`` of the meeting, not after ``until`` ahead of it: then the next
    one is due, or none is of any use. ``column`` holds when it went."""

    name: str
    ahead: timedelta
    until: timedelta
    column: str


REMINDERS: Final = (
    Reminder("reminder_day", timedelta(hours=24), timedelta(hours=1), "day_reminder_at"),
    Reminder("reminder_hour", timedelta(hours=1), timedelta(), "hour_reminder_at"),
)


async def due(session: AsyncSession, now: datetime, *, most: int = MOST_AT_ONCE) -> list[Notice]:
    """The reminders that are due, up to ``most`` bookings of each kind; each given out only once,
    in however many processes this runs.

    Only meetings that are agreed on are reminded of, and not by a reminder whose moment had passed
    when they were agreed on: whoever agrees at nine on a meeting at ten knows of it. Nor of those
    whose consultant's registration does not hold now, which actions.bookings.lapsing tells of.
    """
    notices: list[Notice] = []
    for reminder in REMINDERS:
        rows = await session.execute(
            text(
                f"""
                {SELECT} WHERE b.state = 'accepted' AND b.{reminder.column} IS NULL
                    AND lower(b.during) > CAST(:now AS timestamptz) + CAST(:until AS interval)
                    AND lower(b.during) <= CAST(:now AS timestamptz) + CAST(:ahead AS interval)
                    AND b.accepted_at <= lower(b.during) - CAST(:ahead AS interval)
                    AND {BOOKABLE_SQL.format(c="c")}
                ORDER BY lower(b.during) LIMIT :most FOR NO KEY UPDATE OF b SKIP LOCKED
                """
            ),
            {
                "now": now,
                "day": day_of(now),
                "until": reminder.until,
                "ahead": reminder.ahead,
                "most": most,
            },
        )
        found = [booked(row) for row in rows]
        await session.execute(
            text(f"UPDATE booking SET {reminder.column} = :now WHERE id = ANY(:ids)"),
            {"now": now, "ids": [one.id for one in found]},
        )
        for one in found:
            notices += to_owner(one, reminder.name, side="owner")
            notices += to_consultant(one, reminder.name, side="consultant")
    return notices
