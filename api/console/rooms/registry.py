"""«Registro de consultores»: the list, and one consultant with all that is kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.bookings import agenda, availability, openings
from actions.bookings import figures as doing
from actions.bookings.booked import Booked
from actions.bookings.openings import Window
from actions.registry import applications, conflicts, history, listing, record, rules
from actions.registry.errors import NoSuchConsultant
from actions.registry.history import Change
from actions.registry.listing import ConsultantLine
from actions.registry.record import Record
from actions.staff.permissions import Permission
from api.acting import acting
from api.clock import today
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.tables import Column, Filter, Table
from knowledge.sectors import sectors
from knowledge.territory import territory

router = APIRouter()
PATH: Final = "/consola/registro"
READ: Final = Permission.READ_REGISTRY
MANAGE: Final = Permission.MANAGE_REGISTRY

TONES: Final = {
    "solicitada": "warning",
    "vigente": "good",
    "suspendida": "bad",
    "vencida": "quiet",
    "rechazada": "quiet",
}
HIDDEN: Final = "Lo ven Administración y Atención"
GIVEN: Final = ("registration_number", "valid_from", "valid_to")
"""What no applicant has before the ministry gives it."""
SOURCES: Final = {
    "registro": "Registro nacional",
    "consultor": "Consultor",
    "ministerio": "Ministerio",
    "vencimiento": "Por vencimiento",
}
ENDS: Final = (
    "Ya no se le podrá encontrar ni pedir cita. Las citas que ya tiene no se cancelan: se le avisa "
    "a cada empresa, y ella decide."
)
BOOKING_STATES: Final = {
    "held": "Apartada",
    "pending": "Espera al consultor",
    "proposed": "Espera al dueño: otra hora",
    "accepted": "Confirmada",
    "declined": "No aceptada",
    "expired": "Venció sin respuesta",
    "cancelled": "Cancelada",
    "done": "Realizada",
    "missed": "El dueño no llegó",
}
MODES: Final = {"on_site": "En el lugar", "remote": "A distancia", "both": "Como se prefiera"}
WEEKDAYS: Final = ("Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo")
CONTACT: Final = ("phone", "email")
USUAL_VALIDITY: Final = timedelta(days=2 * 365)
_TITLES: Final = {one.name: one.title for one in rules.FIELDS} | {
    "alta": "Entró al registro",
    "person_id": "Responde por chat",
}


def state_words(state: str) -> str:
    return rules.STATES.get(state, state)


TABLE: Final[Table[ConsultantLine]] = Table(
    path=PATH,
    title="Registro de consultores",
    search="Nombre, o parte del número de registro o de solicitud",
    empty="El registro está vacío. Suba el archivo del registro nacional en «Sincronizar».",
    personal=True,
    filters=(
        Filter("estado", "Estado", [("", "Todos"), *rules.STATES.items()]),
        Filter("categoria", "Categoría", [("", "Todas"), *rules.CATEGORIES.items()]),
        Filter(
            "departamento",
            "Departamento",
            [("", "Todos"), *((one.name, one.name) for one in territory().departments)],
        ),
        Filter("tipo", "Tipo", [("", "Todos"), *rules.KINDS.items()]),
        Filter("desaparecido", "En el registro", [("", "Todos"), ("si", "Ya no aparecen")]),
    ),
    columns=(
        Column(
            "Nombre",
            lambda one: one.name,
            link=lambda one: f"{PATH}/{one.consultant_id}",
            sort="nombre",
        ),
        Column("Número", lambda one: one.registration_number or "", sort="numero"),
        Column(
            "Estado",
            lambda one: state_words(one.state),
            tone=lambda one: TONES[one.state],
            sort="estado",
        ),
        Column("Vigente desde", lambda one: one.valid_from, only_exported=True),
        Column("Vence", lambda one: one.valid_to, sort="vence"),
        Column(
            "Categorías",
            lambda one: ", ".join(rules.CATEGORIES.get(name, name) for name in one.categories),
            wide=True,
        ),
        Column("Departamentos", lambda one: ", ".join(one.departments)),
        Column("Tipo", lambda one: rules.KINDS[one.kind], only_exported=True),
        Column("A distancia", lambda one: "Sí" if one.remote else "No", only_exported=True),
        Column("En el chat", lambda one: "Sí" if one.answers else "No", only_exported=True),
        Column("Cambió", lambda one: one.updated_at, sort="cambio", only_exported=True),
    ),
)

QUEUE: Final[Table[ConsultantLine]] = replace(
    TABLE,
    columns=(
        TABLE.columns[0],
        Column("Solicitud", lambda one: str(one.consultant_id)),
        Column(
            "Pedida",
            lambda one: one.updated_at,
            shown=lambda one: f"{pages.moment(one.updated_at)}, {pages.ago(one.updated_at)}",
            sort="cambio",
            wide=True,
        ),
        *(one for one in TABLE.columns if one.title in ("Categorías", "Departamentos")),
        Column("Tipo", lambda one: rules.KINDS[one.kind]),
    ),
)
"""Applications alone, as they wait for an answer."""


@router.get("/registro")
async def everybody(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """The whole registry, applications too."""
    is_queue = visit.request.query_params.get("estado") == "solicitada"
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            QUEUE if is_queue else TABLE,
            lambda asked: listing.consultants(session, asked, visit.now),
            "registry.html",
            "registry",
            waiting=await record.waiting(session),
            undecided=await conflicts.open_ones(session),
        )


@router.get("/registro/{consultant_id}")
async def one_consultant(visit: Annotated[Visit, Needs(READ)], consultant_id: int) -> Response:
    """One consultant. Who judges an application sees how to reach the person, and is recorded as
    having done so where they see nobody's otherwise."""
    if visit.may(MANAGE) and not visit.may(Permission.READ_PEOPLE):
        async with visit.console.database.session() as session:
            try:
                one = await record.record(session, consultant_id, visit.now)
            except NoSuchConsultant:
                raise HTTPException(404) from None
        if _may_reach(visit, one):
            async with acting(visit.console.database, visit.actor) as act:
                subject = f"consultant:{consultant_id}"
                act.did(Act("registry.contact", subject, person_id=one.person_id))
    return await show(visit, consultant_id, Form())


