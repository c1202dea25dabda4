"""«Conversaciones»: the inbox of cases, and a case with its thread."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.cases import canned, overview, service, staff
from actions.cases import thread as threads
from actions.cases.errors import BadCursor
from actions.cases.overview import CaseLine
from actions.cases.record import Record, record
from actions.cases.sending import MOST_FILES, Window
from actions.firms import service as firms
from actions.firms.shown import shown
from actions.staff.permissions import Permission
from actions.store.database import Executor
from actions.store.listing import Asked
from api.console import live, pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.tables import Column, Filter, Table
from bot.channels.text import plain
from bot.understanding.names import named

router = APIRouter()
PATH: Final = "/consola/casos"
READ: Final = Permission.READ_CASES
ANSWER: Final = Permission.ANSWER_CASES

REASONS: Final = {
    "request": "Lo pidió",
    "not_understood": "No se le entendió",
    "anger": "Está molesta",
    service.ERASED: "Borró sus datos",
}
CLOSE_REASONS: Final = {
    "resuelto": "Resuelto",
    "sin_respuesta": "La persona ya no contesta",
    "no_corresponde": "No le corresponde al ministerio",
    "duplicado": "Ya hay otro caso de lo mismo",
    "otro": "Otro (dígalo en la nota)",
}
OUTCOMES: Final = {
    "answered": "contestó",
    "abstained": "dijo que no sabe",
    "clarify": "ofreció elegir",
    "out_of_scope": "fuera de tema",
    "task": "trámite",
    "person": "pasó a una persona",
    "smalltalk": "saludo",
}
STATES: Final = {
    "queued": "en cola",
    "sending": "enviándose",
    "ambiguous": "por confirmar",
    "sent": "enviado",
    "delivered": "entregado",
    "read": "leído",
    "failed": "no se pudo entregar",
    "unknown": "no se sabe si llegó",
    "excluded": "no se envió",
}
CONTEXT: Final = {
    "why": "Por qué",
    "task": "Trámite",
    "question": "Última pregunta",
    "article": "Último artículo",
}
SENDERS: Final = {"persona": "Persona", "asistente": "Asistente", "ministerio": "Ministerio"}


def _waits(one: CaseLine) -> str:
    if one.closed_at is not None:
        return "Cerrado"
    return pages.ago(one.waiting_since).removeprefix("hace ") if one.waiting_since else "No"


def _said(one: CaseLine) -> str:
    if one.last_at is None:
        return ""
    who = one.last_staff or SENDERS.get(one.last_sender or "", "")
    return f"{who}: {plain(one.last_text) or '(sin texto)'}"


TABLE: Final[Table[CaseLine]] = Table(
    path=PATH,
    title="Conversaciones",
    search="Número, empresa o final del teléfono",
    empty="No hay casos aquí. Cuando alguien pida hablar con una persona, aparece solo.",
    personal=True,
    filters=(
        Filter(
            "quien",
            "De quién",
            [("", "Todas"), ("sin_asignar", "Sin asignar"), ("mias", "Mías")],
        ),
        Filter(
            "estado", "Estado", [("", "Abiertos"), ("cerrados", "Cerrados"), ("todos", "Todos")]
        ),
        Filter(
            "canal",
            "Canal",
            [("", "Todos"), *((name, pages.CHANNELS[name]) for name in overview.CHANNELS)],
        ),
        Filter(
            "motivo",
            "Motivo",
            [("", "Todos"), *((name, REASONS[name]) for name in service.REASONS)],
        ),
    ),
    columns=(
        Column(
            "Caso",
            lambda one: one.number,
            shown=lambda one: f"Caso {one.number}",
            link=lambda one: f"{PATH}/{one.number}",
            sort="apertura",
        ),
        Column(
            "Espera",
            _waits,
            tone=lambda one: "warning" if one.waiting_since else "quiet",
            sort="espera",
        ),
        Column("Empresa", lambda one: one.firm or "Sin nombre"),
        Column("Último mensaje", _said, wide=True),
        Column(
            "Motivo",
            lambda one: REASONS.get(one.reason, one.reason),
            tone=lambda one: "bad" if one.reason == "anger" else "quiet",
            sort="motivo",
        ),
        Column("Atiende", lambda one: one.staff or one.closed_by or "Nadie"),
        Column(
            "Canal",
            lambda one: (
                pages.CHANNELS.get(one.channel or "", "")
                + (f" {one.address}" if one.address and one.channel != "web" else "")
            ),
        ),
        Column("Desde", lambda one: one.opened_at),
    ),
)


def _wanted(asked: Asked) -> Asked:
    """Open cases, unless others are asked for."""
    filters = dict(asked.filters)
    state = filters.pop("estado", "")
    if state != "todos":
        filters["estado"] = overview.CLOSED if state == "cerrados" else overview.OPEN
    return Asked(asked.search, filters, asked.sort, asked.descending, asked.offset, asked.limit)


@router.get("/casos")
async def inbox(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """The cases: unassigned, mine, all."""
    async with visit.console.database.session() as session:
        counts = await overview.counts(session, visit.member.name)
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: overview.cases(session, _wanted(asked), visit.member.name),
            "cases.html",
            "cases",
            part="parts/cases_list.html",
            counts=counts,
            chosen=visit.request.query_params.get("quien", ""),
        )


@router.get("/casos/{number}")
async def one_case(visit: Annotated[Visit, Needs(READ)], number: int) -> Response:
    """A case: its thread, and what can be done."""
    return await page_of(visit, number)


async def page_of(
    visit: Visit,
    number: int,
    *,
    reply: Form | None = None,
    note: Form | None = None,
    closing: Form | None = None,
    status: int = 200,
) -> Response:
    """The page of a case, with a form as it was typed where something was wrong with it."""
    async with visit.console.database.session() as session:
        try:
            one = await record(session, number)
            thread = await _thread(visit, session, one)
        except (service.NoSuchCase, BadCursor):
            raise HTTPException(404) from None
        values = {
            "firm": [
                (field.label, field.text)
                for field in shown(await firms.profile(session, one.person_id))
                if field.text and field.name != "firm_name"
            ],
            "canned": await canned.listed(session),
        }
    return pages.page(
        visit,
        "case.html",
        "cases",
        status,
        **thread,
        **values,
        context=[
            (CONTEXT[name], str(one.context[name])) for name in CONTEXT if one.context.get(name)
        ],
        reply=reply or Form(),
        note=note or Form(),
        closing=closing or Form({"reason": "resuelto"}),
        close_reasons=CLOSE_REASONS,
        most_files=MOST_FILES,
        hours=visit.console.settings.staff_hold_hours,
    )


async def _thread(
    visit: Visit, session: Executor, one: Record, known: tuple[Window | None, str] | None = None
) -> dict[str, Any]:
    """What the live part of the page shows."""
    before = visit.request.query_params.get("antes")
    thread = await threads.thread(session, one.number, before)
    window, tag = known or await _standing(visit, session, one)
    holder = one.held_by(visit.now)
    return {
        "case": one,
        "thread": thread,
        "is_past": before is not None,
        "window": window,
        "holder": holder,
        "is_mine": holder == visit.member.name,
        "may_answer": visit.may(ANSWER),
        "may_see_people": visit.may(Permission.READ_PEOPLE),
        "reasons": REASONS,
        "outcomes": OUTCOMES,
        "states": STATES,
        "senders": SENDERS,
        "named": named,
        "plain": plain,
        "tag": tag,
    }


async def _window(session: Executor, one: Record, now: datetime) -> Window | None:
    """Where a reply would go; None for a closed case, and where there is no address left."""
    if one.closed_at is None:
        with suppress(staff.Unreachable):
            return await staff.window(session, one.number, now)
    return None


async def _standing(visit: Visit, session: Executor, one: Record) -> tuple[Window | None, str]:
    """Where a reply would go, and the tag of all that the live part shows."""
    window = await _window(session, one, visit.now)
    version, holder = await threads.version(session, one.number), one.held_by(visit.now)
    # A hold and a window end by themselves: nothing of the case changes then.
    place = f"{window and window.is_open} {window and window.channel}"
    return window, live.tag_of(f"{version} {holder} {place}")


@router.get("/casos/{number}/hilo")
async def part(visit: Annotated[Visit, Needs(READ)], number: int) -> Response:
    """The thread and who has the conversation: what the page asks for again and again."""
    async with visit.console.database.session() as session:
        try:
            one = await record(session, number)
            window, tag = await _standing(visit, session, one)
            if live.is_known(visit.request, tag):
                return live.unchanged(tag)
            values = await _thread(visit, session, one, (window, tag))
        except (service.NoSuchCase, BadCursor):
            raise HTTPException(404) from None
    return live.part(
        visit.request, pages.fragment("parts/case_thread.html", token=visit.token, **values), tag
    )
