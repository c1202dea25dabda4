"""«Personas y empresas»: the list, a person with what is held about them, and their messages."""

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.firms import sections
from actions.firms import service as firms
from actions.firms.rules import SIZES, Size
from actions.firms.shown import SIZES as SIZE_NAMES
from actions.people import history, listed, profile
from actions.people.errors import NoSuchPerson, NoSuchPlace
from actions.people.listed import NO, UNKNOWN, YES, PersonLine
from actions.people.masking import MASK
from actions.people.profile import Profile
from actions.staff.permissions import Permission
from actions.store.database import Executor
from api.acting import acting
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.rooms.cases import REASONS, SENDERS, STATES
from api.console.tables import Column, Filter, Table
from bot import privacy
from bot.flows import Flows
from bot.understanding.names import named
from knowledge.territory import territory

router = APIRouter()
PATH: Final = "/consola/personas"
READ: Final = Permission.READ_PEOPLE

CATEGORIES: Final = {
    "announcements": "Avisos del ministerio",
    "reminders": "Recordatorios",
    "training": "Capacitaciones",
}
"""What staff read for each of actions.people.wanted."""
_SIZES: Final[dict[Size, str]] = {
    "micro": "Micro",
    "pequena": "Pequeña",
    "mediana": "Mediana",
    "grande": "Grande",
}
"""In short, for the column."""
_NOT_KNOWN: Final = (UNKNOWN, "Sin dato")


def _channels(one: PersonLine) -> str:
    # Of a web chat there is nothing to know it again by.
    return ", ".join(
        " ".join(
            [pages.CHANNELS.get(each.channel, each.channel)]
            + ([each.address] if each.address != MASK else [])
        )
        for each in one.channels
    )


def _firm(one: PersonLine) -> str:
    return "Datos borrados" if one.erased else one.firm_name or ""


TABLE: Final[Table[PersonLine]] = Table(
    path=PATH,
    title="Personas y empresas",
    search="Empresa, número o final del teléfono",
    empty="Todavía no escribe nadie. Quien escriba por un canal aparece aquí.",
    personal=True,
    filters=(
        Filter(
            "departamento",
            "Departamento",
            [
                ("", "Todos"),
                *((one.name, one.name) for one in territory().departments),
                _NOT_KNOWN,
            ],
        ),
        Filter(
            "tamano",
            "Tamaño",
            [("", "Todos"), *((name, SIZE_NAMES[name]) for name in SIZES), _NOT_KNOWN],
        ),
        Filter(
            "seccion",
            "Sector",
            [("", "Todos"), *sections.sections().items(), _NOT_KNOWN],
        ),
        Filter("canal", "Canal", [("", "Todos"), *pages.CHANNELS.items()]),
        Filter(
            "consentimiento",
            "Consentimiento",
            [("", "Todas"), (YES, "Lo dio"), (NO, "No lo ha dado")],
        ),
        Filter(
            "permiso",
            "Permiso ambiental",
            [
                ("", "Todos"),
                ("con_permiso", "Lo tiene"),
                ("en_tramite", "En trámite"),
                ("sin_permiso", "No tiene"),
                ("no_sabe", "No sabe"),
                _NOT_KNOWN,
            ],
        ),
    ),
    columns=(
        Column("N.º", lambda one: one.person_id),
        Column(
            "Empresa",
            _firm,
            shown=lambda one: _firm(one) or f"Persona {one.person_id}",
            link=lambda one: f"{PATH}/{one.person_id}",
            sort="empresa",
        ),
        Column("Rubro", lambda one: one.sector or ""),
        Column("Lugar", lambda one: one.department or ""),
        Column("Tamaño", lambda one: _SIZES[one.size] if one.size else ""),
        Column("Canales", _channels),
        Column(
            "Aceptó",
            lambda one: "Sí" if one.consent else "No",
            tone=lambda one: "good" if one.consent else "quiet",
        ),
        Column(
            "Desde",
            lambda one: one.first_contact,
            shown=lambda one: pages.day(one.first_contact),
            sort="primer_contacto",
        ),
        Column(
            "Última vez",
            lambda one: one.last_contact,
            shown=lambda one: pages.ago(one.last_contact),
            sort="ultimo_contacto",
        ),
    ),
)


@router.get("/personas")
async def everybody(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """Who writes to us."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit, TABLE, lambda asked: listed.people(session, asked), "people.html", "people"
        )


async def profile_of(visit: Visit, session: Executor, number: int) -> Profile:
    """All that is held about a person. Answers 404 for the number of nobody."""
    try:
        return await profile.profile(session, number, visit.now)
    except NoSuchPerson:
        raise HTTPException(404) from None


@router.get("/personas/{number}")
async def one_person(visit: Annotated[Visit, Needs(READ)], number: int) -> Response:
    """A person, and what can be done at their request; not what they wrote."""
    async with visit.console.database.session() as session:
        one = await profile_of(visit, session, number)
    if one.person_id != number:
        return pages.redirect(visit, f"{PATH}/{one.person_id}")
    if one.erased:
        return pages.page(visit, "person_erased.html", "people", number=number)
    return pages.page(
        visit,
        "person.html",
        "people",
        person=one,
        task=_task(visit.console.flows, one.task),
        size=SIZE_NAMES[one.size] if one.size else "",
        categories=CATEGORIES,
        reasons=REASONS,
        notice_version=privacy.VERSION,
        may_change=visit.may(Permission.CHANGE_PEOPLE),
        may_erase=visit.may(Permission.ERASE_PEOPLE),
        may_see_cases=visit.may(Permission.READ_CASES),
    )


def _task(flows: Flows, name: str | None) -> str:
    """What staff read for a task; empty for none, its own name for one of another release."""
    flow = flows.flows.get(name or "")
    if flow is None:
        return name or ""
    words = next((told for one in flow.triggers if (told := named(one)) != one), flow.name)
    return words[0].upper() + words[1:]


@router.get("/personas/{number}/mensajes")
async def messages(visit: Annotated[Visit, Needs(READ)], number: int) -> Response:
    """What was said between a person and us. Whoever reads it is recorded as having done so."""
    before = visit.request.query_params.get("antes")
    async with visit.console.database.session() as session:
        one = await profile_of(visit, session, number)
    if one.erased or one.person_id != number:
        away = f"{PATH}/{one.person_id}"
        return pages.redirect(visit, away if one.erased else f"{away}/mensajes")
    try:
        async with acting(visit.console.database, visit.actor) as act:
            page = await history.history(act.session, number, before)
            firm = await firms.profile(act.session, number)
            read = {"desde": page.said[0].at, "hasta": page.said[-1].at} if page.said else {}
            act.did(Act("person.read", f"person:{number}", after=read, person_id=number))
    except NoSuchPlace:
        raise HTTPException(404) from None
    return pages.page(
        visit,
        "person_messages.html",
        "people",
        number=number,
        firm=firm.get("firm_name"),
        messages=page,
        is_past=before is not None,
        senders=SENDERS,
        states=STATES,
    )
