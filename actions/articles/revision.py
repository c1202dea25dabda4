"""The number of what is served: whoever changes that bumps it, whoever serves it watches it."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import Executor

CHANNEL: Final = "torogoz_knowledge"
"""A bump is told there when its transaction commits; the payload is the revision."""

LOCK: Final = 7_263_542
"""Key of the advisory lock that all who write articles hold: they are few, and what one of them
decides rests on which versions there are."""


async def lock(session: AsyncSession) -> None:
    """Waits for whoever writes articles, and keeps others from it until the transaction ends.

    Comes first in a transaction: a statement begun before the wait would read as of before it.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def bump(session: AsyncSession) -> int:
    """Counts a change of what is served; the new revision."""
    revision: int = await session.scalar(
        text(
            """
            WITH bumped AS (
                INSERT INTO knowledge_revision AS known (id, revision) VALUES (1, 1)
                ON CONFLICT (id) DO UPDATE SET
                    revision = known.revision + 1, changed_at = clock_timestamp()
                RETURNING revision
            )
            SELECT revision FROM bumped, pg_notify(:channel, revision::text)
            """
        ),
        {"channel": CHANNEL},
    )
    return revision


async def revision(session: Executor) -> int:
    """The present revision; 0 before anything was served from the database."""
    found: int | None = await session.scalar(text("SELECT revision FROM knowledge_revision"))
    return found or 0


async def mark(session: Executor) -> tuple[int, datetime] | None:
    """The revision with its moment, which tells it apart from that of a restored backup.

    None as long as no article was ever published: then the files are what there is.
    """
    row = (
        await session.execute(
            text(
                "SELECT revision, changed_at FROM knowledge_revision "
                "WHERE EXISTS (SELECT 1 FROM article_version WHERE published_at IS NOT NULL)"
            )
        )
    ).one_or_none()
    return None if row is None else (row.revision, row.changed_at)
