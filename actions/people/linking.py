"""Joining channels: two people who turn out to be the same become one, and can be parted again.

The one who made the code is kept; the one who typed it gives over their addresses, and with them
what waits for a turn or to be sent. History stays with the joined person, which has no address from
then on: so undoing gives back exactly what was. Notices for the joined person find the kept one by
themselves (see actions.messages.outbox.post).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.firms import service as firms
from actions.messages import states
from actions.people import codes, locks, wanted
from actions.people.codes import CodeRefused, TooManyCodes, make_code
from actions.people.locks import Busy
from actions.store.database import Executor

__all__ = [
    "Busy",
    "CodeRefused",
    "Joined",
    "TooManyCodes",
    "Undone",
    "accounts",
    "holder",
    "join",
    "make_code",
    "undo",
]


@dataclass(frozen=True, slots=True)
class Joined:
    """Who was kept, who was joined to them, and the channels that came with it, one for each
    address. The caller tells the kept person."""

    kept_person_id: int
    joined_person_id: int
    channels: tuple[str, ...]
    address_ids: tuple[int, ...] = field(default=(), compare=False)
    """The addresses that came with it: the notice goes to another, lest only a thief read it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """Whose joining was undone, and the channels that went back."""

    kept_person_id: int
    restored_person_id: int
    channels: tuple[str, ...]


async def join(session: AsyncSession, person_id: int, code: str, now: datetime) -> Joined:
    """The person who typed a code is joined to the one who made it.

    Two addresses on the same channel are fine: a firm may have two phones. Raises CodeRefused,
    after which the session can go on; and Busy, after which its transaction has to be rolled back
    and run again.
    """
    await locks.lock(session, person_id)
    found = await codes.find(session, person_id, code, now)
    kept_id = found.person_id
    await locks.lock_second(session, person_id, kept_id)
    await codes.use(session, found, now)
    await codes.revoke(session, person_id, now)
    addresses = await locks.hold_addresses(session, person_id)
    open_cases = await locks.hold_open_cases(session, [person_id, kept_id])
    case_id = None if kept_id in open_cases else open_cases.get(person_id)
    copied = await firms.copy_missing(session, person_id, kept_id)
    link_id: int = await session.scalar(
        text(
            "INSERT INTO person_link (kept_id, joined_id, address_ids, firm_fields, case_id) "
            "VALUES (:kept, :joined, :addresses, :fields, :case) RETURNING id"
        ),
        {
            "kept": kept_id,
            "joined": person_id,
            "addresses": [address.id for address in addresses],
            "fields": copied,
            "case": case_id,
        },
    )
    await _hand_over(session, person_id, kept_id, [address.id for address in addresses], case_id)
    await wanted.unite(session, person_id, kept_id, link_id)
    return Joined(
        kept_id,
        person_id,
        tuple(address.channel for address in addresses),
        tuple(address.id for address in addresses),
    )


async def undo(session: AsyncSession, person_id: int) -> Undone | None:
    """Parts the person from the one that was joined to them last: its addresses go back.

    None when nobody is joined to them. Raises Busy, as :func:`join` does.
    """
    await locks.lock(session, person_id)
    link = await _last_link(session, person_id)
    if link is None:
        return None
    await locks.lock_second(session, person_id, link.joined_id)
    addresses = await locks.hold_addresses(session, person_id, among=link.address_ids)
    open_cases = await locks.hold_open_cases(session, [person_id, link.joined_id])
    returning = (
        link.case_id
        if link.case_id == open_cases.get(person_id) and link.joined_id not in open_cases
        else None
    )
    await _hand_over(
        session, person_id, link.joined_id, [address.id for address in addresses], returning
    )
    await firms.take_back(session, link.joined_id, person_id, link.firm_fields)
    await wanted.separate(session, person_id, link.joined_id, link.id)
    await session.execute(
        text("UPDATE person_link SET undone_at = now() WHERE id = :id"), {"id": link.id}
    )
    return Undone(person_id, link.joined_id, tuple(address.channel for address in addresses))


async def accounts(session: Executor, person_id: int) -> list[int]:
    """The person and all who are joined to them, also through one another."""
    found = await session.scalars(
        text(
            """
            WITH RECURSIVE account(id) AS (
                SELECT CAST(:person AS bigint)
                UNION
                SELECT joined_id FROM person_link JOIN account ON account.id = kept_id
                WHERE undone_at IS NULL)
            SELECT id FROM account ORDER BY id
            """
        ),
        {"person": person_id},
    )
    return list(found)


async def holder(session: Executor, person_id: int) -> int:
    """Who has the person's addresses now: themselves, or whom they were joined to, also through
    others."""
    found: int = await session.scalar(
        text(
            """
            WITH RECURSIVE holder(id) AS (
                SELECT CAST(:person AS bigint)
                UNION
                SELECT kept_id FROM person_link JOIN holder ON joined_id = holder.id
                WHERE undone_at IS NULL)
            SELECT id FROM holder WHERE NOT EXISTS (
                SELECT 1 FROM person_link WHERE joined_id = holder.id AND undone_at IS NULL)
            """
        ),
        {"person": person_id},
    )
    return found


async def _last_link(session: AsyncSession, kept_id: int) -> Row[tuple[object, ...]] | None:
    return (
        await session.execute(
            text(
                "SELECT id, joined_id, address_ids, firm_fields, case_id FROM person_link "
                "WHERE kept_id = :kept AND undone_at IS NULL ORDER BY id DESC LIMIT 1"
            ),
            {"kept": kept_id},
        )
    ).one_or_none()


async def _hand_over(
    session: AsyncSession,
    from_id: int,
    to_id: int,
    address_ids: Sequence[int],
    case_id: int | None,
) -> None:
    """Addresses, and what waits at them for a turn or to be sent, go to another person.

    The addresses first: a message that comes in just then waits for its address, and finds the
    new person there.
    """
    values = {"from": from_id, "to": to_id, "addresses": [*address_ids]}
    await session.execute(
        text("UPDATE address SET person_id = :to WHERE id = ANY(:addresses)"), values
    )
    waiting = await session.execute(
        text(
            "UPDATE inbox SET person_id = :to WHERE person_id = :from AND handled_at IS NULL "
            "AND address_id = ANY(:addresses) RETURNING id"
        ),
        values,
    )
    if waiting.first() is not None:
        await jobs.wake(session, jobs.TURN, to_id)
    unsent = await session.execute(
        text(
            "UPDATE outbox SET person_id = :to WHERE person_id = :from AND state = ANY(:open) "
            "AND address_id = ANY(:addresses) RETURNING id"
        ),
        {**values, "open": [*states.OPEN]},
    )
    if unsent.first() is not None:
        await jobs.wake(session, jobs.DELIVER, to_id)
    if case_id is not None:
        await session.execute(
            text('UPDATE "case" SET person_id = :to WHERE id = :id'), {"to": to_id, "id": case_id}
        )
