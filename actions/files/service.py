"""Keeps files that staff send, for as long as a person may want to open them again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.files.checking import Clean
from actions.store.database import Executor

KEPT: Final = timedelta(days=30)
_TOKEN_BYTES: Final = 24


def new_token() -> str:
    """What a file is found by: as hard to guess as a key of 192 bits, fit for an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


async def store(
    session: AsyncSession,
    file: Clean,
    *,
    token: str,
    outbox_id: int,
    made_by: str,
    now: datetime,
) -> None:
    """Keeps a file that goes with an outbound message, under a token of :func:`new_token`."""
    await session.execute(
        text(
            """
            INSERT INTO stored_file (token, outbox_id, name, media_type, size, sha256, content,
                made_by, made_at, expires_at)
            VALUES (:token, :outbox, :name, :media_type, :size, :sha256, :content,
                :made_by, :now, :expires)
            """
        ),
        {
            "token": token,
            "outbox": outbox_id,
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": file.sha256,
            "content": file.content,
            "made_by": made_by,
            "now": now,
            "expires": now + KEPT,
        },
    )


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it was stored; ``sha256`` in hexadecimal."""

    name: str
    media_type: str
    sha256: str
    content: bytes


async def fetch(session: Executor, token: str, now: datetime) -> Fetched | None:
    """The file of a token; None where there is none, or not any more."""
    row = (
        await session.execute(
            text(
                "SELECT name, media_type, sha256, content FROM stored_file "
                "WHERE token = :token AND expires_at > :now"
            ),
            {"token": token, "now": now},
        )
    ).one_or_none()
    return None if row is None else Fetched(*row)


async def delete_expired(session: AsyncSession, now: datetime) -> int:
    """Deletes the files whose time is over; returns how many. To be run every now and then."""
    rows = await session.execute(
        text("DELETE FROM stored_file WHERE expires_at <= :now RETURNING id"), {"now": now}
    )
    return len(rows.all())


async def forget(session: AsyncSession, address_ids: Sequence[int]) -> None:
    """Deletes what was sent to these addresses."""
    await session.execute(
        text(
            "DELETE FROM stored_file USING outbox "
            "WHERE outbox.id = stored_file.outbox_id AND outbox.address_id = ANY(:addresses)"
        ),
        {"addresses": [*address_ids]},
    )
