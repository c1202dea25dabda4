"""An application that its own person takes back."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.people import linking
from actions.registry import history, sync

WITHDRAWN: Final = "La persona retiró su solicitud."
"""The reason that stands in the history."""


async def withdraw(session: AsyncSession, person_id: int, now: datetime) -> int | None:
    """Takes back the person's open application, theirs or that of an account joined to them, and
    forgets its papers. Its number; None where none is open."""
    await sync.hold(session)
    consultant_id: int | None = await session.scalar(
        text(
            "SELECT id FROM consultant WHERE person_id = ANY(:people) AND state = 'solicitada' "
            "ORDER BY id LIMIT 1 FOR UPDATE"
        ),
        {
            "people": await linking.accounts(session, await linking.holder(session, person_id)),
        },
    )
    if consultant_id is None:
        return None
    await session.execute(
        text("DELETE FROM consultant_document WHERE consultant_id = :id"), {"id": consultant_id}
    )
    await session.execute(
        text("UPDATE consultant SET state = 'rechazada', updated_at = :now WHERE id = :id"),
        {"id": consultant_id, "now": now},
    )
    changed = {"state": ("solicitada", "rechazada")}
    await history.note(session, consultant_id, changed, "consultor", now, reason=WITHDRAWN)
    return consultant_id
