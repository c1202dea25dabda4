"""The inbox: each message of a provider once, in the order in which it came."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.messages.models import InboundMessage
from actions.people.models import Address
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Received:
    """Where a message was stored; ``new`` is false for a further copy of one we have."""

    inbox_id: int
    person_id: int
    address_id: int
    new: bool


# The update locks the address row before the inbox id is taken, so ids follow the order of
# commits within an address: without it a slower transaction could commit an older id later, after
# a turn had read past it.
_STORE = text(
    """
    WITH known AS (
        UPDATE address SET blocked_at = NULL, forget_at = NULL,
            last_inbound_at = GREATEST(last_inbound_at, CAST(:sent_at AS timestamptz))
        WHERE channel = :channel AND external = :external
        RETURNING id, person_id
    ), stored AS (
        INSERT INTO inbox (person_id, address_id, provider_id, kind, text, detail)
        SELECT person_id, id, :provider_id, :kind, :text, CAST(:detail AS jsonb) FROM known
        ON CONFLICT (address_id, provider_id) DO NOTHING
        RETURNING id
    )
    SELECT known.id, known.person_id, (SELECT id FROM stored) FROM known
    """
)

_NEW_ADDRESS = text(
    """
    INSERT INTO address (person_id, channel, external, last_inbound_at)
    VALUES (:person_id, :channel, :external, NULL)
    ON CONFLICT (channel, external) DO UPDATE SET blocked_at = NULL
    RETURNING person_id
    """
)


async def receive(
    session: AsyncSession,
    *,
    channel: str,
    external: str,
    provider_id: str,
    kind: str,
    text: str,
    detail: dict[str, Any],
    sent_at: datetime | None = None,
) -> Received:
    """Stores a message, and wakes its person's turn if it is new.

    ``provider_id`` names the message within its address; a second copy of it stores nothing.
    ``sent_at`` is given for a message that comes late: it opens WhatsApp's window from then on.
    """
    values = {
        "channel": channel,
        "external": external,
        "provider_id": provider_id,
        "kind": kind,
        "text": text,
        "detail": json.dumps(detail),
        "sent_at": sent_at or datetime.now(UTC),
    }
    row = (await session.execute(_STORE, values)).one_or_none()
    if row is None:
        await _register(session, channel, external)
        row = (await session.execute(_STORE, values)).one()
    address_id, person_id, inbox_id = row
    if inbox_id is None:
        known = select(InboundMessage.id).where(
            InboundMessage.address_id == address_id, InboundMessage.provider_id == provider_id
        )
        inbox_id = (await session.scalars(known)).one()
        return Received(inbox_id, person_id, address_id, new=False)
    await jobs.wake(session, jobs.TURN, person_id)
    return Received(inbox_id, person_id, address_id, new=True)


async def _register(session: AsyncSession, channel: str, external: str) -> None:
    person_id = await session.scalar(text("INSERT INTO person DEFAULT VALUES RETURNING id"))
    owner = await session.scalar(
        _NEW_ADDRESS, {"person_id": person_id, "channel": channel, "external": external}
    )
    if owner != person_id:
        # Another first message of this address was quicker.
        await session.execute(text("DELETE FROM person WHERE id = :id"), {"id": person_id})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that no turn has handled yet, with where to answer it."""

    id: int
    address_id: int
    channel: str
    external: str
    kind: str
    text: str
    detail: dict[str, Any]
    received_at: datetime
    failures: int
    window_opened_at: datetime | None


_WAITING = (
    select(
        InboundMessage.id,
        InboundMessage.address_id,
        Address.channel,
        Address.external,
        InboundMessage.kind,
        InboundMessage.text,
        InboundMessage.detail,
        InboundMessage.received_at,
        InboundMessage.failures,
        Address.last_inbound_at,
    )
    .join(Address, Address.id == InboundMessage.address_id)
    .order_by(InboundMessage.id)
)


async def waiting(session: Executor, person_id: int, limit: int) -> list[Waiting]:
    """The person's unhandled messages, oldest first, at most ``limit``."""
    rows = await session.execute(
        _WAITING.where(
            InboundMessage.person_id == person_id, InboundMessage.handled_at.is_(None)
        ).limit(limit)
    )
    return [Waiting(*row) for row in rows]


async def count_waiting(session: AsyncSession, channel: str, external: str, limit: int) -> int:
    """How many messages of an address wait for a turn; counts no further than ``limit``."""
    count: int = await session.scalar(
        text(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM inbox JOIN address ON address.id = inbox.address_id
                WHERE address.channel = :channel AND address.external = :external
                AND inbox.handled_at IS NULL LIMIT :limit) AS waiting
            """
        ),
        {"channel": channel, "external": external, "limit": limit},
    )
    return count


async def known(
    session: AsyncSession, channel: str, messages: list[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those (external address, provider's id) that the inbox has."""
    rows = await session.execute(
        text(
            """
            SELECT address.external, inbox.provider_id
            FROM unnest(CAST(:externals AS text[]), CAST(:ids AS text[])) AS listed(external, id)
            JOIN address ON address.channel = :channel AND address.external = listed.external
            JOIN inbox ON inbox.address_id = address.id AND inbox.provider_id = listed.id
            """
        ),
        {
            "channel": channel,
            "externals": [external for external, _ in messages],
            "ids": [provider_id for _, provider_id in messages],
        },
    )
    return {(row.external, row.provider_id) for row in rows}


async def count_failure(session: AsyncSession, ids: list[int]) -> None:
    """Notes that a turn over these messages failed."""
    await session.execute(
        update(InboundMessage)
        .where(InboundMessage.id.in_(ids))
        .values(failures=InboundMessage.failures + 1)
    )


async def people_waiting(session: AsyncSession, seconds: float) -> list[int]:
    """People with a message that has waited for longer than that."""
    rows = await session.scalars(
        text(
            "SELECT DISTINCT person_id FROM inbox WHERE handled_at IS NULL "
            "AND received_at < now() - make_interval(secs => :seconds)"
        ),
        {"seconds": seconds},
    )
    return list(rows)
