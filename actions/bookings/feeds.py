"""The secret address at which a consultant's own calendar reads their bookings."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import states
from actions.bookings.booked import SELECT, Booked, booked
from actions.store.database import Executor

SHOWN_FOR: Final = timedelta(days=90)
"""So long does a meeting that is past, or was cancelled, stay in the feed."""
MOST_SHOWN: Final = 500
TOKEN_BYTES: Final = 32
LONGEST_TOKEN: Final = 100


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed it is, and the bookings that it shows, the last ones first."""

    consultant_id: int
    consultant_name: str
    bookings: tuple[Booked, ...]


async def make(session: AsyncSession, consultant_id: int, now: datetime) -> str:
    """A new token for the consultant's feed, told this once; an earlier one opens nothing more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await session.execute(
        text(
            "INSERT INTO calendar_feed (consultant_id, digest, made_at) "
            "VALUES (:consultant, :digest, :now) ON CONFLICT (consultant_id) "
            "DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at"
        ),
        {"consultant": consultant_id, "digest": _digest(token), "now": now},
    )
    return token


async def made_at(session: Executor, consultant_id: int) -> datetime | None:
    """Since when there is an address that opens the consultant's feed; None where there is none.
    The token itself is kept nowhere, so it cannot be told again."""
    found: datetime | None = await session.scalar(
        text("SELECT made_at FROM calendar_feed WHERE consultant_id = :consultant"),
        {"consultant": consultant_id},
    )
    return found


async def is_made(session: Executor, consultant_id: int) -> bool:
    """Whether a calendar of the consultant's may be reading their bookings."""
    found: bool = await session.scalar(
        text("SELECT EXISTS (SELECT 1 FROM calendar_feed WHERE consultant_id = :id)"),
        {"id": consultant_id},
    )
    return found


async def revoke(session: AsyncSession, consultant_id: int) -> None:
    """No token opens the consultant's feed any more."""
    await session.execute(
        text("DELETE FROM calendar_feed WHERE consultant_id = :consultant"),
        {"consultant": consultant_id},
    )


async def of_token(session: Executor, token: str, now: datetime) -> Feed | None:
    """What the token opens; None where it opens nothing.

    What was cancelled after it was agreed on is shown as such, so that calendars take it out.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    who = (
        await session.execute(
            text(
                "SELECT c.id, c.name FROM calendar_feed AS f "
                "JOIN consultant AS c ON c.id = f.consultant_id WHERE f.digest = :digest"
            ),
            {"digest": _digest(token)},
        )
    ).one_or_none()
    if who is None:
        return None
    rows = await session.execute(
        text(
            f"{SELECT} WHERE b.consultant_id = :consultant AND lower(b.during) > :since "
            "AND (b.state = ANY(:shown) OR b.state = 'cancelled' AND b.accepted_at IS NOT NULL) "
            "ORDER BY lower(b.during) DESC LIMIT :most"
        ),
        {
            "consultant": who.id,
            "since": now - SHOWN_FOR,
            "shown": [one for one in states.OCCUPYING if one != states.HELD],
            "most": MOST_SHOWN,
        },
    )
    return Feed(who.id, who.name, tuple(booked(row) for row in rows))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
