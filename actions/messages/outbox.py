"""The outbox: what has to be sent, in order and by lane, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.messages import states
from actions.messages.content import Content
from actions.messages.models import OutboundMessage
from actions.people import wanted
from actions.store.database import Executor

STALE_SENDING = timedelta(seconds=30)
"""A send that takes longer was cut off: no provider call of ours lasts half of it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker, and no other, is to send or to reconcile."""

    id: int
    person_id: int
    address_id: int
    channel: str
    external: str
    lane: int
    content: Content
    attempts: int
    attempted_at: datetime
    ambiguous: bool
    window_opened_at: datetime | None
    stopped: bool
    blocked: bool
    category: str | None = None


async def add(
    session: AsyncSession,
    *,
    person_id: int,
    address_id: int,
    channel: str,
    contents: list[Content],
    lane: int,
    turn_id: int | None = None,
    state: str = states.QUEUED,
    category: str | None = None,
) -> list[int]:
    """Appends messages in that order; returns their ids. Wakes nobody.

    Messages of a ``category`` are not sent to who stopped it; those without one always are.
    With ``state`` SENDING the first one is already claimed by the caller, who sends it after its
    transaction has committed.
    """
    if category is not None:
        wanted.checked([category])
    rows = await session.scalars(
        text(
            """
            INSERT INTO outbox
                (person_id, address_id, channel, turn_id, lane, category, content, state, attempts,
                 attempted_at, claimed_at, settled_at)
            SELECT :person, :address, :channel, CAST(:turn AS bigint), :lane,
                CAST(:category AS text), content,
                CASE WHEN :state = 'sending' AND place > 1 THEN 'queued' ELSE :state END,
                CASE WHEN :state = 'sending' AND place = 1 THEN 1 ELSE 0 END,
                CASE WHEN :state = 'sending' AND place = 1 THEN now() END,
                CASE WHEN :state = 'sending' AND place = 1 THEN now() END,
                CASE WHEN :state = 'sent' THEN now() END
            FROM jsonb_array_elements(CAST(:contents AS jsonb))
                WITH ORDINALITY AS part(content, place)
            ORDER BY place RETURNING id
            """
        ),
        {
            "person": person_id,
            "address": address_id,
            "channel": channel,
            "turn": turn_id,
            "lane": lane,
            "category": category,
            "state": state,
            "contents": json.dumps([content.as_json() for content in contents]),
        },
    )
    return list(rows)


# Whoever was joined to another person has no address any more: it is with the other one.
_WHERE_TO = text(
    """
    WITH RECURSIVE holder(id) AS (
        SELECT CAST(:person AS bigint)
        UNION
        SELECT kept_id FROM person_link JOIN holder ON holder.id = joined_id
        WHERE undone_at IS NULL)
    SELECT address.id, address.channel, address.external, address.person_id,
        address.last_inbound_at, address.blocked_at IS NOT NULL
    FROM address JOIN holder ON holder.id = address.person_id
    WHERE forget_at IS NULL AND address.id <> ALL(:not_to)
    ORDER BY blocked_at IS NOT NULL, last_inbound_at DESC NULLS LAST, address.id LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address to write to, and whose it is now. ``is_blocked`` where the person lets nothing of
    ours through, there and at all their other addresses."""

    address_id: int
    channel: str
    external: str
    person_id: int
    last_inbound_at: datetime | None
    is_blocked: bool = False


async def where_to(session: Executor, person_id: int, not_to: Sequence[int] = ()) -> Place | None:
    """Where a message to the person goes: the address where they last wrote, ``not_to`` left out.

    None when they have no address left, or erased what we hold and have not written since.
    """
    values = {"person": person_id, "not_to": [*not_to]}
    row = (await session.execute(_WHERE_TO, values)).one_or_none()
    return None if row is None else Place(*row)


async def post_to(
    session: AsyncSession,
    place: Place,
    contents: list[Content],
    lane: int,
    category: str | None = None,
) -> list[int]:
    """Queues messages to an address, in that order; wakes delivery. Returns their ids."""
    ids = await add(
        session,
        person_id=place.person_id,
        address_id=place.address_id,
        channel=place.channel,
        contents=contents,
        lane=lane,
        category=category,
    )
    await jobs.wake(session, jobs.DELIVER, place.person_id)
    return ids


async def post(
    session: AsyncSession,
    person_id: int,
    content: Content,
    lane: int,
    category: str | None = None,
    *,
    not_to: Sequence[int] = (),
) -> int | None:
    """Queues a notice for a person, at the address where they last wrote; wakes delivery.

    ``category`` as for :func:`add`; ``not_to`` are addresses to be left out. Returns its id, or
    None when the person has no address left, or erased what we hold and has not written since.
    """
    place = await where_to(session, person_id, not_to)
    if place is None:
        return None
    (message_id,) = await post_to(session, place, [content], lane, category)
    return message_id


# The row lock makes a second worker wait here; it then sees the state that the first one wrote.
_CLAIM = text(
    """
    WITH head AS (
        SELECT id, state FROM outbox
        WHERE person_id = :person AND state IN ('queued', 'sending', 'ambiguous')
        ORDER BY lane, id LIMIT 1 FOR UPDATE
    )
    UPDATE outbox SET state = 'sending', claimed_at = now(),
        attempted_at = COALESCE(outbox.attempted_at, now()),
        attempts = attempts + CASE WHEN head.state = 'queued' THEN 1 ELSE 0 END
    FROM head, address
    WHERE outbox.id = head.id AND address.id = outbox.address_id
        AND head.state IN ('queued', 'ambiguous')
        AND (outbox.not_before IS NULL OR outbox.not_before <= now())
    RETURNING outbox.id, outbox.person_id, outbox.address_id, outbox.channel, address.external,
        outbox.lane, outbox.content, outbox.attempts, outbox.attempted_at,
        head.state = 'ambiguous', address.last_inbound_at,
        EXISTS (SELECT 1 FROM opted_out WHERE opted_out.person_id = address.person_id
            AND opted_out.category = outbox.category),
        address.blocked_at IS NOT NULL, outbox.category
    """
)


async def claim_next(session: AsyncSession, person_id: int) -> Claimed | None:
    """Takes the head of the person's queue, if it is due and nobody else is at it."""
    row = (await session.execute(_CLAIM, {"person": person_id})).one_or_none()
    if row is None:
        return None
    values: list[Any] = list(row)
    values[6] = Content.from_json(values[6])
    return Claimed(*values)


