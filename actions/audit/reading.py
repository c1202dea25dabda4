"""The audit as staff read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from actions.audit.acts import ACTS, subject_of
from actions.audit.service import WAYS
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, like, one_of

FILTERS: Final = ("acto", "medio", "dias")
ORDERS: Final = ("cuando",)
DAYS: Final = ("1", "7", "30", "90")
MOST_COUNTED: Final = 10_000
"""Entries are counted up to here: the number of all of them would cost more than it tells."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; ``actor`` and ``detail`` are None once erased."""

    place: int
    at: datetime
    staff_id: int | None
    name: str
    address: str | None
    way: str
    act: str
    subject: str
    person_id: int | None
    detail: dict[str, Any] | None
    digest: str


async def entries(session: Executor, asked: Asked, now: datetime) -> Listed[Entry]:
    """Acts, newest first. The search is for the name of who acted or for what was acted on ("caso
    12"). Raises NoSuchOrder, NoSuchFilter."""
    act = one_of(asked, "acto", tuple(ACTS))
    way = one_of(asked, "medio", tuple(WAYS))
    days = one_of(asked, "dias", DAYS)
    since = now - timedelta(days=int(days)) if days else None
    subject = subject_of(asked.search)
    values = {
        "subject": subject,
        "act": act,
        "way": way,
        "since": since,
        "search": like(asked.search.strip()) if asked.search.strip() and not subject else None,
        "limit": asked.limit,
        "offset": asked.offset,
        "most": MOST_COUNTED,
    }
    backwards = asked.descending or not asked.sort
    rows = await session.execute(
        text(
            f"SELECT e.* {_FROM} ORDER BY e.place {'DESC' if backwards else 'ASC'} "
            "LIMIT :limit OFFSET :offset"
        ),
        values,
    )
    total: int = await session.scalar(
        text(f"SELECT count(*) FROM (SELECT 1 {_FROM} LIMIT :most) AS counted"), values
    )
    return Listed([_entry(row) for row in rows], total)


_FROM: Final = """
    FROM audit_entry AS e
    WHERE (CAST(:act AS text) IS NULL OR e.act = :act)
        AND (CAST(:way AS text) IS NULL OR e.way = :way)
        AND (CAST(:since AS timestamptz) IS NULL OR e.at >= :since)
        AND (CAST(:subject AS text) IS NULL OR e.subject = :subject)
        AND (CAST(:search AS text) IS NULL OR e.actor->>'name' ILIKE :search ESCAPE '\\')
"""


async def entry(session: Executor, place: int) -> Entry | None:
    """One act by its place."""
    row = (
        await session.execute(
            text("SELECT * FROM audit_entry WHERE place = :place"), {"place": place}
        )
    ).one_or_none()
    return None if row is None else _entry(row)


async def of_subject(session: Executor, subject: str, limit: int = 50) -> list[Entry]:
    """What was done to one thing (``kind:id``), newest first."""
    rows = await session.execute(
        text("SELECT * FROM audit_entry WHERE subject = :subject ORDER BY place DESC LIMIT :limit"),
        {"subject": subject, "limit": limit},
    )
    return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    actor = row.actor or {}
    return Entry(
        place=row.place,
        at=row.at,
        staff_id=row.staff_id,
        name=actor.get("name") or "(borrado)",
        address=actor.get("address"),
        way=row.way,
        act=row.act,
        subject=row.subject,
        person_id=row.person_id,
        detail=row.detail,
        digest=bytes(row.digest).hex(),
    )
