"""Requests that change something, done once however often they are sent.

A client names what it wants done by a key of its own choice. Whoever comes first holds a lock until
their transaction ends, in which the work is done and its answer kept: a crash leaves neither. A
copy that comes meanwhile is told so at once, and a later one gets the answer of the first. What was
refused changed nothing and is not kept: the same key may be used again for the request put right.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT: Final = timedelta(hours=24)
LONGEST_KEY: Final = 255


class InProgress(Exception):
    """A request of that name is being worked on; it can be sent again in a moment."""


class AnotherRequest(Exception):
    """That name stands for a request with other contents."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP status, and the body as it was sent."""

    status: int
    body: str


def digest(*parts: bytes) -> bytes:
    """What tells one request from another: of method, address and body, say."""
    lengths = b"".join(len(part).to_bytes(8, "big") for part in parts)
    return hashlib.sha256(lengths + b"".join(parts)).digest()


async def begin(
    session: AsyncSession, key_id: int, idempotency_key: str, request: bytes, now: datetime
) -> Answer | None:
    """The answer that is kept for this request, or None: then it has to be done, and its answer
    handed to :func:`keep` in the same transaction. ``request`` is a digest of it.

    Raises InProgress, AnotherRequest.
    """
    is_first = await session.scalar(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"api_answer {key_id} {idempotency_key}"},
    )
    if not is_first:
        raise InProgress
    row = (
        await session.execute(
            text(
                "SELECT request, status, body FROM api_answer WHERE key_id = :key "
                "AND idempotency_key = :name AND made_at > :since"
            ),
            {"key": key_id, "name": idempotency_key, "since": now - KEPT},
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request != request:
        raise AnotherRequest
    return Answer(row.status, row.body)


async def keep(
    session: AsyncSession,
    key_id: int,
    idempotency_key: str,
    request: bytes,
    answer: Answer,
    now: datetime,
) -> None:
    """Keeps what was answered for a day. It must tell nothing personal: see ApiAnswer."""
    await session.execute(
        text(
            """
            INSERT INTO api_answer (key_id, idempotency_key, request, status, body, made_at)
            VALUES (:key, :name, :request, :status, :body, :now)
            ON CONFLICT (key_id, idempotency_key) DO UPDATE SET request = excluded.request,
                status = excluded.status, body = excluded.body, made_at = excluded.made_at
            """
        ),
        {
            "key": key_id,
            "name": idempotency_key,
            "request": request,
            "status": answer.status,
            "body": answer.body,
            "now": now,
        },
    )


async def forget_old(session: AsyncSession, now: datetime) -> int:
    """Deletes the answers that are no longer kept; how many those were."""
    gone = await session.execute(
        text("DELETE FROM api_answer WHERE made_at <= :until RETURNING 1"), {"until": now - KEPT}
    )
    return len(gone.all())
