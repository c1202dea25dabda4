"""Synchronising with the national registry: a file or its service, the difference, what follows."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import httpx
import structlog
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.registry import columns, listing, reading_files, rules, scheduled, standing, sync
from actions.registry.cells import clean
from actions.registry.difference import CONFLICTS
from actions.registry.errors import NoSuchSync, RegistryRefused, SourceFailed
from actions.registry.listing import RunLine
from actions.registry.rows import Problem
from actions.registry.sync import Proposal
from api.acting import acting
from api.assembly import registry_of
from api.clock import today
from api.console import exports, pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.registry import MANAGE, PATH, USUAL_VALIDITY, title_of, told
from api.console.tables import Column, Filter, Table
from bot import registry_notices

router = APIRouter()
SYNC: Final = f"{PATH}/sincronizar"
SHOWN: Final = 100
"""Of each sort; all of them are in the file."""
LONG: Final = 4_000
"""Changes from which on applying may take seconds (10,000 took two): so staff are told to wait."""
FILE: Final = "archivo"
CHANGED: Final = "Cambian"
LEFT: Final = "Datos del archivo que no se usan: los cambia el consultor en el chat"
EXAMPLE: Final[Mapping[str, str]] = {
    "registration_number": "CA-2026-001",
    "name": "Ana María Ejemplo",
    "kind": "Persona",
    "categories": "Auditoría ambiental; Energía",
    "state": "Vigente",
    "sectors": "Todos",
    "departments": "San Salvador; La Libertad",
    "on_site": "Sí",
    "remote": "No",
    "languages": "español",
    "fee_min": "40",
    "fee_max": "60",
    "fee_unit": "por hora",
    "phone": "7000-1234",
    "email": "ana@ejemplo.com",
}
"""A row as it is written, beside its validity."""

OLD: Final = "Quedó vieja"
RUN_STATES: Final = {
    "proposed": "Por revisar",
    "applied": "Aplicada",
    "discarded": "Descartada",
}
RUN_TONES: Final = {"proposed": "warning", "applied": "good", "discarded": "quiet"}
SCHEDULE: Final = "Automática"

log = structlog.get_logger(__name__)


def _counted(name: str, title: str) -> Column[RunLine]:
    return Column(title, lambda one: one.counts.get(name, 0), number=True)


def _state(one: RunLine) -> str:
    return OLD if one.is_superseded else RUN_STATES[one.state]


TABLE: Final[Table[RunLine]] = Table(
    path=SYNC,
    title="Sincronizaciones",
    empty="Todavía no hay ninguna.",
    filters=(Filter("estado", "Estado", [("", "Todas"), *RUN_STATES.items()]),),
    columns=(
        Column("Fecha", lambda one: one.at, link=lambda one: f"{SYNC}/{one.sync_id}", sort="fecha"),
        Column("Origen", lambda one: one.source, sort="origen", wide=True),
        Column(
            "Estado",
            _state,
            tone=lambda one: RUN_TONES[one.state],
        ),
        _counted("new", "Nuevos"),
        _counted("changed", "Cambian"),
        _counted("vanished", "Ya no están"),
        _counted("conflicting", "Conflictos"),
        _counted("bad", "Filas malas"),
        Column("La trajo", lambda one: one.by or SCHEDULE),
        Column("La cerró", lambda one: one.settled_by or "", only_exported=True),
    ),
)


@router.get("/registro/sincronizar")
async def runs(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """The form for a file, and all runs."""
    return await _runs(visit, Form())


async def _runs(
    visit: Visit, form: Form, status: int = 200, problems: Sequence[Problem] = ()
) -> Response:
    async with visit.console.database.session() as session:
        answer = await tables.respond(
            visit,
            TABLE,
            lambda asked: listing.runs(session, asked),
            "registry_sync.html",
            "registry",
            form=form,
            problems=problems[:SHOWN],
            more_problems=max(0, len(problems) - SHOWN),
            required=[columns.COLUMNS[one][0] for one in columns.REQUIRED],
            optional=[
                names[0] for one, names in columns.COLUMNS.items() if one not in columns.REQUIRED
            ],
            theirs=[columns.COLUMNS[one][0] for one in rules.CONSULTANT_RULES],
            megabytes=reading_files.LARGEST // (1024 * 1024),
            most_rows=reading_files.MOST_ROWS,
            source=visit.console.settings.registry_url,
        )
    answer.status_code = status if answer.status_code == 200 else answer.status_code
    return answer


@router.get("/registro/sincronizar/plantilla.csv")
async def example(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """A file with all columns and one row, to be filled in."""
    day = today()
    validity = {
        "valid_from": f"{day:%d/%m/%Y}",
        "valid_to": f"{day + USUAL_VALIDITY:%d/%m/%Y}",
    }
    row = {**EXAMPLE, **validity}
    titles = [names[0] for names in columns.COLUMNS.values()]
    content = exports.as_csv(titles, [[row[name] for name in columns.COLUMNS]])
    return Response(
        content,
        media_type=exports.CSV,
        headers={
            "Content-Disposition": 'attachment; filename="plantilla-registro.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.post("/registro/sincronizar")
async def bring(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """Reads a file and shows how it differs; nothing of the registry changes."""
    form = Form()
    uploads = visit.files(FILE)
    if not uploads:
        form.wrong(FILE, "Elija el archivo del registro: CSV o Excel (.xlsx).")
        return await _runs(visit, form, 422)
    content = await uploads[0].read()
    try:
        reading = await asyncio.to_thread(reading_files.read_file, content)
    except RegistryRefused as refused:
        form.wrong(FILE, str(refused))
        return await _runs(visit, form, 422)
    if not reading.rows:
        # Compared with it, everybody would be gone.
        form.wrong(FILE, "Ninguna fila se puede usar: corrija lo que se indica y súbalo otra vez.")
        return await _runs(visit, form, 422, reading.problems)
    name = clean(uploads[0].filename or "")[:200] or "archivo"
    async with acting(visit.console.database, visit.actor) as act:
        run = await sync.propose(act.session, reading, name, visit.now, by=visit.member.name)
        act.did(_act("registry.propose", run))
    return pages.redirect(visit, f"{SYNC}/{run.id}")


@router.post("/registro/sincronizar/servicio")
async def ask_service(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """Asks the registry's own service now, and shows how it differs."""
    service = registry_of(visit.console.settings)
    if service is None:
        raise HTTPException(404)
    try:
        async with httpx.AsyncClient() as client, visit.console.database.session() as session:
            answered = await scheduled.ask(client, session, service)
    except RegistryRefused as refused:
        if isinstance(refused, SourceFailed):
            log.warning("registry_source_failed", why=str(refused))
        return pages.redirect(visit, SYNC, str(refused), tone="bad")
    if answered is None:
        return pages.redirect(
            visit, SYNC, "El servicio dice que nada cambió desde la última vez que se aplicó."
        )
    if not answered.reading.rows:
        return await _runs(
            visit,
            Form({}, {"": "El servicio no trae ningún consultor que se pueda usar."}),
            422,
            answered.reading.problems,
        )
    async with acting(visit.console.database, visit.actor) as act:
        run = await scheduled.take(act.session, service, answered, visit.now, by=visit.member.name)
        assert run is not None
        act.did(_act("registry.propose", run))
    return pages.redirect(visit, f"{SYNC}/{run.id}")


