"""The list of cases as staff see it: whose they are, who waits, and what was said last."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from actions.cases import written
from actions.cases.places import PLACES
from actions.cases.service import ERASED, REASONS
from actions.firms.models import folded
from actions.people.masking import SHOWN_DIGITS, mask, mask_address
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, like, one_of, order_by

MINE: Final = "mias"
UNASSIGNED: Final = "sin_asignar"
ALL: Final = "todas"
OPEN: Final = "abiertos"
CLOSED: Final = "cerrados"

FILTERS: Final = ("quien", "estado", "canal", "motivo")
"""``quien``: MINE, UNASSIGNED or ALL (of a closed case: who closed it); ``estado``: OPEN or CLOSED;
``canal``: where the person wrote last; ``motivo``: one of REASONS."""

CHANNELS: Final = ("whatsapp", "telegram", "web")
ORDERS: Final = ("apertura", "espera", "motivo")
"""When it was opened, since when the person waits, and how strong the reason is. Unless one is
asked for: who has waited longest first, then the cases that closed last."""

LONGEST_TEXT: Final = 140
"""Characters of a last message that are shown."""
LONGEST_SEARCH: Final = 100
"""Characters of a search that are looked at."""
_READ: Final = 2_000
"""Characters of one that are looked at: so many that what is shown was masked whole."""

_SORTS: Final = {
    "apertura": "c.opened_at",
    "espera": "c.waiting_since",
    "motivo": "array_position(CAST(:reasons AS text[]), c.reason)",
}
_USUAL: Final = "c.closed_at IS NOT NULL, c.waiting_since NULLS LAST, c.closed_at DESC, c.opened_at"
_NUMBER: Final = re.compile(r"#?\s*([0-9]{1,18})", re.ASCII)
_END: Final = re.compile(rf"[•*.…\s]*([0-9]{{{SHOWN_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the list.

    ``address`` is masked ("••••4321"). ``last_text`` is the end of the conversation so far, masked
    and shortened; ``last_sender`` is persona, asistente or ministerio, None where nothing is left
    of it. ``waiting_since``: when the person first wrote after the last answer of the staff, None
    while they have it, or once the case is closed.
    """

    number: int
    person_id: int
    firm: str | None
    channel: str | None
    address: str | None
    reason: str
    opened_at: datetime
    staff: str | None
    held_until: datetime | None
    waiting_since: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    closed_by: str | None
    last_text: str
    last_sender: str | None
    last_staff: str | None
    last_at: datetime | None


def _page(order: str, conditions: str) -> str:
    # What was said last is looked for after the page is chosen: that takes look-ups for each case.
    return f"""
        SELECT page.*, firm.firm_name, reached.external,
            said.sender, said.staff AS said_by, said.at, said.text
        FROM (
            SELECT c.id, c.person_id, c.channel, c.reason, c.opened_at, c.staff,
                c.held_until, c.waiting_since, c.closed_at, c.close_reason, c.closed_by,
                count(*) OVER () AS total, row_number() OVER (ORDER BY {order}) AS place
            FROM "case" AS c WHERE {conditions}
            ORDER BY place LIMIT :limit OFFSET :offset) AS page
        LEFT JOIN firm ON firm.person_id = page.person_id
        LEFT JOIN LATERAL (
            SELECT place.external FROM "case" AS c CROSS JOIN LATERAL ({PLACES}) AS place
            WHERE c.id = page.id ORDER BY place.last_inbound_at DESC NULLS LAST, place.id LIMIT 1
        ) AS reached ON true
        LEFT JOIN LATERAL (
            SELECT one.* FROM "case" AS c CROSS JOIN LATERAL ({PLACES}) AS place
            CROSS JOIN LATERAL (
                (SELECT 'persona' AS sender, NULL AS staff, i.received_at AS at,
                    left(COALESCE(shown.content #>> ARRAY['buttons',
                        split_part(i.pressed, '.', 2), 'title'], i.text), :read) AS text
                FROM (SELECT text, received_at, CASE WHEN kind = 'button'
                        THEN detail->>'payload' END AS pressed
                    FROM inbox WHERE address_id = place.id AND kind <> :erased
                    ORDER BY id DESC LIMIT 1) AS i
                LEFT JOIN outbox AS shown ON shown.address_id = place.id AND shown.id = CAST(
                    substring(i.pressed FROM '^b([0-9]{{1,18}})[.]') AS bigint))
                UNION ALL
                (SELECT CASE WHEN r.staff IS NULL THEN 'asistente' ELSE 'ministerio' END, r.staff,
                    o.created_at, left(o.content->>'text', :read)
                FROM (SELECT id, created_at, content FROM outbox
                    WHERE address_id = place.id AND content <> '{{}}'
                    ORDER BY id DESC LIMIT 1) AS o
                LEFT JOIN case_reply AS r ON r.outbox_id = o.id)
            ) AS one
            WHERE c.id = page.id ORDER BY one.at DESC, one.sender LIMIT 1) AS said ON true
        ORDER BY page.place
    """


