"""What synchronisations of the registry could not decide: each waits for a person."""

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.registry import conflicts, record
from actions.registry.conflicts import DECISIONS, LONGEST_NOTE, ConflictLine
from actions.registry.difference import CONFLICTS
from actions.registry.errors import NoSuchConflict, RegistryRefused
from api.acting import acting
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.registry import ENDS, MANAGE, PATH, told
from api.console.tables import Column, Filter, Table
from api.console.telling import sentence
from bot import registry_notices

router = APIRouter()
LIST: Final = f"{PATH}/conflictos"
BEGINS: Final = "Se le podrá encontrar y pedir cita otra vez, y se le avisa si usa el chat."


def _value(one: ConflictLine, value: str | None) -> str:
    if value is None:
        return "–"
    return value if one.kind == "nombre" else told("state", value)


def _decision(one: ConflictLine) -> str:
    if one.decision is None:
        return "Por decidir"
    if one.decided_by is None:
        return f"Se cerró sola: {_lowered(one.note)}"
    return DECISIONS[one.kind].get(one.decision, one.decision)


def _lowered(note: str | None) -> str:
    said = (note or "ya no había qué decidir").rstrip(".")
    return f"{said[0].lower()}{said[1:]}"


def _sure(one: ConflictLine) -> tuple[str, str]:
    """The decision that changes what people can do, and the question before it; empty for none."""
    if one.kind == "desaparecido":
        return "suspender", f"¿Suspender a {one.name}? {ENDS}"
    if one.kind == "estado" and one.theirs is not None:
        after = f"¿Poner a {one.name} el estado «{told('state', one.theirs)}»?"
        return "registro", f"{after} {ENDS if one.theirs != 'vigente' else BEGINS}"
    return "", ""


TABLE: Final[Table[ConflictLine]] = Table(
    path=LIST,
    title="Conflictos del registro",
    empty="No hay conflictos.",
    filters=(
        Filter(
            "decidido", "Decisión", [("", "Todas"), ("no", "Por decidir"), ("si", "Ya decididas")]
        ),
        Filter("tipo", "Tipo", [("", "Todos"), *CONFLICTS.items()]),
    ),
    columns=(
        Column(
            "Consultor", lambda one: one.name, link=lambda one: f"{LIST}/{one.id}", sort="nombre"
        ),
        Column("Número", lambda one: one.registration_number),
        Column("Qué pasa", lambda one: CONFLICTS.get(one.kind, one.kind), wide=True),
        Column("Tenemos", lambda one: _value(one, one.ours)),
        Column("El registro dice", lambda one: _value(one, one.theirs)),
        Column(
            "Decisión",
            _decision,
            tone=lambda one: "warning" if one.decision is None else "quiet",
        ),
        Column("Desde", lambda one: one.at, sort="fecha"),
    ),
)


@router.get("/registro/conflictos")
async def everything(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """All conflicts, the open ones first."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: conflicts.conflicts(session, asked),
            "registry_conflicts.html",
            "registry",
        )


@router.get("/registro/conflictos/{conflict_id}")
async def one_conflict(visit: Annotated[Visit, Needs(MANAGE)], conflict_id: int) -> Response:
    """One conflict, with how it may be decided."""
    return await _show(visit, conflict_id, Form())


async def _conflict(visit: Visit, conflict_id: int) -> ConflictLine:
    """Answers 404 for the number of none."""
    async with visit.console.database.session() as session:
        try:
            return await conflicts.conflict(session, conflict_id)
        except NoSuchConflict:
            raise HTTPException(404) from None


async def _show(visit: Visit, conflict_id: int, form: Form, status: int = 200) -> Response:
    one = await _conflict(visit, conflict_id)
    return pages.page(
        visit,
        "registry_conflict.html",
        "registry",
        status,
        one=one,
        what=CONFLICTS[one.kind],
        ours=_value(one, one.ours),
        theirs=_value(one, one.theirs),
        decision=_decision(one),
        is_by_itself=one.decision is not None and one.decided_by is None,
        sure=_sure(one),
        choices=[(name, said, "") for name, said in DECISIONS[one.kind].items()],
        form=form,
        longest=LONGEST_NOTE,
    )


@router.post("/registro/conflictos/{conflict_id}")
async def decide(visit: Annotated[Visit, Needs(MANAGE)], conflict_id: int) -> Response:
    """Decides it, and does what follows."""
    one = await _conflict(visit, conflict_id)
    form = Form(
        {
            "decision": visit.text("decision"),
            "nota": visit.text("nota").strip()[:LONGEST_NOTE],
        }
    )
    if form["decision"] not in DECISIONS[one.kind]:
        form.wrong("decision", "Elija una de las opciones.")
        return await _show(visit, conflict_id, form, 422)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            before = await record.record(act.session, one.consultant_id, visit.now)
            await conflicts.decide(
                act.session,
                conflict_id,
                form["decision"],
                visit.member.name,
                visit.now,
                form["nota"],
            )
            after = await record.record(act.session, one.consultant_id, visit.now)
            said = f"Quedó decidido: {one.name}."
            if after.stored != before.stored:
                told = await registry_notices.tell_state(
                    act.session, visit.console.responses, after, after.stored
                )
                said = f"{said} {sentence(told)}"
            act.did(
                Act(
                    "registry.decide",
                    f"conflict:{conflict_id}",
                    before={"kind": one.kind, "ours": one.ours, "theirs": one.theirs},
                    after={"decision": form["decision"], "consultant": one.consultant_id},
                    note=form["nota"],
                )
            )
    except RegistryRefused as refused:
        return pages.redirect(visit, f"{LIST}/{conflict_id}", str(refused), tone="bad")
    return pages.redirect(visit, f"{LIST}?decidido=no", said)
