"""What a person may decide about being written to."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages import states


async def stop_messages(session: AsyncSession, person_id: int) -> None:
    """No more notices or announcements, also of those already queued. Replies go on."""
    await session.execute(
        text("UPDATE person SET stopped_at = COALESCE(stopped_at, now()) WHERE id = :id"),
        {"id": person_id},
    )
    await session.execute(
        text(
            """
            UPDATE outbox SET state = 'excluded', reason = 'stopped', settled_at = now()
            WHERE person_id = :id AND lane > :reply AND state = 'queued'
            """
        ),
        {"id": person_id, "reply": states.REPLY},
    )


async def start_messages(session: AsyncSession, person_id: int) -> None:
    """Notices and announcements again."""
    await session.execute(
        text("UPDATE person SET stopped_at = NULL WHERE id = :id"), {"id": person_id}
    )


async def mark_blocked(session: AsyncSession, address_id: int) -> None:
    """The provider says that the person blocked us at that address."""
    await session.execute(
        text("UPDATE address SET blocked_at = now() WHERE id = :id"), {"id": address_id}
    )
