"""Which messages a person wants: the categories they can stop, at once and on all channels.

A message without a category (a reply, a notice that their account was joined) always goes. One
with a category is handed to its provider under a lock on the person that a stop has to wait for,
and only after a last look: see :func:`refused`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages import states
from actions.people import locks
from actions.store.database import Executor

CATEGORIES: Final = ("announcements", "reminders", "training")

STOPPED: Final = "stopped"
SETTLED: Final = "settled"
"""Why a claimed message must not be sent: its category was stopped; or it is no more to be sent,
since a receipt or an erasure has settled it meanwhile."""


def checked(categories: Iterable[str]) -> list[str]:
    """The categories, if all are known: a misspelt one could never be stopped. Else ValueError."""
    found = list(categories)
    unknown = sorted(set(found) - set(CATEGORIES))
    if unknown:
        raise ValueError(f"no such category of messages: {', '.join(unknown)}")
    return found


async def stop(
    session: AsyncSession, person_id: int, categories: Sequence[str] = CATEGORIES
) -> None:
    """No more messages of these categories, on any channel, also of those already queued.

    No send of one starts after the session's transaction has committed. Raises ValueError for an
    unknown category.
    """
    stopping = checked(categories)
    await locks.lock(session, person_id)
    await session.execute(
        text(
            """
            INSERT INTO opted_out (person_id, category)
            SELECT :person, unnest(CAST(:categories AS text[]))
            ON CONFLICT (person_id, category) DO UPDATE SET link_id = NULL,
                stopped_at = CASE WHEN opted_out.link_id IS NULL
                    THEN opted_out.stopped_at ELSE excluded.stopped_at END
            """
        ),
        {"person": person_id, "categories": stopping},
    )
    await _take_out(session, person_id)


async def start(
    session: AsyncSession, person_id: int, categories: Sequence[str] = CATEGORIES
) -> None:
    """Messages of these categories again; what was taken out stays out.

    Raises ValueError for an unknown category.
    """
    starting = checked(categories)
    # Against a stop of the person's own at the same moment: the later one holds, whole.
    await locks.lock(session, person_id)
    await session.execute(
        text("DELETE FROM opted_out WHERE person_id = :person AND category = ANY(:categories)"),
        {"person": person_id, "categories": starting},
    )


async def stopped(session: Executor, person_id: int) -> frozenset[str]:
    """The categories that the person does not want."""
    found = await session.execute(
        text("SELECT category FROM opted_out WHERE person_id = :person"), {"person": person_id}
    )
    return frozenset(row.category for row in found)


async def unite(session: AsyncSession, from_id: int, into_id: int, link_id: int) -> None:
    """What one person stopped is stopped for the other as well, because they are joined."""
    await session.execute(
        text(
            """
            INSERT INTO opted_out (person_id, category, stopped_at, link_id)
            SELECT :into, category, stopped_at, :link FROM opted_out WHERE person_id = :from
            ON CONFLICT (person_id, category) DO NOTHING
            """
        ),
        {"from": from_id, "into": into_id, "link": link_id},
    )
    await _take_out(session, into_id)


async def separate(session: AsyncSession, kept_id: int, joined_id: int, link_id: int) -> None:
    """Takes back what :func:`unite` did. What was stopped while they were joined was stopped on
    all channels, so it stays stopped for both."""
    await session.execute(
        text(
            """
            INSERT INTO opted_out (person_id, category, stopped_at)
            SELECT :joined, category, stopped_at FROM opted_out, person_link
            WHERE opted_out.person_id = :kept AND opted_out.link_id IS NULL
                AND person_link.id = :link AND opted_out.stopped_at >= person_link.joined_at
            ON CONFLICT (person_id, category) DO NOTHING
            """
        ),
        {"kept": kept_id, "joined": joined_id, "link": link_id},
    )
    await session.execute(text("DELETE FROM opted_out WHERE link_id = :link"), {"link": link_id})
    await _take_out(session, joined_id)


async def _take_out(session: AsyncSession, person_id: int) -> None:
    await session.execute(
        text(
            """
            UPDATE outbox SET state = :excluded, reason = :reason, settled_at = now()
            FROM opted_out
            WHERE outbox.person_id = :person AND outbox.state = :queued
                AND opted_out.person_id = outbox.person_id
                AND opted_out.category = outbox.category
            """
        ),
        {
            "person": person_id,
            "excluded": states.EXCLUDED,
            "queued": states.QUEUED,
            "reason": STOPPED,
        },
    )


_HOLD_OWNER = text(
    """
    SELECT person.id FROM address JOIN person ON person.id = address.person_id
    WHERE address.id = :address FOR SHARE OF person
    """
)
_AS_OF_NOW = text(
    """
    SELECT address.person_id AS owner, outbox.state, EXISTS (
        SELECT 1 FROM opted_out WHERE opted_out.person_id = address.person_id
            AND opted_out.category = outbox.category) AS stopped
    FROM outbox JOIN address ON address.id = outbox.address_id WHERE outbox.id = :message
    """
)


async def refused(
    session: AsyncSession, message_id: int, address_id: int
) -> Literal["stopped", "settled"] | None:
    """Why a claimed message of a category must not be sent now, or None: then no stop of its
    person commits before the session's transaction ends, so hand it over within that.

    It asks for whoever owns the address now, since people are joined. The last look is a
    statement of its own: one that waits for a lock still reads other tables as of before.
    """
    while True:
        held = await session.scalar(_HOLD_OWNER, {"address": address_id})
        found = (await session.execute(_AS_OF_NOW, {"message": message_id})).one()
        if found.owner == held:
            break
    if found.stopped:
        return STOPPED
    return None if found.state == states.SENDING else SETTLED