def _may_reach(visit: Visit, one: Record) -> bool:
    return visit.may(Permission.READ_PEOPLE) or (
        one.stored == "solicitada" and visit.may(Permission.MANAGE_REGISTRY)
    )


async def show(visit: Visit, consultant_id: int, form: Form, status: int = 200) -> Response:
    """The page of a consultant; ``form`` is what was typed into one of its forms. Answers 404 for
    the number of nobody."""
    now, day = visit.now, today()
    may_follow = visit.may(Permission.FOLLOW_BOOKINGS)
    async with visit.console.database.session() as session:
        try:
            one = await record.record(session, consultant_id, now)
        except NoSuchConsultant:
            raise HTTPException(404) from None
        may_reach = _may_reach(visit, one)
        is_registered = one.stored in rules.REGISTERED
        changes = await history.of(session, consultant_id)
        documents = await applications.documents_of(session, consultant_id)
        windows = await availability.windows_of(session, consultant_id)
        exceptions = await availability.exceptions_of(session, consultant_id, day)
        figures = (
            await doing.figures(session, consultant_id, now, terms=visit.console.terms)
            if is_registered
            else None
        )
        bookings = await agenda.to_come(session, consultant_id, now) if may_follow else []
    usual = {"desde": day.isoformat(), "hasta": (day + USUAL_VALIDITY).isoformat()}
    form = Form({**usual, **form.values}, form.errors)
    return pages.page(
        visit,
        "consultant.html",
        "registry",
        status,
        one=one,
        state=state_words(one.state),
        tone=TONES[one.state],
        fields=_fields(one, may_reach),
        history=[_entry(change, may_reach) for change in changes],
        documents=documents,
        is_registered=is_registered,
        ends=ENDS,
        figures=figures,
        bookings=[_booking(booking) for booking in bookings],
        may_follow=may_follow,
        week=_week(windows, one),
        exceptions=[(_when(kept.what), kept.what.opened) for kept in exceptions],
        terms=visit.console.terms.rules,
        may_manage=visit.may(MANAGE),
        form=form,
    )