def _act(name: str, run: Proposal, note: str = "") -> Act:
    return Act(name, f"sync:{run.id}", after={"source": run.source, **run.counts}, note=note)


async def _run(visit: Visit, sync_id: int) -> Proposal:
    """Answers 404 for the number of none."""
    async with visit.console.database.session() as session:
        try:
            return await sync.proposal(session, sync_id)
        except NoSuchSync:
            raise HTTPException(404) from None


@router.get("/registro/sincronizar/{sync_id}")
async def one_run(visit: Annotated[Visit, Needs(MANAGE)], sync_id: int) -> Response:
    """What a run would change, or changed."""
    return await _one_run(visit, sync_id, Form())


async def _one_run(visit: Visit, sync_id: int, form: Form, status: int = 200) -> Response:
    run = await _run(visit, sync_id)
    async with visit.console.database.session() as session:
        is_old = await sync.is_old(session, sync_id, visit.now)
    parts = {name: rows for name, rows in _parts(run).items() if rows}
    changes = sum(run.counts[one] for one in ("new", "changed", "vanished", "conflicting"))
    return pages.page(
        visit,
        "registry_run.html",
        "registry",
        status,
        run=run,
        state=OLD if is_old else RUN_STATES[run.state],
        is_old=is_old,
        sure=_sure(run),
        used=[one for one in run.problems if one.is_taken],
        tone="quiet" if is_old else RUN_TONES[run.state],
        schedule=SCHEDULE,
        parts=[
            (title, _counted_rows(title, rows), rows[:SHOWN], max(0, len(rows) - SHOWN))
            for title, rows in parts.items()
        ],
        problems=run.problems[:SHOWN],
        more_problems=max(0, len(run.problems) - SHOWN),
        is_long=changes > LONG,
        form=form,
    )


def _counted_rows(title: str, rows: Sequence[tuple[str, str, str, str, str]]) -> str:
    """How many: of who changes both the consultants and what changes of them."""
    if title != CHANGED:
        return pages.number(len(rows))
    who = len({number for number, *_ in rows})
    return f"{_many(who, 'consultor', 'consultores')}, {_many(len(rows), 'dato', 'datos')}"


def _many(count: int, one: str, several: str) -> str:
    return f"{pages.number(count)} {one if count == 1 else several}"


def _sure(run: Proposal) -> str:
    """The question before a run is applied, with what follows from it."""
    counts = run.counts
    after = [
        f"{_many(counts.get(name, 0), one, several)}"
        for name, one, several in (
            ("new", "consultor nuevo", "consultores nuevos"),
            ("changed", "cambia", "cambian"),
            (
                "ending",
                "deja de estar vigente o vence antes",
                "dejan de estar vigentes o vencen antes",
            ),
            ("vanished", "ya no está y queda por decidir", "ya no están y quedan por decidir"),
            ("returned", "vuelve", "vuelven"),
            ("conflicting", "conflicto por decidir", "conflictos por decidir"),
        )
        if counts.get(name)
    ]
    told = " A quien cambia de estado y usa el chat se le avisa." if counts.get("changed") else ""
    return f"¿Aplicar la sincronización? {'; '.join(after) or 'No cambia nada'}.{told}"