async def was_sent(session: Executor, message_id: int, provider_id: str) -> bool:
    """Notes that the provider took the message; returns whether more of the person's waits.

    A receipt may have come before: what it told stays.
    """
    more: bool | None = await session.scalar(
        text(
            """
            UPDATE outbox SET provider_id = COALESCE(outbox.provider_id, :provider),
                settled_at = COALESCE(outbox.settled_at, now()),
                reason = CASE WHEN state = 'failed' THEN reason END,
                state = CASE WHEN state IN ('queued', 'sending', 'ambiguous', 'unknown')
                    THEN 'sent' ELSE state END
            WHERE id = :id
            RETURNING EXISTS (
                SELECT 1 FROM outbox AS other WHERE other.person_id = outbox.person_id
                AND other.id <> outbox.id AND other.state IN ('queued', 'sending', 'ambiguous'))
            """
        ),
        {"id": message_id, "provider": provider_id},
    )
    return bool(more)


async def count_attempt(session: AsyncSession, message_id: int) -> bool:
    """Notes a further attempt of a claimed message; false when a receipt has settled it."""
    found = await session.scalar(
        text(
            "UPDATE outbox SET attempts = attempts + 1, claimed_at = now() "
            "WHERE id = :id AND state = 'sending' RETURNING id"
        ),
        {"id": message_id},
    )
    return found is not None


async def put_back(
    session: AsyncSession, message_id: int, *, state: str, seconds: float, reason: str
) -> None:
    """Leaves the message ``queued`` or ``ambiguous`` for a later try, after so many seconds.

    A message that a receipt has settled meanwhile stays settled.
    """
    await session.execute(
        text(
            """
            UPDATE outbox SET state = :state, reason = :reason,
                not_before = now() + make_interval(secs => :seconds)
            WHERE id = :id AND state IN ('sending', 'queued', 'ambiguous')
            """
        ),
        {"id": message_id, "state": state, "seconds": seconds, "reason": reason},
    )


async def give_up(session: AsyncSession, message_id: int, *, state: str, reason: str) -> None:
    """Ends the message as ``failed``, ``unknown`` or ``excluded``, unless a receipt settled it."""
    await session.execute(
        text(
            """
            UPDATE outbox SET state = :state, reason = :reason, settled_at = now()
            WHERE id = :id AND state IN ('sending', 'queued', 'ambiguous')
            """
        ),
        {"id": message_id, "state": state, "reason": reason},
    )


async def recover_stale(session: AsyncSession) -> int:
    """Marks sends that a dead worker left half done as ambiguous; returns how many."""
    rows = await session.scalars(
        text(
            """
            UPDATE outbox SET state = 'ambiguous', reason = 'worker_lost', not_before = now()
            WHERE state = 'sending' AND claimed_at < now() - CAST(:age AS interval)
            RETURNING id
            """
        ),
        {"age": STALE_SENDING},
    )
    return len(rows.all())


async def people_due(session: AsyncSession, seconds: float) -> list[int]:
    """People with a message that is due, and was created or put back longer ago than that."""
    rows = await session.scalars(
        text(
            """
            SELECT DISTINCT person_id FROM outbox
            WHERE state IN ('queued', 'ambiguous')
                AND COALESCE(not_before, created_at + make_interval(secs => :seconds)) <= now()
            """
        ),
        {"seconds": seconds},
    )
    return list(rows)


async def find(session: AsyncSession, message_id: int) -> OutboundMessage | None:
    """One message by its id."""
    return await session.scalar(select(OutboundMessage).where(OutboundMessage.id == message_id))


async def known_provider_ids(session: AsyncSession, channel: str, ids: list[str]) -> set[str]:
    """Those of the provider's ids that belong to messages of ours."""
    rows = await session.scalars(
        select(OutboundMessage.provider_id).where(
            OutboundMessage.channel == channel, OutboundMessage.provider_id.in_(ids)
        )
    )
    return {row for row in rows if row is not None}
