"""«Auditoría»: what staff did, and whether the record is whole."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit import reading, service
from actions.audit.acts import ACTS, told, told_subject, told_way
from actions.audit.reading import Entry
from actions.audit.service import WAYS
from actions.staff.permissions import Permission
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.tables import Column, Filter, Table

router = APIRouter()
PATH: Final = "/consola/auditoria"
READ: Final = Permission.READ_AUDIT

TABLE: Final[Table[Entry]] = Table(
    path=PATH,
    title="Auditoría",
    search="Quién lo hizo, o sobre qué («caso 12»)",
    empty="Todavía no hay actos registrados.",
    personal=True,
    filters=(
        Filter("acto", "Acto", [("", "Todos"), *ACTS.items()]),
        Filter("medio", "Por dónde", [("", "Todos"), *WAYS.items()]),
        Filter(
            "dias",
            "Desde",
            [
                ("", "Siempre"),
                ("1", "Último día"),
                ("7", "7 días"),
                ("30", "30 días"),
                ("90", "90 días"),
            ],
        ),
    ),
    columns=(
        Column("N.º", lambda one: one.place, link=lambda one: f"{PATH}/{one.place}"),
        Column("Cuándo", lambda one: one.at, sort="cuando"),
        Column("Quién", lambda one: one.name),
        Column("Qué hizo", lambda one: told(one.act), wide=True),
        Column("Sobre qué", lambda one: told_subject(one.subject)),
        Column("Por dónde", lambda one: told_way(one.way)),
        Column("Dirección", lambda one: one.address or ""),
    ),
)


@router.get("/auditoria")
async def entries(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """All acts, newest first."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: reading.entries(session, asked, visit.now),
            "audit.html",
            "audit",
        )


@router.get("/auditoria/verificar")
async def verify(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """Walks the chain."""
    async with visit.console.database.session() as session:
        verified = await service.verify(session)
    return pages.page(visit, "audit_verified.html", "audit", verified=verified)


@router.get("/auditoria/{place}")
async def show(visit: Annotated[Visit, Needs(READ)], place: int) -> Response:
    """One act, whole."""
    async with visit.console.database.session() as session:
        one = await reading.entry(session, place)
    if one is None:
        raise HTTPException(404)
    return pages.page(
        visit,
        "audit_entry.html",
        "audit",
        entry=one,
        told=told,
        told_way=told_way,
        told_subject=told_subject,
        changes=_changes(one),
    )


def _changes(entry: Entry) -> list[tuple[str, str, str]] | None:
    """Name, before, after of each value; None where they were erased."""
    if entry.detail is None:
        return None
    before, after = entry.detail["before"], entry.detail["after"]
    return [
        (name, _shown(before.get(name)), _shown(after.get(name)))
        for name in dict.fromkeys([*before, *after])
    ]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
