"""Reads and writes the state of a person's conversation."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def read(session: AsyncSession, person_id: int) -> dict[str, Any]:
    """The stored state, or an empty one for a person who never had a turn."""
    state = await session.scalar(
        text("SELECT state FROM conversation WHERE person_id = :person"), {"person": person_id}
    )
    return dict(state) if state else {}


async def write(session: AsyncSession, person_id: int, state: dict[str, Any]) -> None:
    """Replaces the stored state."""
    await session.execute(
        text(
            """
            INSERT INTO conversation (person_id, state) VALUES (:person, CAST(:state AS jsonb))
            ON CONFLICT (person_id) DO UPDATE SET state = excluded.state, updated_at = now()
            """
        ),
        {"person": person_id, "state": json.dumps(state)},
    )
