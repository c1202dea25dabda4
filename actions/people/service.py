"""Being written to: what a person decides for all categories, and what providers tell of it.

See actions.people.wanted for the categories one by one.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.people import wanted


async def stop_messages(session: AsyncSession, person_id: int) -> None:
    """No more announcements, reminders or training, also of those queued. Replies go on."""
    await wanted.stop(session, person_id)


async def start_messages(session: AsyncSession, person_id: int) -> None:
    """Announcements, reminders and training again."""
    await wanted.start(session, person_id)


async def mark_blocked(session: AsyncSession, address_id: int) -> None:
    """The provider says that the person blocked us at that address."""
    await session.execute(
        text("UPDATE address SET blocked_at = now() WHERE id = :id"), {"id": address_id}
    )
