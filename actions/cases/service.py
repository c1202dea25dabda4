"""Opens cases and tells what is known of them. What the staff does with one: actions.cases.staff.

A case is a person's request to talk with someone of the ministry.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypedDict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.people.masking import mask, mask_address

Reason = Literal["not_understood", "request", "anger"]
REASONS: Final[tuple[Reason, ...]] = ("not_understood", "request", "anger")
"""Weakest first: that we did not understand is our own guess, a request is the person's word, and
who is angry should not wait."""

CloseReason = Literal["resuelto", "sin_respuesta", "no_corresponde", "duplicado", "otro"]
CLOSE_REASONS: Final[tuple[CloseReason, ...]] = (
    "resuelto",
    "sin_respuesta",
    "no_corresponde",
    "duplicado",
    "otro",
)
"""Why staff close a case: answered; the person says no more; nothing of the ministry's; another
case is about the same; something else, which the note tells."""

ERASED: Final = "erased"
"""The reason of a case that was closed because its person had everything erased, and the kind of
their emptied messages."""


class Context(TypedDict, total=False):
    """What the assistant knows when it opens a case; None or left out where it does not know."""

    task: str | None
    """The task under way."""
    question: str | None
    """The person's last question."""
    article: str | None
    """The last article shown."""
    why: str | None
    """Why someone of the ministry is needed."""


class NoSuchCase(LookupError):
    """There is no open case with that number."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The person's open case; ``new`` unless it was open before."""

    number: int
    new: bool


async def open_case(
    session: AsyncSession, person_id: int, reason: Reason, context: Context | None = None
) -> Opened:
    """The person's open case, opened if there is none; they wait for its staff from then on.

    One that is open keeps the stronger of both reasons, and takes over what the context tells.
    """
    told = {name: value for name, value in (context or {}).items() if value is not None}
    row = await session.execute(
        text(
            """
            INSERT INTO "case" AS known (person_id, reason, context, channel, waiting_since)
            VALUES (:person, :reason, CAST(:context AS jsonb),
                (SELECT channel FROM address WHERE person_id = :person
                    ORDER BY last_inbound_at DESC NULLS LAST, id LIMIT 1),
                now())
            ON CONFLICT (person_id) WHERE closed_at IS NULL DO UPDATE SET
                reason = CASE
                    WHEN array_position(CAST(:reasons AS text[]), excluded.reason)
                        > array_position(CAST(:reasons AS text[]), known.reason)
                    THEN excluded.reason ELSE known.reason END,
                context = known.context || excluded.context,
                waiting_since = COALESCE(known.waiting_since, excluded.waiting_since)
            RETURNING id, xmax = 0
            """
        ),
        {
            "person": person_id,
            "reason": reason,
            "reasons": list(REASONS),
            "context": json.dumps(told),
        },
    )
    # PostgreSQL notes in xmax who changed a row; nobody did to one that was just inserted.
    number, new = row.one()
    return Opened(number, new)


async def release(session: AsyncSession, person_id: int) -> None:
    """Gives the conversation back to the assistant because the person wants it so; their case stays
    open. For a turn, which holds the person's row and says so itself."""
    await session.execute(
        text(
            'UPDATE "case" SET staff = NULL, held_until = NULL '
            "WHERE person_id = :person AND closed_at IS NULL"
        ),
        {"person": person_id},
    )


