"""Consultants and synchronisations as staff page through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from actions.firms.models import folded
from actions.registry import rules, sync
from actions.registry.cells import clean
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, like, one_of, order_by
from knowledge.territory import territory

FILTERS: Final = ("estado", "categoria", "departamento", "tipo", "desaparecido")
"""``estado``: of actions.registry.rules.STATES, as it is that day; ``categoria``: an id;
``departamento``: its name; ``tipo``: of KINDS; ``desaparecido``: ``si``, those whom the registry no
longer has."""
ORDERS: Final[dict[str, str]] = {
    "nombre": "c.name_folded",
    "numero": "c.registration_number",
    "vence": "c.valid_to",
    "estado": "c.state",
    "cambio": "c.updated_at",
}
LONGEST_SEARCH: Final = 100

RUN_FILTERS: Final = ("estado",)
"""``estado``: proposed, applied or discarded."""
RUN_ORDERS: Final[dict[str, str]] = {"fecha": "at", "origen": "source"}


@dataclass(frozen=True, slots=True)
class ConsultantLine:
    """One consultant; ``state`` is that of the day, ``answers`` whether somebody answers for them
    in the chat, ``is_missing`` whether the registry no longer has them."""

    consultant_id: int
    registration_number: str | None
    name: str
    kind: str
    categories: tuple[str, ...]
    departments: tuple[str, ...]
    remote: bool
    valid_from: date | None
    valid_to: date | None
    state: str
    answers: bool
    is_missing: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RunLine:
    """One synchronisation; ``counts`` as actions.registry.difference.Difference.counts;
    ``is_superseded`` where it was put aside because another one was applied."""

    sync_id: int
    source: str
    counts: Mapping[str, int]
    state: str
    by: str | None
    at: datetime
    settled_at: datetime | None
    settled_by: str | None
    is_superseded: bool


async def consultants(session: Executor, asked: Asked, now: datetime) -> Listed[ConsultantLine]:
    """Consultants by name, applications the oldest first where only they are asked for. The search
    finds words or parts of words of a name, a part of a registration number, or an application by
    the number that its person was told. Raises NoSuchOrder and NoSuchFilter."""
    is_queue = asked.filters.get("estado") == "solicitada"
    order = order_by(asked, ORDERS, "c.updated_at" if is_queue else "c.name_folded", "c.id")
    conditions, values = _narrowed(asked)
    values["day"] = rules.day_of(now)
    searched = clean(asked.search)[:LONGEST_SEARCH]
    if searched:
        conditions.append(
            "(c.name_folded LIKE ALL(CAST(:words AS text[])) AND c.name ~ "
            "ALL(CAST(:exactly AS text[])) OR strpos(c.registration_number, :number) > 0 "
            "OR (CAST(c.id AS text) = :number AND EXISTS (SELECT 1 FROM consultant_change AS h "
            "WHERE h.consultant_id = c.id AND h.field = 'state' AND h.source = 'consultor')))"
        )
        # Letters alone that fold to others would find everybody who has those.
        lone = [word for word in searched.lower().split() if len(word) == 1]
        values["exactly"] = [f"[{one}{one.upper()}]" for one in lone if folded(one) != one]
        values["words"] = [like(word) for word in folded(searched).split()]
        values["number"] = " ".join(searched.upper().split())
    where = " AND ".join(["true", *conditions])
    rows = await session.execute(
        text(
            "SELECT c.id, c.registration_number, c.name, c.kind, c.categories, c.departments, "
            "c.remote, c.valid_from, c.valid_to, c.state, c.person_id IS NOT NULL AS answers, "
            "c.missing_since IS NOT NULL AS is_missing, c.updated_at "
            f"FROM consultant AS c WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
        ),
        {**values, "limit": asked.limit, "offset": asked.offset},
    )
    lines = [
        ConsultantLine(
            row.id,
            row.registration_number,
            row.name,
            row.kind,
            tuple(row.categories),
            tuple(row.departments),
            row.remote,
            row.valid_from,
            row.valid_to,
            rules.state_on(row.state, row.valid_to, values["day"]),
            row.answers,
            row.is_missing,
            row.updated_at,
        )
        for row in rows
    ]
    total: int = await session.scalar(
        text(f"SELECT count(*) FROM consultant AS c WHERE {where}"), values
    )
    return Listed(lines, total)


def _narrowed(asked: Asked) -> tuple[list[str], dict[str, Any]]:
    for name in asked.filters:
        if name not in FILTERS:
            raise NoSuchFilter(name)
    conditions: list[str] = []
    values: dict[str, Any] = {}
    state = one_of(asked, "estado", tuple(rules.STATES))
    if state == "vigente":
        conditions.append("c.state = 'vigente' AND c.valid_to >= :day")
    elif state == "vencida":
        conditions.append("(c.state = 'vencida' OR (c.state = 'vigente' AND c.valid_to < :day))")
    elif state is not None:
        conditions.append("c.state = :state")
        values["state"] = state
    category = one_of(asked, "categoria", tuple(rules.CATEGORIES))
    if category is not None:
        conditions.append("c.categories @> ARRAY[CAST(:category AS text)]")
        values["category"] = category
    department = one_of(asked, "departamento", tuple(one.name for one in territory().departments))
    if department is not None:
        conditions.append("c.departments @> ARRAY[CAST(:department AS text)]")
        values["department"] = department
    kind = one_of(asked, "tipo", tuple(rules.KINDS))
    if kind is not None:
        conditions.append("c.kind = :kind")
        values["kind"] = kind
    if one_of(asked, "desaparecido", ("si",)) is not None:
        conditions.append("c.missing_since IS NOT NULL")
    return conditions, values


async def runs(session: Executor, asked: Asked) -> Listed[RunLine]:
    """Synchronisations, the newest first. Raises NoSuchOrder and NoSuchFilter."""
    for name in asked.filters:
        if name not in RUN_FILTERS:
            raise NoSuchFilter(name)
    state = one_of(asked, "estado", ("proposed", "applied", "discarded"))
    order = order_by(asked, RUN_ORDERS, "at DESC", "id DESC")
    where = "CAST(:state AS text) IS NULL OR state = :state"
    rows = await session.execute(
        text(
            "SELECT id, source, counts, state, by, at, settled_at, settled_by, "
            f"{sync.SUPERSEDED} FROM registry_sync AS r "
            f"WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
        ),
        {"state": state, "limit": asked.limit, "offset": asked.offset},
    )
    lines = [RunLine(*row) for row in rows]
    total: int = await session.scalar(
        text(f"SELECT count(*) FROM registry_sync WHERE {where}"), {"state": state}
    )
    return Listed(lines, total)