def _fields(one: Record, may_reach: bool) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Who said them, and title and value in words of their fields."""

    def words(name: str) -> str:
        if name in CONTACT and not may_reach:
            return HIDDEN
        said = told(name, getattr(one, name)) or "–"
        return f"{said} (lo puso el ministerio)" if name == "state" and one.state_by_hand else said

    is_registered = one.stored in rules.REGISTERED
    return [
        (
            title,
            [
                (field.title, words(field.name))
                for field in rules.FIELDS
                if field.ruled_by == ruler and (is_registered or field.name not in GIVEN)
            ],
        )
        for ruler, title in zip(("registro", "consultor"), _headings(one), strict=True)
    ]


def _headings(one: Record) -> tuple[str, str]:
    if one.stored not in rules.REGISTERED:
        return "Lo que dice la solicitud", "Cómo atendería, según la solicitud"
    if one.is_awaited:
        first = "Aprobado aquí con su solicitud; el registro nacional todavía no lo trae"
    elif one.state_by_hand:
        first = "Lo que manda el registro, menos el estado"
    else:
        first = "Lo que manda el registro"
    return first, "Lo que manda el consultor"


def told(name: str, value: Any) -> str:
    """A field's value as staff read it, whether it comes from the table or from a change."""
    if value is None:
        return ""
    if name == "alta":
        return str(value[0]) if isinstance(value, list) and value else ""
    if name == "sectors":
        return ", ".join(_sector(each) for each in value) or "Todos"
    names = _NAMES.get(name)
    if isinstance(value, list | tuple):
        return ", ".join(_named(names, each) for each in value) or "Sin indicar"
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if name in ("fee_min", "fee_max"):
        return f"${pages.number(value)}"
    if name in ("valid_from", "valid_to"):
        return pages.day(_day(value))
    return _named(names, value)


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _named(names: Mapping[str, str] | None, value: Any) -> str:
    return str(value) if names is None else names.get(str(value), str(value))


def _sector(identity: str) -> str:
    one = sectors().get(identity)
    return identity if one is None else one.title


_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": rules.KINDS,
    "categories": rules.CATEGORIES,
    "state": rules.STATES,
    "languages": rules.LANGUAGES,
    "fee_unit": rules.FEE_UNITS,
}


def _entry(change: Change, may_reach: bool) -> Mapping[str, Any]:
    """A change in words; how to reach somebody only for who may."""
    is_hidden = change.field in CONTACT and not may_reach
    before, after = (
        ("", "(no se muestra)")
        if is_hidden
        else (told(change.field, change.before), told(change.field, change.after))
    )
    return {
        "title": title_of(change.field),
        "before": before,
        "after": after,
        "source": SOURCES.get(change.source, change.source),
        "by": change.by,
        "reason": change.reason,
        "at": change.at,
    }


def title_of(field: str) -> str:
    """What staff read for a field of a consultant."""
    return _TITLES.get(field, field)


def _booking(booking: Booked) -> Mapping[str, Any]:
    return {
        "starts": booking.span.starts,
        "state": BOOKING_STATES[booking.state],
        "tone": "good" if booking.state == "accepted" else "warning",
        "mode": MODES[booking.mode],
        "person_id": booking.person_id,
    }


def _possible(mode: str, who: Record) -> str:
    """What is left of an hour's way of meeting for who only comes, or only calls."""
    if mode != "both" or who.on_site == who.remote:
        return mode
    return "on_site" if who.on_site else "remote"


def _week(windows: Sequence[Window], who: Record) -> Sequence[tuple[str, Sequence[str]]]:
    """The days on which there is time, with their hours, and how they can be met then."""
    return [
        (
            name,
            [
                f"{one.starts:%H:%M} a {one.ends:%H:%M}, {MODES[_possible(one.mode, who)].lower()}"
                for one in windows
                if one.weekday == weekday
            ],
        )
        for weekday, name in enumerate(WEEKDAYS)
        if any(one.weekday == weekday for one in windows)
    ]


def _when(what: openings.Exceptional) -> str:
    days = pages.day(what.first)
    if what.last != what.first:
        days = f"{days} al {pages.day(what.last)}"
    if what.starts is None or what.ends is None:
        return days
    return f"{days}, de {what.starts:%H:%M} a {what.ends:%H:%M}"


@router.get("/registro/{consultant_id}/documentos/{document_id}")
async def document(
    visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int, document_id: int
) -> Response:
    """A paper of an application, to be kept and not shown: whoever opens it is recorded."""
    async with visit.console.database.session() as session:
        found = await applications.document(session, consultant_id, document_id)
        if found is None:
            raise HTTPException(404)
        one = await record.record(session, consultant_id, visit.now)
    async with acting(visit.console.database, visit.actor) as act:
        act.did(
            Act(
                "registry.document",
                f"consultant:{consultant_id}",
                after={"document": document_id},
                person_id=one.person_id,
            )
        )
    plain = found.name.encode("ascii", "replace").decode()
    plain = "".join("_" if sign in '?"\\' else sign for sign in plain)
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name)}"
            ),
            "Cache-Control": "no-store",
        },
    )