def _parts(run: Proposal) -> Mapping[str, Sequence[tuple[str, str, str, str, str]]]:
    """By title: number, name, field, before and after, a line for each field that changes."""
    given: Mapping[str, Any] = run.difference
    return {
        "Nuevos": [(number, name, "", "", "") for number, name in given["new"]],
        CHANGED: [
            (
                one["registration_number"],
                one["name"],
                title_of(field),
                told(field, before),
                told(field, after),
            )
            for one in given["changed"]
            for field, (before, after) in one["fields"].items()
        ],
        "Ya no están en el registro": [
            (one["registration_number"], one["name"], "Estado", told("state", one["ours"]), "")
            for one in given["vanished"]
        ],
        # Runs of before knew them by our own numbers alone.
        "Volvieron al registro": [
            (str(one[1]), str(one[2]), "", "", "")
            for one in given["returned"]
            if isinstance(one, list)
        ],
        "Aprobados aquí que ya vienen en el registro": [
            (number, name, "", "", "") for _, number, name in given.get("arrived", ())
        ],
        "Aprobados aquí que el registro todavía no trae": [
            (number, name, "", "", "") for number, name in given.get("awaited", ())
        ],
        "Conflictos": [
            (
                one["registration_number"],
                one["name"],
                CONFLICTS[one["kind"]],
                told("state" if one["kind"] == "estado" else "name", one["ours"]),
                told("state" if one["kind"] == "estado" else "name", one["theirs"]),
            )
            for one in given["conflicting"]
        ],
        LEFT: [
            (number, name, ", ".join(map(title_of, fields)), "", "")
            for number, name, fields in given.get("left", ())
        ],
    }


@router.get("/registro/sincronizar/{sync_id}/diferencias.csv")
async def difference(visit: Annotated[Visit, Needs(MANAGE)], sync_id: int) -> Response:
    """All that differs and all problems of rows, as a file for a spreadsheet."""
    run = await _run(visit, sync_id)
    rows = [(title, *row) for title, part in _parts(run).items() for row in part]
    rows += [
        (
            "Dato que no se usa" if one.is_taken else "Fila con problemas",
            "",
            "",
            f"Fila {one.row}, {one.column}",
            "",
            one.sentence,
        )
        for one in run.problems
    ]
    titles = ("Qué pasa", "Número", "Nombre", "Dato", "Antes", "Después")
    content = await asyncio.to_thread(exports.as_csv, titles, rows)
    return Response(
        content,
        media_type=exports.CSV,
        headers={
            "Content-Disposition": f'attachment; filename="sincronizacion-{run.id}.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.post("/registro/sincronizar/{sync_id}/aplicar")
async def apply(visit: Annotated[Visit, Needs(MANAGE)], sync_id: int) -> Response:
    """Does what a run shows, whole or not at all."""
    run = await _run(visit, sync_id)
    form = Form({"visto": visit.text("visto")})
    if run.needs_a_look and run.state == "proposed" and form["visto"] != "si":
        form.wrong("visto", "Marque que revisó las diferencias: esta sincronización es poco usual.")
        return await _one_run(visit, sync_id, form, 422)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            applied = await sync.apply(act.session, sync_id, visit.now, by=visit.member.name)
            if not applied.again:
                changed = await standing.changed_by(act.session, sync_id)
                await registry_notices.tell_states(act.session, visit.console.responses, changed)
            act.did(_act("registry.apply", run, "Ya estaba aplicada." if applied.again else ""))
    except RegistryRefused as refused:
        return pages.redirect(visit, f"{SYNC}/{sync_id}", str(refused), tone="bad")
    if applied.again:
        return pages.redirect(visit, f"{SYNC}/{sync_id}", "Ya estaba aplicada: no cambió nada.")
    pending = run.counts["vanished"] + run.counts["conflicting"]
    if pending:
        return pages.redirect(
            visit,
            f"{PATH}/conflictos?decidido=no",
            "La sincronización quedó aplicada. Falta decidir los conflictos.",
        )
    return pages.redirect(visit, f"{SYNC}/{sync_id}", "La sincronización quedó aplicada.")


@router.post("/registro/sincronizar/{sync_id}/descartar")
async def discard(visit: Annotated[Visit, Needs(MANAGE)], sync_id: int) -> Response:
    """Puts a run aside; nothing of the registry changes."""
    run = await _run(visit, sync_id)
    if run.state != "proposed":
        return pages.redirect(
            visit, f"{SYNC}/{sync_id}", "Esa sincronización ya estaba cerrada.", tone="bad"
        )
    async with acting(visit.console.database, visit.actor) as act:
        await sync.discard(act.session, sync_id, visit.member.name, visit.now)
        act.did(_act("registry.discard", run))
    return pages.redirect(visit, SYNC, "La sincronización quedó descartada: no cambió nada.")
