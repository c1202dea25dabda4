"""What a synchronisation could not decide: each waits for a person of the ministry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import history, standing, sync
from actions.registry.cells import clean
from actions.registry.difference import CONFLICTS
from actions.registry.errors import AlreadyDecided, NoSuchConflict, NoSuchDecision
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, one_of, order_by

DECISIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "desaparecido": {
        "suspender": "Suspenderlo",
        "mantener": "Dejarlo como está",
    },
    "estado": {
        "registro": "Usar el estado del registro",
        "mantener": "Dejar el estado del ministerio",
    },
    "nombre": {
        "registro": "Usar el nombre del registro",
        "mantener": "Dejar el nombre que tenemos",
    },
}
"""By kind of conflict, how it may be decided and what staff read for it."""
FILTERS: Final = ("tipo", "decidido")
"""``tipo``: see actions.registry.difference.CONFLICTS; ``decidido``: ``si`` or ``no``."""
ORDERS: Final[dict[str, str]] = {"fecha": "r.at", "nombre": "c.name_folded"}
LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A conflict; ``ours`` and ``theirs`` are a state or a name, ``decision`` None while open."""

    id: int
    consultant_id: int
    registration_number: str
    name: str
    kind: str
    ours: str | None
    theirs: str | None
    at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    note: str | None


_SELECT: Final = (
    "SELECT r.id, r.consultant_id, c.registration_number, c.name, r.kind, r.ours, r.theirs, r.at, "
    "r.decision, r.decided_by, r.decided_at, r.note"
)
_FROM: Final = "FROM registry_conflict AS r JOIN consultant AS c ON c.id = r.consultant_id"


async def conflict(session: Executor, conflict_id: int) -> ConflictLine:
    """One of them. Raises NoSuchConflict."""
    row = (
        await session.execute(text(f"{_SELECT} {_FROM} WHERE r.id = :id"), {"id": conflict_id})
    ).one_or_none()
    if row is None:
        raise NoSuchConflict
    return ConflictLine(*row)


async def conflicts(session: Executor, asked: Asked) -> Listed[ConflictLine]:
    """Conflicts, the oldest open ones first. Raises NoSuchOrder and NoSuchFilter."""
    for name in asked.filters:
        if name not in FILTERS:
            raise NoSuchFilter(name)
    kind = one_of(asked, "tipo", tuple(CONFLICTS))
    decided = one_of(asked, "decidido", ("si", "no"))
    source = (
        f"{_FROM} WHERE (CAST(:kind AS text) IS NULL OR r.kind = :kind) "
        "AND (CAST(:decided AS boolean) IS NULL OR (r.decided_at IS NOT NULL) = :decided)"
    )
    values: dict[str, Any] = {
        "kind": kind,
        "decided": None if decided is None else decided == "si",
    }
    order = order_by(asked, ORDERS, "r.decided_at DESC NULLS FIRST, r.at", "r.id")
    rows = await session.execute(
        text(f"{_SELECT} {source} ORDER BY {order} LIMIT :limit OFFSET :offset"),
        {**values, "limit": asked.limit, "offset": asked.offset},
    )
    lines = [ConflictLine(*row) for row in rows]
    total: int = await session.scalar(text(f"SELECT count(*) {source}"), values)
    return Listed(lines, total)


async def open_ones(session: Executor) -> int:
    """How many wait for a person."""
    found: int = await session.scalar(
        text("SELECT count(*) FROM registry_conflict WHERE decided_at IS NULL")
    )
    return found


async def decide(
    session: AsyncSession, conflict_id: int, decision: str, by: str, now: datetime, note: str = ""
) -> None:
    """Decides an open conflict, and does what follows: see DECISIONS. Raises NoSuchConflict,
    AlreadyDecided and NoSuchDecision; NotFromThere where the state allows it no more."""
    await sync.hold(session)
    row = (
        await session.execute(
            text(
                "SELECT r.kind, r.theirs, r.decided_at, r.consultant_id, c.name, c.state, "
                "c.valid_to FROM registry_conflict AS r "
                "JOIN consultant AS c ON c.id = r.consultant_id WHERE r.id = :id FOR UPDATE"
            ),
            {"id": conflict_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchConflict
    if row.decided_at is not None:
        raise AlreadyDecided
    if decision not in DECISIONS[row.kind]:
        raise NoSuchDecision(DECISIONS[row.kind])
    told = clean(note)[:LONGEST_NOTE] or None
    reason = CONFLICTS[row.kind] if told is None else f"{CONFLICTS[row.kind]}: {told}"
    if decision == "suspender" and row.state != "suspendida":
        await standing.set_state(
            session, row.consultant_id, "suspendida", by, now, reason=reason, by_hand=True
        )
    elif decision == "registro" and row.kind == "estado" and row.state != row.theirs:
        await standing.set_state(
            session, row.consultant_id, row.theirs, by, now, reason=reason, by_hand=False
        )
    elif decision == "registro" and row.kind == "nombre":
        await session.execute(
            text("UPDATE consultant SET name = :name, updated_at = :now WHERE id = :id"),
            {"id": row.consultant_id, "name": row.theirs, "now": now},
        )
        await history.note(
            session,
            row.consultant_id,
            {"name": (row.name, row.theirs)},
            "ministerio",
            now,
            by=by,
            reason=reason,
        )
    await session.execute(
        text(
            "UPDATE registry_conflict SET decision = :decision, decided_by = :by, "
            "decided_at = :now, note = :note WHERE id = :id"
        ),
        {"id": conflict_id, "decision": decision, "by": by, "now": now, "note": told},
    )