async def withdraw(session: AsyncSession, person_id: int) -> int | None:
    """Closes the person's own open case, because they want no answer any more; its number, or
    None when there is none."""
    number: int | None = await session.scalar(
        text(
            'UPDATE "case" SET closed_at = now(), held_until = NULL, waiting_since = NULL '
            "WHERE person_id = :person AND closed_at IS NULL RETURNING id"
        ),
        {"person": person_id},
    )
    return number


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One line of the list of open cases; ``last_text`` has its numbers and addresses masked."""

    number: int
    channel: str
    reason: str
    opened_at: datetime
    staff: str | None
    last_text: str


async def open_cases(session: AsyncSession) -> Sequence[OpenCase]:
    """All open cases, oldest first, each with the person's last message and its channel."""
    rows = await session.execute(
        text(
            """
            SELECT c.id, COALESCE(i.channel, ''), c.reason, c.opened_at, c.staff,
                COALESCE(i.text, '')
            FROM "case" AS c
            LEFT JOIN LATERAL (
                SELECT a.channel, inbox.text FROM address AS a
                JOIN inbox ON inbox.address_id = a.id AND inbox.kind <> :erased
                WHERE a.person_id = c.person_id ORDER BY inbox.id DESC LIMIT 1) AS i ON true
            WHERE c.closed_at IS NULL ORDER BY c.id
            """
        ),
        {"erased": ERASED},
    )
    listed = [OpenCase(*row) for row in rows]
    return [replace(one, last_text=mask(one.last_text)) for one in listed]


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to know of an open case before reading its thread.

    ``addresses`` are the person's, by channel, masked: "••••4321".
    """

    number: int
    reason: str
    opened_at: datetime
    staff: str | None
    held_until: datetime | None
    context: Context
    addresses: tuple[tuple[str, str], ...]


async def known(session: AsyncSession, number: int) -> Known:
    """An open case. Raises NoSuchCase."""
    row = (
        await session.execute(
            text(
                """
                SELECT c.id, c.reason, c.opened_at, c.staff, c.held_until, c.context,
                    (SELECT COALESCE(jsonb_agg(jsonb_build_array(a.channel, a.external)
                            ORDER BY a.last_inbound_at DESC NULLS LAST, a.id), '[]')
                        FROM address AS a WHERE a.person_id = c.person_id)
                        AS addresses
                FROM "case" AS c WHERE c.id = :number AND c.closed_at IS NULL
                """
            ),
            {"number": number},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchCase(number)
    return Known(
        number=row.id,
        reason=row.reason,
        opened_at=row.opened_at,
        staff=row.staff,
        held_until=row.held_until,
        context=row.context,
        addresses=tuple((channel, mask_address(external)) for channel, external in row.addresses),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a case's thread.

    ``sender`` is persona, asistente or ministerio; ``staff`` who of the ministry. ``kind`` is that
    of an inbound message, for those without words; ``arrives`` is false for an outbound one that
    was given up.
    """

    sender: str
    text: str
    at: datetime
    kind: str
    staff: str | None
    arrives: bool


# By address and not by person, since a message belongs to where it was written: so it is there
# after two people were joined. A pressed button has no text of its own: its title stands in the
# message that it was under.
_THREAD = text(
    """
    WITH place AS (
        SELECT address.id FROM "case" JOIN address ON address.person_id = "case".person_id
        WHERE "case".id = :number
    ), newest AS (
        SELECT 'persona' AS sender, text, received_at AS at, id, kind, NULL AS staff,
            true AS arrives, CASE WHEN kind = 'button' THEN detail->>'payload' END AS pressed
        FROM inbox WHERE address_id IN (SELECT id FROM place) AND kind <> :erased
        UNION ALL
        SELECT CASE WHEN r.staff IS NULL THEN 'asistente' ELSE 'ministerio' END,
            o.content->>'text', o.created_at, o.id, '', r.staff,
            o.state NOT IN ('failed', 'excluded'), NULL
        FROM outbox AS o LEFT JOIN case_reply AS r ON r.outbox_id = o.id
        WHERE o.address_id IN (SELECT id FROM place) AND o.content <> '{}'
        ORDER BY at DESC, id DESC, sender LIMIT :limit
    )
    SELECT newest.sender, COALESCE(shown.content #>>
            ARRAY['buttons', split_part(newest.pressed, '.', 2), 'title'], newest.text, ''),
        newest.at, newest.kind, newest.staff, newest.arrives
    FROM newest LEFT JOIN outbox AS shown ON shown.address_id IN (SELECT id FROM place)
        AND shown.id = CAST(substring(newest.pressed FROM '^b([0-9]{1,18})[.]') AS bigint)
    ORDER BY newest.at, newest.id, newest.sender DESC
    """
)


async def thread(session: AsyncSession, number: int, limit: int = 20) -> list[Line]:
    """The last messages with the case's person on all their channels, oldest first.

    Raises NoSuchCase.
    """
    is_open = await session.scalar(
        text('SELECT 1 FROM "case" WHERE id = :number AND closed_at IS NULL'), {"number": number}
    )
    if is_open is None:
        raise NoSuchCase(number)
    values = {"number": number, "limit": limit, "erased": ERASED}
    return [Line(*row) for row in await session.execute(_THREAD, values)]


async def forget(session: AsyncSession, people: Sequence[int], now: datetime) -> None:
    """Empties what the cases of these people tell about them, notes of the staff included, and
    closes the open ones without a word, for the reason ERASED."""
    await session.execute(
        text(
            """
            UPDATE "case" SET context = '{}', staff = NULL, held_until = NULL,
                waiting_since = NULL, close_note = NULL,
                reason = CASE WHEN closed_at IS NULL THEN :erased ELSE reason END,
                closed_at = COALESCE(closed_at, :now)
            WHERE person_id = ANY(:people)
            """
        ),
        {"people": [*people], "now": now, "erased": ERASED},
    )
    # Afterwards: a note that was being written then is there to be found.
    await session.execute(
        text(
            'DELETE FROM case_note USING "case" '
            'WHERE "case".id = case_note.case_id AND "case".person_id = ANY(:people)'
        ),
        {"people": [*people]},
    )
