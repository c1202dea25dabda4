"""What we hold about a person, and erasing it.

A message belongs to the address where it was written, so all that stands at the person's addresses
goes, whichever of their joined accounts it was said to; and with it the messages to consultants in
which the person's own words or contact stand. What has to stay is said to the person.

An address itself is needed a little longer: the confirmation still has to reach it. So it is
marked, and forgotten an hour later (:func:`forget_due`) unless the person writes again: then they
begin anew.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit import service as audit
from actions.bookings import forgetting as bookings
from actions.bookings.booked import Notice
from actions.cases import service as cases
from actions.files import service as files
from actions.firms import service as firms
from actions.firms.service import Known
from actions.messages import states
from actions.people import linking, locks, wanted
from actions.people.masking import mask_address
from actions.registry import applications
from actions.registry import forgetting as registry
from actions.store.database import Executor

FORGET_AFTER: Final = timedelta(hours=1)
FORGOTTEN: Final = "forgotten:"
"""What the ``external`` of a forgotten address begins with; the rest is random."""
ERASED: Final = "erased"
"""The kind of an inbox row that was emptied, and why messages were not sent or a case closed."""
LISTED_MARGIN: Final = timedelta(minutes=10)
"""A provider's list is read again from a little before where it was read last. An address is only
forgotten when that is past its last message, which would otherwise come in anew."""

KEPT_STATISTICS: Final = "cuántas consultas hubo y de qué temas, sin nada que diga que eran tuyas"
KEPT_CONSENT: Final = (
    "que alguien aceptó el aviso de privacidad, con la versión y el día, sin nombre"
)
KEPT_BOOKINGS: Final = (
    "que hubo citas con consultores y cómo se calificaron, sin lo que dijiste "
    "(lo que ya le llegó a un consultor queda en su teléfono)"
)


@dataclass(frozen=True, slots=True)
class HeldChannel:
    """A channel that reaches the person; ``address`` is masked: "••••4321"."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Held:
    """All that we hold about a person.

    ``firm`` is as in actions.firms.service.profile; ``messages`` counts what they wrote and
    ``first_contact`` tells when they began; ``waits_for`` counts the questions of which they want
    to be told the answer; ``linked_accounts`` counts those joined to them; ``papers`` counts those
    of an open application to the registry, None where none is open.
    """

    channels: tuple[HeldChannel, ...]
    firm: dict[str, Known]
    consent_version: str | None
    consent_given_at: datetime | None
    stopped: frozenset[str]
    first_contact: datetime | None
    messages: int
    open_case: int | None
    waits_for: int
    linked_accounts: int
    papers: int | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of an erasure. ``kept`` are phrases in Spanish: what stays, as the law wants.
    ``notices`` are for the other sides of bookings that were called off; the caller posts them."""

    messages: int
    closed_cases: tuple[int, ...]
    kept: tuple[str, ...]
    notices: tuple[Notice, ...] = ()


async def held(session: Executor, person_id: int) -> Held:
    """What we hold about the person and those joined to them."""
    people = await linking.accounts(session, person_id)
    addresses = await session.execute(
        text(
            "SELECT channel, external FROM address "
            "WHERE person_id = :person AND NOT starts_with(external, :forgotten) ORDER BY id"
        ),
        {"person": person_id, "forgotten": FORGOTTEN},
    )
    consent = (
        await session.execute(
            text(
                "SELECT version, given_at FROM consent "
                "WHERE person_id = :person AND withdrawn_at IS NULL"
            ),
            {"person": person_id},
        )
    ).one_or_none()
    messages = (
        await session.execute(
            text(
                "SELECT count(*) AS number, min(received_at) AS first FROM inbox "
                "JOIN address ON address.id = inbox.address_id "
                "WHERE address.person_id = :person AND inbox.kind <> :erased"
            ),
            {"person": person_id, "erased": ERASED},
        )
    ).one()
    case: int | None = await session.scalar(
        text(
            'SELECT id FROM "case" WHERE person_id = ANY(:people) AND closed_at IS NULL '
            "ORDER BY person_id = :person DESC, id LIMIT 1"
        ),
        {"people": people, "person": person_id},
    )
    waits_for: int = await session.scalar(
        text("SELECT count(*) FROM asker WHERE person_id = ANY(:people) AND told_at IS NULL"),
        {"people": people},
    )
    return Held(
        channels=tuple(HeldChannel(row.channel, mask_address(row.external)) for row in addresses),
        firm=await firms.profile(session, person_id),
        consent_version=consent.version if consent else None,
        consent_given_at=consent.given_at if consent else None,
        stopped=await wanted.stopped(session, person_id),
        first_contact=messages.first,
        messages=messages.number,
        open_case=case,
        waits_for=waits_for,
        linked_accounts=len(people) - 1,
        papers=await applications.count_of_open(session, person_id),
    )


async def erase(
    session: AsyncSession,
    person_id: int,
    now: datetime,
    *,
    answering: Sequence[int] | None = None,
) -> Erased:
    """Erases what tells who the person is, or what they said, on all their channels.

    ``answering`` are the inbox ids of the messages that the calling turn answers; None stands for
    the oldest one that waits. They are emptied too. Messages that came after them are no part of
    this: they begin anew, and their address is not forgotten. The caller writes the confirmation
    and resets the conversation afterwards. Raises Busy: roll back and run again.
    """
    await locks.lock(session, person_id)
    people = await linking.accounts(session, person_id)
    addresses = [address.id for address in await locks.hold_addresses(session, person_id)]
    open_cases = await locks.hold_open_cases(session, people)
    if answering is None:
        oldest = await session.scalar(
            text("SELECT min(id) FROM inbox WHERE person_id = :person AND handled_at IS NULL"),
            {"person": person_id},
        )
        answering = [] if oldest is None else [oldest]
    messages = await _empty_messages(session, addresses, answering)
    await cases.forget(session, people, now)
    consented = await _part_from_consent(session, people)
    await audit.erase_person(session, people, now)
    async with locks.waiting_briefly(session):
        forgotten = await bookings.forget(session, people, now)
        await _empty_outbox(session, "id", forgotten.message_ids)
    await registry.forget(session, people)
    for statement in _ABOUT_PEOPLE:
        await session.execute(text(statement), {"people": people})
    await session.execute(
        text(
            """
            UPDATE address SET forget_at = :at WHERE id = ANY(:addresses) AND NOT EXISTS (
                SELECT 1 FROM inbox WHERE inbox.address_id = address.id
                    AND inbox.handled_at IS NULL AND inbox.id <> ALL(:answering))
            """
        ),
        {"at": now + FORGET_AFTER, "addresses": addresses, "answering": [*answering]},
    )
    kept = [KEPT_STATISTICS]
    if consented:
        kept.append(KEPT_CONSENT)
    if forgotten.had_bookings:
        kept.append(KEPT_BOOKINGS)
    return Erased(messages, tuple(sorted(open_cases.values())), tuple(kept), forgotten.notices)


_ABOUT_PEOPLE: Final = (
    # Joined accounts part: each begins anew as who it was before it was joined.
    """
    UPDATE address SET person_id = parted.joined_id FROM (
        SELECT DISTINCT ON (address_id) address_id, joined_id
        FROM person_link, unnest(address_ids) AS address_id
        WHERE undone_at IS NULL AND (kept_id = ANY(:people) OR joined_id = ANY(:people))
        ORDER BY address_id, id) AS parted
    WHERE address.id = parted.address_id AND address.person_id = ANY(:people)
    """,
    "UPDATE conversation SET state = '{}', updated_at = now() WHERE person_id = ANY(:people)",
    "DELETE FROM firm WHERE person_id = ANY(:people)",
    # What they asked stays: it stands there without them.
    "DELETE FROM asker WHERE person_id = ANY(:people)",
    "DELETE FROM link_code WHERE person_id = ANY(:people)",
    "DELETE FROM link_try WHERE person_id = ANY(:people)",
    "DELETE FROM opted_out WHERE person_id = ANY(:people) OR link_id IN ("
    "SELECT id FROM person_link WHERE kept_id = ANY(:people) OR joined_id = ANY(:people))",
    "DELETE FROM person_link WHERE kept_id = ANY(:people) OR joined_id = ANY(:people)",
)


async def _empty_messages(
    session: AsyncSession, addresses: Sequence[int], answering: Sequence[int]
) -> int:
    """Empties what was said and sent on both sides; how many messages of the person that were.

    What waits to be sent is taken out. Of what is being sent, or may have been, nothing is left to
    tell it by, so it is not looked for and never sent again.
    """
    emptied = await session.execute(
        text(
            """
            UPDATE inbox SET text = '', detail = '{}', kind = :erased
            WHERE address_id = ANY(:addresses) AND kind <> :erased
                AND (handled_at IS NOT NULL OR id = ANY(:answering)) RETURNING id
            """
        ),
        {"addresses": [*addresses], "answering": [*answering], "erased": ERASED},
    )
    await _empty_outbox(session, "address_id", addresses)
    await files.forget(session, addresses)
    return len(emptied.all())


async def _empty_outbox(session: AsyncSession, column: str, values: Sequence[int]) -> None:
    """Empties the messages that have one of these values in the column."""
    await session.execute(
        text(
            f"""
            UPDATE outbox SET content = '{{}}',
                reason = CASE WHEN state = ANY(:open) THEN :erased ELSE reason END,
                settled_at = CASE WHEN state = ANY(:open) THEN now() ELSE settled_at END,
                state = CASE WHEN state = :queued THEN :excluded
                    WHEN state = ANY(:open) THEN :unknown ELSE state END
            WHERE {column} = ANY(:values) AND content <> '{{}}'
            """
        ),
        {
            "values": [*values],
            "open": [*states.OPEN],
            "erased": ERASED,
            "queued": states.QUEUED,
            "excluded": states.EXCLUDED,
            "unknown": states.UNKNOWN,
        },
    )


async def _part_from_consent(session: AsyncSession, people: Sequence[int]) -> bool:
    """Leaves that a version was accepted on a day; whether it ever was. To the second it could be
    found again among the turns."""
    parted = await session.execute(
        text(
            """
            UPDATE consent SET person_id = NULL, given_at = date_trunc('day', given_at),
                withdrawn_at = date_trunc('day', COALESCE(withdrawn_at, now()))
            WHERE person_id = ANY(:people) RETURNING id
            """
        ),
        {"people": [*people]},
    )
    return parted.first() is not None


async def forget_due(session: AsyncSession, now: datetime) -> int:
    """Forgets the addresses whose hour is over; returns how many. To be run every few minutes.

    One to which something still has to be sent, or whose last message waits for a turn, stays until
    that is done. The confirmation is emptied with it.
    """
    rows = await session.execute(
        text(
            """
            SELECT id FROM address
            WHERE forget_at <= :now AND NOT starts_with(external, :forgotten)
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.address_id = address.id
                    AND outbox.state = ANY(:open))
                AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.address_id = address.id
                    AND inbox.handled_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM intake WHERE intake.channel = address.channel
                    AND intake.listed_until < address.last_inbound_at
                        + CAST(:margin AS interval))
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
            """
        ),
        {
            "now": now,
            "forgotten": FORGOTTEN,
            "open": [*states.OPEN],
            "margin": LISTED_MARGIN,
        },
    )
    due = [row.id for row in rows]
    for address_id in due:
        await session.execute(
            text("UPDATE address SET external = :external WHERE id = :id"),
            {"id": address_id, "external": FORGOTTEN + secrets.token_hex(16)},
        )
    await session.execute(
        text(
            "UPDATE outbox SET content = '{}' "
            "WHERE address_id = ANY(:addresses) AND content <> '{}'"
        ),
        {"addresses": due},
    )
    return len(due)
