"""Receipts: what a provider tells about a message after it took it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.messages import states


async def record(
    session: AsyncSession,
    *,
    message_id: int | None,
    channel: str,
    provider_id: str,
    status: str,
    error_code: str | None,
) -> bool:
    """Stores a receipt and moves its message; false when we know no such message.

    ``message_id`` is our own id, carried in the callback's address: it tells which message a send
    was whose answer was lost. The state is the furthest one told, so it depends on the set of
    receipts, not their order.
    """
    row = (
        await session.execute(
            _LOCK_BY_ID if message_id is not None else _LOCK_BY_PROVIDER,
            {"id": message_id, "provider": provider_id, "channel": channel},
        )
    ).one_or_none()
    if row is None or row.provider_id not in (None, provider_id):
        return False
    state = states.settled(row.state, [status])
    reason = None
    if state == states.FAILED:
        known = row.reason if row.state == states.FAILED else None
        reason = max(filter(None, (known, error_code)), default=None)
    await session.execute(
        _RECORD,
        {
            "id": row.id,
            "provider": provider_id,
            "status": status,
            "code": error_code,
            "state": state,
            "reason": reason,
        },
    )
    if row.state in states.OPEN and state not in states.OPEN:
        # What waits behind it can go now.
        await jobs.wake(session, jobs.DELIVER, row.person_id)
    return True


_COLUMNS = "SELECT id, person_id, state, reason, provider_id FROM outbox"
_LOCK_BY_ID = text(f"{_COLUMNS} WHERE id = :id AND channel = :channel FOR UPDATE")
_LOCK_BY_PROVIDER = text(
    f"{_COLUMNS} WHERE provider_id = :provider AND channel = :channel FOR UPDATE"
)
_RECORD = text(
    """
    WITH told AS (
        INSERT INTO receipt (outbox_id, status, error_code) VALUES (:id, :status, :code)
        ON CONFLICT (outbox_id, status) DO NOTHING
    )
    UPDATE outbox SET provider_id = :provider, state = :state, reason = :reason,
        settled_at = COALESCE(settled_at, now())
    WHERE id = :id
    """
)
