"""The messages of one address, as its owner sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages.content import Content

PAGE = 200


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to the person."""

    id: int
    content: Content


@dataclass(frozen=True, slots=True)
class Line:
    """A message of either side; ``provider_id`` is the id that the sender gave theirs."""

    outgoing: bool
    id: int
    provider_id: str
    kind: str
    content: Content


async def replies_to(session: AsyncSession, inbox_id: int) -> Sequence[Outgoing] | None:
    """The replies of the turn that read a message; None while no turn has."""
    rows = (
        await session.execute(
            text(
                "SELECT inbox.turn_id, outbox.id, outbox.content FROM inbox "
                "LEFT JOIN outbox ON outbox.turn_id = inbox.turn_id "
                "WHERE inbox.id = :id ORDER BY outbox.id"
            ),
            {"id": inbox_id},
        )
    ).all()
    if not rows or rows[0].turn_id is None:
        return None
    return [Outgoing(row.id, Content.from_json(row.content)) for row in rows if row.id is not None]


async def after(
    session: AsyncSession, channel: str, external: str, cursor: int
) -> Sequence[Outgoing]:
    """Messages to an address with an id above ``cursor``, oldest first, at most a page."""
    rows = await session.execute(
        text(
            "SELECT outbox.id, outbox.content FROM outbox "
            "JOIN address ON address.id = outbox.address_id "
            "WHERE address.channel = :channel AND address.external = :external "
            "AND outbox.id > :cursor AND outbox.state IN ('sent', 'delivered', 'read') "
            "AND outbox.content <> '{}' "
            "ORDER BY outbox.id LIMIT :page"
        ),
        {"channel": channel, "external": external, "cursor": cursor, "page": PAGE},
    )
    return [Outgoing(row.id, Content.from_json(row.content)) for row in rows]


async def history(session: AsyncSession, channel: str, external: str) -> Sequence[Line]:
    """The last page of messages of both sides, oldest first."""
    rows = await session.execute(
        text(
            """
            SELECT * FROM (
                SELECT false AS outgoing, inbox.id, inbox.provider_id, inbox.kind,
                    jsonb_build_object('text', inbox.text) AS content, inbox.received_at AS at
                FROM inbox JOIN address ON address.id = inbox.address_id
                WHERE address.channel = :channel AND address.external = :external
                    AND inbox.kind NOT IN ('button', 'erased')
                UNION ALL
                SELECT false, inbox.id, inbox.provider_id, inbox.kind,
                    jsonb_build_object('text', pressed.content #>> ARRAY[
                        'buttons', split_part(inbox.detail->>'payload', '.', 2), 'title']),
                    inbox.received_at
                FROM inbox JOIN address ON address.id = inbox.address_id
                JOIN outbox AS pressed ON pressed.address_id = inbox.address_id
                    AND 'b' || pressed.id = split_part(inbox.detail->>'payload', '.', 1)
                WHERE address.channel = :channel AND address.external = :external
                    AND inbox.kind = 'button'
                UNION ALL
                SELECT true, outbox.id, '', '', outbox.content, outbox.created_at
                FROM outbox JOIN address ON address.id = outbox.address_id
                WHERE address.channel = :channel AND address.external = :external
                    AND outbox.state IN ('sent', 'delivered', 'read') AND outbox.content <> '{}'
                ORDER BY at DESC, outgoing DESC, id DESC LIMIT :page) AS newest
            ORDER BY at, outgoing, id
            """
        ),
        {"channel": channel, "external": external, "page": PAGE},
    )
    return [
        Line(row.outgoing, row.id, row.provider_id, row.kind, Content.from_json(row.content))
        for row in rows
    ]
