"""What staff do because a person asked the ministry for it, by letter or at its counter.

A person does the same in the chat, inside a turn that holds their row. Here there is no turn: each
of these locks the row itself, so it waits for a turn under way, and the next one sees what it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.firms import correction
from actions.firms import service as firms
from actions.firms.service import Known
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.people import erasure, linking, locks, wanted
from actions.people.errors import (
    AlreadyErased,
    BadFields,
    HeldByStaff,
    NoReason,
    NoSuchCategory,
)
from actions.people.listed import is_held
from actions.people.profile import check_known

MOST_REASON: Final = 500
"""Letters."""
TOLD_WITH: Final = "data_erased"
"""The template that tells a person that their data were erased, outside WhatsApp's window."""


@dataclass(frozen=True, slots=True)
class ErasedByStaff:
    """What an erasure did: whose data went, and why, for the audit.

    ``people`` are all accounts that were one. ``told`` is whether there is an address to tell them
    at. ``waiting`` counts messages that no turn had read yet: they stay, and with them their
    address, since whoever writes begins anew.
    """

    person_id: int
    people: tuple[int, ...]
    reason: str
    erased: erasure.Erased
    told: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """Whose firm was corrected, and its fields that are another than before (see
    actions.firms.service.profile), as they were and as they are."""

    person_id: int
    before: Mapping[str, Known]
    after: Mapping[str, Known]

    @property
    def names(self) -> tuple[str, ...]:
        """Those fields, in the order of a firm's."""
        return tuple(name for name in firms.FIELDS if name in self.before)


async def erase_by_staff(
    session: AsyncSession, person_id: int, reason: str, now: datetime, words: str
) -> ErasedByStaff:
    """Erases what is held about a person and those joined to them, as they would in the chat.

    ``words`` tell them so where they wrote last. The reason is stored nowhere: it is given back.
    Raises NoSuchPerson, NoReason, AlreadyErased, HeldByStaff while someone of the ministry has the
    conversation, and Busy: roll back and run again.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= MOST_REASON:
        raise NoReason(MOST_REASON)
    holder = await _locked_holder(session, person_id)
    people = await linking.accounts(session, holder)
    await _check_not_held(session, people, now)
    addresses = [one.id for one in await locks.hold_addresses(session, holder)]
    last: int = await session.scalar(
        text(
            "SELECT id FROM address WHERE person_id = :person AND forget_at IS NULL "
            "ORDER BY blocked_at IS NOT NULL, last_inbound_at DESC NULLS LAST, id LIMIT 1"
        ),
        {"person": holder},
    )
    # No message is being answered. One that waits for a turn was not read by anybody when this was
    # asked for: it is kept and answered, lest a question be lost, as one that comes a moment later.
    erased = await erasure.erase(session, holder, now, answering=())
    waiting: int = await session.scalar(
        text(
            "SELECT count(*) FROM inbox WHERE address_id = ANY(:addresses) AND handled_at IS NULL"
        ),
        {"addresses": addresses},
    )
    told = await _tell(session, last, words)
    return ErasedByStaff(holder, tuple(people), reason, erased, told, waiting)


async def correct_firm(
    session: AsyncSession, person_id: int, fields: Mapping[str, str], now: datetime
) -> Corrected:
    """Changes fields of the person's firm, as they were typed (see actions.firms.correction).

    Raises NoSuchPerson, AlreadyErased, BadFields, Busy: roll back and run again; and UnknownField
    for a field that there is not.
    """
    try:
        values = correction.read(fields)
    except correction.Refused as refused:
        raise BadFields(refused.problems) from refused
    holder = await _locked_holder(session, person_id)
    before = await firms.profile(session, holder)
    await firms.save(session, holder, values, now)
    after = await firms.profile(session, holder)
    names = [name for name in firms.FIELDS if before.get(name) != after.get(name)]
    return Corrected(
        holder,
        {name: before.get(name) for name in names},
        {name: after.get(name) for name in names},
    )


async def change_wanted(
    session: AsyncSession, person_id: int, category: str, *, is_wanted: bool
) -> bool:
    """Stops messages of a category, or starts them again; whether that changed anything.

    No send of one starts after the transaction has committed. Raises NoSuchPerson, AlreadyErased,
    NoSuchCategory, and Busy: roll back and run again.
    """
    if category not in wanted.CATEGORIES:
        raise NoSuchCategory
    holder = await _locked_holder(session, person_id)
    was_wanted = category not in await wanted.stopped(session, holder)
    change = wanted.start if is_wanted else wanted.stop
    await change(session, holder, [category])
    return was_wanted != is_wanted


async def _locked_holder(session: AsyncSession, person_id: int) -> int:
    """Whom the person is joined to, locked. Raises NoSuchPerson and AlreadyErased."""
    await check_known(session, person_id)
    locked: int | None = None
    # While we wait, they may be joined to someone, or parted.
    while (holder := await linking.holder(session, person_id)) != locked:
        if locked is not None and holder < locked:
            # Of two rows the smaller one comes first, so this one must not be waited for.
            await locks.lock_second(session, locked, holder)
        else:
            await locks.lock(session, holder)
        locked = holder
    if not await is_held(session, holder):
        raise AlreadyErased(person_id)
    return holder


async def _check_not_held(session: AsyncSession, people: list[int], now: datetime) -> None:
    case: int | None = await session.scalar(
        text(
            'SELECT id FROM "case" WHERE person_id = ANY(:people) AND closed_at IS NULL '
            "AND held_until > :now ORDER BY id LIMIT 1"
        ),
        {"people": people, "now": now},
    )
    if case is not None:
        raise HeldByStaff(case)


async def _tell(session: AsyncSession, address_id: int, words: str) -> bool:
    """Queues the words at an address. Not through outbox.post, which leaves out those that are
    about to be forgotten; and joined accounts have parted, so its owner is another one now."""
    owner = (
        await session.execute(
            text("SELECT person_id, channel, blocked_at FROM address WHERE id = :id"),
            {"id": address_id},
        )
    ).one()
    if owner.blocked_at is not None:
        return False
    await outbox.add(
        session,
        person_id=owner.person_id,
        address_id=address_id,
        channel=owner.channel,
        contents=[Content(text=words, template=TOLD_WITH, variables={"1": words})],
        lane=states.REPLY,
    )
    await jobs.wake(session, jobs.DELIVER, owner.person_id)
    return True
