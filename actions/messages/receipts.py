"""Receipts: what a provider tells about a message after it took it."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.messages import states
from actions.messages.models import OutboundMessage, Receipt


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
    was whose answer was lost. The message's state depends on the set of receipts, not their order.
    """
    condition = (
        OutboundMessage.id == message_id
        if message_id is not None
        else OutboundMessage.provider_id == provider_id
    )
    message = await session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.channel == channel, condition)
        .with_for_update()
    )
    if message is None or message.provider_id not in (None, provider_id):
        return False
    await session.execute(
        insert(Receipt)
        .values(outbox_id=message.id, status=status, error_code=error_code)
        .on_conflict_do_nothing(index_elements=["outbox_id", "status"])
    )
    told = {
        row.status: row.error_code
        for row in await session.execute(
            select(Receipt.status, Receipt.error_code).where(Receipt.outbox_id == message.id)
        )
    }
    was_open = message.state in states.OPEN
    message.provider_id = provider_id
    message.state = states.settled(message.state, told)
    codes = [code for code in told.values() if code]
    message.reason = max(codes, default=None) if message.state == states.FAILED else None
    if was_open and message.state not in states.OPEN:
        # What waits behind it can go now.
        await jobs.wake(session, jobs.DELIVER, message.person_id)
    await session.flush()
    return True
