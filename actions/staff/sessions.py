"""Sessions of the staff: on the server, known by a random token of which a digest is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.staff.accounts import Member, member, token_digest
from actions.store.database import Executor

Stage = Literal["code", "setup", "full"]

IDLE: Final = timedelta(minutes=30)
LASTS: Final = timedelta(hours=10)
"""However much it is used: a working day."""
UNFINISHED_LASTS: Final = timedelta(minutes=10)
"""Between the password and the second factor."""
NOTED_EVERY: Final = timedelta(minutes=1)
"""A use is noted no more often, so that reading a page writes nothing."""
LONGEST_AGENT: Final = 200


@dataclass(frozen=True, slots=True)
class Current:
    """The session of a request, and whose it is."""

    id: int
    stage: Stage
    member: Member
    made_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner, or an administrator, sees it."""

    id: int
    staff_id: int
    stage: str
    made_at: datetime
    seen_at: datetime
    address: str
    agent: str


async def begin(
    session: AsyncSession, staff_id: int, stage: Stage, address: str, agent: str, now: datetime
) -> str:
    """A new session's token. Whatever token the browser had before is none of its business."""
    token = secrets.token_urlsafe(32)
    lasts = LASTS if stage == "full" else UNFINISHED_LASTS
    await session.execute(
        text(
            "INSERT INTO staff_session "
            "(staff_id, token_digest, stage, made_at, seen_at, expires_at, address, agent) "
            "VALUES (:staff, :digest, :stage, :now, :now, :expires, :address, :agent)"
        ),
        {
            "staff": staff_id,
            "digest": token_digest(token),
            "stage": stage,
            "now": now,
            "expires": now + lasts,
            "address": address,
            "agent": agent[:LONGEST_AGENT],
        },
    )
    if stage == "full":
        await session.execute(
            text("UPDATE staff SET last_login_at = :now WHERE id = :id"),
            {"id": staff_id, "now": now},
        )
    return token


async def current(session: Executor, token: str, now: datetime) -> Current | None:
    """The session with that token, unless it is over or its account was shut."""
    row = (
        await session.execute(
            text(
                "SELECT s.id, s.stage, s.staff_id, s.made_at, s.seen_at FROM staff_session AS s "
                "JOIN staff ON staff.id = s.staff_id "
                "WHERE token_digest = :digest AND expires_at > :now AND seen_at > :idle "
                "AND disabled_at IS NULL"
            ),
            {"digest": token_digest(token), "now": now, "idle": now - IDLE},
        )
    ).one_or_none()
    if row is None:
        return None
    return Current(row.id, row.stage, await member(session, row.staff_id), row.made_at, row.seen_at)


async def seen(session: AsyncSession, session_id: int, now: datetime) -> None:
    """Notes that the session was used."""
    await session.execute(
        text("UPDATE staff_session SET seen_at = :now WHERE id = :id AND seen_at < :now"),
        {"id": session_id, "now": now},
    )


async def end(session: AsyncSession, session_id: int, staff_id: int | None = None) -> bool:
    """Ends a session, if it is that person's (None: anybody's); whether there was one."""
    ended = await session.scalar(
        text(
            "DELETE FROM staff_session WHERE id = :id "
            "AND (CAST(:staff AS bigint) IS NULL OR staff_id = :staff) RETURNING id"
        ),
        {"id": session_id, "staff": staff_id},
    )
    return ended is not None


async def of_staff(session: Executor, staff_id: int, now: datetime) -> Sequence[Shown]:
    """The sessions of an account that are not over, the one used last first."""
    rows = await session.execute(
        text(
            "SELECT id, staff_id, stage, made_at, seen_at, address, agent FROM staff_session "
            "WHERE staff_id = :staff AND expires_at > :now AND seen_at > :idle "
            "ORDER BY seen_at DESC"
        ),
        {"staff": staff_id, "now": now, "idle": now - IDLE},
    )
    return [Shown(*row) for row in rows]


async def delete_over(session: AsyncSession, now: datetime) -> int:
    """Deletes sessions that are over, and failures to log in of more than a day ago. To be run now
    and then."""
    gone = await session.execute(
        text("DELETE FROM staff_session WHERE expires_at <= :now OR seen_at <= :idle RETURNING id"),
        {"now": now, "idle": now - IDLE},
    )
    await session.execute(
        text("DELETE FROM login_failure WHERE at < :before"), {"before": now - timedelta(days=1)}
    )
    return len(gone.all())
