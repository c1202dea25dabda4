"""One person as staff see them, with all that they can reach us by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from actions.firms import service as firms
from actions.firms.rules import Size
from actions.firms.shown import Field, shown, size_of
from actions.people import linking, wanted
from actions.people.erasure import ERASED
from actions.people.errors import NoSuchPerson
from actions.people.masking import mask_address
from actions.store.database import Executor

GREATEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ReachedBy:
    """A channel of the person; ``address`` is masked.

    ``since`` is when they first wrote there, ``joined_at`` when it came to this person from another
    account, if it did; ``blocked_at`` when the provider told us that they blocked us.
    """

    channel: str
    address: str
    since: datetime
    last_contact: datetime | None
    joined_at: datetime | None
    blocked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A version of the privacy notice that was accepted, in force until it is withdrawn."""

    version: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Category:
    """Messages that a person can stop (see actions.people.wanted)."""

    name: str
    wanted: bool
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseOf:
    """One case; ``held`` while staff have the conversation."""

    number: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """A question without an answer, as it stands among all (nothing in it tells who asked)."""

    text: str
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """What the page of a person shows.

    ``person_id`` is whom an account is joined to, ``accounts`` all of them. ``firm`` has every
    field; ``task`` is the name of the flow under way. ``received`` counts what they wrote, ``sent``
    what was written to them; what was erased is in neither. ``consents`` and ``cases`` are newest
    first. Of ``erased`` people nothing is known.
    """

    person_id: int
    accounts: tuple[int, ...]
    erased: bool
    firm: tuple[Field, ...]
    size: Size | None
    consents: tuple[ConsentGiven, ...]
    categories: tuple[Category, ...]
    channels: tuple[ReachedBy, ...]
    first_contact: datetime | None
    last_contact: datetime | None
    cases: tuple[CaseOf, ...]
    task: str | None
    received: int
    sent: int
    awaited: tuple[Awaited, ...]


async def profile(session: Executor, person_id: int, now: datetime) -> Profile:
    """All that staff see of a person, asked for by the number of any of their accounts.

    Raises NoSuchPerson.
    """
    await check_known(session, person_id)
    holder = await linking.holder(session, person_id)
    people = await linking.accounts(session, holder)
    firm = await firms.profile(session, holder)
    channels = await _channels(session, holder)
    received, sent = await _counts(session, holder)
    return Profile(
        person_id=holder,
        accounts=tuple(people),
        erased=not channels,
        firm=shown(firm),
        size=size_of(firm),
        consents=await _consents(session, people),
        categories=await _categories(session, holder),
        channels=channels,
        first_contact=min((one.since for one in channels), default=None),
        last_contact=max((one.last_contact for one in channels if one.last_contact), default=None),
        cases=await _cases(session, people, now),
        task=await _task(session, holder),
        received=received,
        sent=sent,
        awaited=await _awaited(session, people),
    )


async def check_known(session: Executor, person_id: int) -> None:
    """Raises NoSuchPerson for a number that nobody has."""
    if 0 < person_id <= GREATEST_ID:
        known = await session.scalar(
            text("SELECT 1 FROM person WHERE id = :person"), {"person": person_id}
        )
        if known is not None:
            return
    raise NoSuchPerson(person_id)


async def _channels(session: Executor, person_id: int) -> tuple[ReachedBy, ...]:
    rows = await session.execute(
        text(
            """
            SELECT channel, external, created_at, last_inbound_at, blocked_at,
                (SELECT max(joined_at) FROM person_link
                    WHERE kept_id = address.person_id AND undone_at IS NULL
                        AND address.id = ANY(address_ids)) AS joined_at
            FROM address WHERE person_id = :person AND forget_at IS NULL
            ORDER BY last_inbound_at DESC NULLS LAST, id
            """
        ),
        {"person": person_id},
    )
    return tuple(
        ReachedBy(
            channel=row.channel,
            address=mask_address(row.external),
            since=row.created_at,
            last_contact=row.last_inbound_at,
            joined_at=row.joined_at,
            blocked_at=row.blocked_at,
        )
        for row in rows
    )


async def _counts(session: Executor, person_id: int) -> tuple[int, int]:
    row = (
        await session.execute(
            text(
                """
                SELECT (SELECT count(*) FROM inbox JOIN address ON address.id = inbox.address_id
                        WHERE address.person_id = :person AND inbox.kind <> :erased),
                    (SELECT count(*) FROM outbox JOIN address ON address.id = outbox.address_id
                        WHERE address.person_id = :person AND outbox.content <> '{}')
                """
            ),
            {"person": person_id, "erased": ERASED},
        )
    ).one()
    return row[0], row[1]


async def _consents(session: Executor, people: list[int]) -> tuple[ConsentGiven, ...]:
    rows = await session.execute(
        text(
            "SELECT version, channel, given_at, withdrawn_at FROM consent "
            "WHERE person_id = ANY(:people) ORDER BY given_at DESC, id DESC"
        ),
        {"people": people},
    )
    return tuple(ConsentGiven(*row) for row in rows)


async def _categories(session: Executor, person_id: int) -> tuple[Category, ...]:
    rows = await session.execute(
        text("SELECT category, stopped_at FROM opted_out WHERE person_id = :person"),
        {"person": person_id},
    )
    stopped: dict[str, datetime] = {row.category: row.stopped_at for row in rows}
    return tuple(
        Category(name, name not in stopped, stopped.get(name)) for name in wanted.CATEGORIES
    )


async def _cases(session: Executor, people: list[int], now: datetime) -> tuple[CaseOf, ...]:
    rows = await session.execute(
        text(
            """
            SELECT id, reason, opened_at, closed_at,
                closed_at IS NULL AND COALESCE(held_until > :now, false)
            FROM "case" WHERE person_id = ANY(:people) ORDER BY id DESC
            """
        ),
        {"people": people, "now": now},
    )
    return tuple(CaseOf(*row) for row in rows)


async def _task(session: Executor, person_id: int) -> str | None:
    state: dict[str, Any] | None = await session.scalar(
        text("SELECT state FROM conversation WHERE person_id = :person"), {"person": person_id}
    )
    under_way = (state or {}).get("under_way")
    if not under_way:
        return None
    flows = {task["number"]: str(task["flow"]) for task in (state or {}).get("tasks", ())}
    return flows.get(under_way[-1])


async def _awaited(session: Executor, people: list[int]) -> tuple[Awaited, ...]:
    rows = await session.execute(
        text(
            """
            SELECT asked_question.text, asker.agreed_at FROM asker
            JOIN asked_question ON asked_question.id = asker.question_id
            WHERE asker.person_id = ANY(:people) AND asker.told_at IS NULL
            ORDER BY asker.agreed_at, asked_question.id
            """
        ),
        {"people": people},
    )
    return tuple(Awaited(*row) for row in rows)