async def cases(session: Executor, asked: Asked, staff: str) -> Listed[CaseLine]:
    """A page of cases, as ``staff`` sees them; by FILTERS and ORDERS.

    ``search`` finds a case by its number, by words of the firm's name, or by the last four digits
    of the person's number. Raises NoSuchFilter and NoSuchOrder.
    """
    conditions, values = _conditions(asked, staff)
    order = order_by(asked, _SORTS, _USUAL, "c.id")
    values |= {
        "limit": asked.limit,
        "offset": asked.offset,
        "reasons": [*REASONS],
        "read": _READ,
        "erased": ERASED,
    }
    rows = (await session.execute(text(_page(order, conditions)), values)).all()
    if rows or not asked.offset:
        return Listed([_line(row) for row in rows], rows[0].total if rows else 0)
    total: int = await session.scalar(
        text(f'SELECT count(*) FROM "case" AS c WHERE {conditions}'), values
    )
    return Listed([], total)


def _conditions(asked: Asked, staff: str) -> tuple[str, dict[str, Any]]:
    conditions = ["true"]
    values: dict[str, Any] = {}
    state = one_of(asked, "estado", (OPEN, CLOSED))
    if state is not None:
        conditions.append(f"(c.closed_at IS NULL) = {state == OPEN}")
    whose = "CASE WHEN c.closed_at IS NULL THEN c.staff ELSE c.closed_by END"
    wanted = one_of(asked, "quien", (MINE, UNASSIGNED, ALL))
    if wanted == MINE:
        conditions.append(f"{whose} = :staff")
        values["staff"] = staff
    elif wanted == UNASSIGNED:
        conditions.append(f"{whose} IS NULL")
    for name, allowed, column in (
        ("canal", CHANNELS, "c.channel"),
        ("motivo", REASONS, "c.reason"),
    ):
        value = one_of(asked, name, allowed)
        if value is not None:
            conditions.append(f"{column} = :{name}")
            values[name] = value
    search = written.cleaned(unicodedata.normalize("NFC", asked.search[:LONGEST_SEARCH]))
    if folded(search).split():
        condition, found = _found_by(search)
        conditions.append(condition)
        values |= found
    return " AND ".join(conditions), values


def _found_by(words: str) -> tuple[str, Mapping[str, Any]]:
    ways = [
        "c.person_id IN (SELECT person_id FROM firm "
        "WHERE name_folded LIKE ALL(CAST(:words AS text[])))"
    ]
    values: dict[str, Any] = {"words": [like(word) for word in folded(words).split()]}
    number, end = _NUMBER.fullmatch(words), _END.fullmatch(words)
    if number:
        ways.append("c.id = :number")
        values["number"] = int(number[1])
    if end:
        # Only of what is shown by its end: see actions.people.masking.mask_address.
        ways.append(
            "c.person_id IN (SELECT person_id FROM address WHERE external LIKE :end "
            "AND external ~ '^[+]?[0-9]{5,15}$')"
        )
        values["end"] = f"%{end[1]}"
    return f"({' OR '.join(ways)})", values


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        number=row.id,
        person_id=row.person_id,
        firm=row.firm_name,
        channel=row.channel,
        address=None if row.external is None else mask_address(row.external),
        reason=row.reason,
        opened_at=row.opened_at,
        staff=row.staff,
        held_until=row.held_until,
        waiting_since=row.waiting_since,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        closed_by=row.closed_by,
        last_text=_shortened(mask(row.text or "")),
        last_sender=row.sender,
        last_staff=row.said_by,
        last_at=row.at,
    )


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open cases there are; ``waiting`` of them have a person who waits."""

    mine: int
    unassigned: int
    all: int
    waiting: int


async def counts(session: Executor, staff: str) -> Counts:
    """The open cases by whose they are, as ``staff`` sees them."""
    row = (
        await session.execute(
            text(
                """
                SELECT count(*) FILTER (WHERE staff = :staff),
                    count(*) FILTER (WHERE staff IS NULL), count(*),
                    count(*) FILTER (WHERE waiting_since IS NOT NULL)
                FROM "case" WHERE closed_at IS NULL
                """
            ),
            {"staff": staff},
        )
    ).one()
    return Counts(*row)
