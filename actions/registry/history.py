"""The history of consultants: every field that changed, who wanted it, and when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Change:
    """One entry; see actions.registry.models.ConsultantChange."""

    field: str
    before: Any
    after: Any
    source: str
    by: str | None
    reason: str | None
    at: datetime


async def note(
    session: AsyncSession,
    consultant_id: int,
    fields: Mapping[str, tuple[Any, Any]],
    source: str,
    now: datetime,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """Adds an entry for each field: plain values before and after."""
    for field, (before, after) in fields.items():
        await session.execute(
            text(
                "INSERT INTO consultant_change (consultant_id, field, before, after, source, by, "
                "reason, at) VALUES (:consultant, :field, CAST(:before AS jsonb), "
                "CAST(:after AS jsonb), :source, :by, :reason, :now)"
            ),
            {
                "consultant": consultant_id,
                "field": field,
                "before": None if before is None else json.dumps(before),
                "after": None if after is None else json.dumps(after),
                "source": source,
                "by": by,
                "reason": reason,
                "now": now,
            },
        )


async def of(session: Executor, consultant_id: int, most: int = 200) -> Sequence[Change]:
    """The last entries of a consultant, the newest first."""
    rows = await session.execute(
        text(
            "SELECT field, before, after, source, by, reason, at FROM consultant_change "
            "WHERE consultant_id = :consultant ORDER BY id DESC LIMIT :most"
        ),
        {"consultant": consultant_id, "most": most},
    )
    return [Change(*row) for row in rows]
