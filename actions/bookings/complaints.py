"""Complaints about bookings: staff read them, and settle each with what they found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.errors import AlreadySettled, BadAnswer, BadWords, NoSuchComplaint
from actions.firms.models import folded
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, like, one_of, order_by

FILTERS: Final = ("estado", "de")
"""``estado``: ``abierta`` or ``resuelta``; ``de``: who complains, ``dueno`` or ``consultor``."""
ORDERS: Final[dict[str, str]] = {"hecha": "q.made_at", "consultor": "c.name_folded"}
SIDES: Final[dict[str, str]] = {"dueno": "owner", "consultor": "consultant"}
LONGEST_OUTCOME: Final = 1_000
LONGEST_ANSWER: Final = 400
"""It has to fit a message of WhatsApp with what stands around it."""


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A complaint; ``by`` is ``owner`` or ``consultant``, ``person_id`` who complains. ``text`` is
    empty once they had everything erased; ``settled_at`` None while it is open. ``starts`` is of
    the meeting that it is about. ``outcome`` is what the ministry found, which is not told in
    the chat; ``answer`` is what it tells there, None where only that it was looked into."""

    id: int
    booking_id: int
    referral_id: int
    consultant_id: int
    consultant_name: str
    firm_name: str | None
    by: str
    person_id: int
    text: str
    made_at: datetime
    booking_state: str
    starts: datetime
    settled_at: datetime | None
    settled_by: str | None
    outcome: str | None
    answer: str | None


_SELECT: Final = """
    SELECT q.id, q.booking_id, b.referral_id, b.consultant_id, c.name, f.firm_name, q.by,
        q.person_id, q.text, q.made_at, b.state, lower(b.during), q.settled_at, q.settled_by,
        q.outcome, q.answer
"""
_FROM: Final = """
    FROM complaint AS q JOIN booking AS b ON b.id = q.booking_id
    JOIN consultant AS c ON c.id = b.consultant_id
    LEFT JOIN firm AS f ON f.person_id = b.person_id
"""


async def complaints(session: Executor, asked: Asked) -> Listed[ComplaintLine]:
    """Complaints, the open ones first and of those the oldest. The search finds words or parts of
    words of the consultant's name. Raises NoSuchOrder and NoSuchFilter."""
    for name in asked.filters:
        if name not in FILTERS:
            raise NoSuchFilter(name)
    narrowed, values = ["true"], dict[str, Any]()
    state = one_of(asked, "estado", ("abierta", "resuelta"))
    if state is not None:
        narrowed.append(f"q.settled_at IS {'NULL' if state == 'abierta' else 'NOT NULL'}")
    side = one_of(asked, "de", tuple(SIDES))
    if side is not None:
        narrowed.append("q.by = :side")
        values["side"] = SIDES[side]
    if words := folded(asked.search[:100].replace("\0", " ")).split():
        narrowed.append("c.name_folded LIKE ALL(CAST(:words AS text[]))")
        values["words"] = [like(word) for word in words]
    source = f"{_FROM} WHERE {' AND '.join(narrowed)}"
    usual = "q.settled_at DESC NULLS FIRST, q.made_at"
    order = order_by(asked, ORDERS, usual, "q.id")
    rows = await session.execute(
        text(f"{_SELECT} {source} ORDER BY {order} LIMIT :limit OFFSET :offset"),
        {**values, "limit": asked.limit, "offset": asked.offset},
    )
    lines = [ComplaintLine(*row) for row in rows]
    total: int = await session.scalar(text(f"SELECT count(*) {source}"), values)
    return Listed(lines, total)


async def complaint(session: Executor, complaint_id: int) -> ComplaintLine:
    """One of them. Raises NoSuchComplaint."""
    row = (
        await session.execute(text(f"{_SELECT} {_FROM} WHERE q.id = :id"), {"id": complaint_id})
    ).one_or_none()
    if row is None:
        raise NoSuchComplaint
    return ComplaintLine(*row)


async def open_ones(session: Executor) -> int:
    """How many wait for the ministry."""
    found: int = await session.scalar(
        text("SELECT count(*) FROM complaint WHERE settled_at IS NULL")
    )
    return found


async def settle(
    session: AsyncSession, complaint_id: int, outcome: str, by: str, now: datetime, answer: str = ""
) -> None:
    """Closes a complaint with what the ministry found, which stays with it. The caller tells who
    complained, with the ``answer`` where there is one; the other side is never told.

    Raises NoSuchComplaint, AlreadySettled, BadWords, and BadAnswer for one that is too long.
    """
    outcome, answer = outcome.strip(), " ".join(answer.split())
    if not 0 < len(outcome) <= LONGEST_OUTCOME:
        raise BadWords(LONGEST_OUTCOME)
    if len(answer) > LONGEST_ANSWER:
        raise BadAnswer(LONGEST_ANSWER)
    await complaint(session, complaint_id)
    settled = await session.execute(
        text(
            "UPDATE complaint SET settled_at = :now, settled_by = :by, outcome = :outcome, "
            "answer = :answer WHERE id = :id AND settled_at IS NULL RETURNING id"
        ),
        {
            "id": complaint_id,
            "now": now,
            "by": by,
            "outcome": outcome,
            "answer": answer or None,
        },
    )
    if settled.first() is None:
        raise AlreadySettled
