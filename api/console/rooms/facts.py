"""«Hechos»: what may be stated and where it comes from, what the ministry confirms, what ends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from actions.articles import facts as saying
from actions.articles import facts_listing, to_confirm
from actions.articles.errors import Missing
from actions.articles.facts_listing import CERTAINTIES, FactLine
from actions.articles.to_confirm import CONFIDENCE
from actions.staff.permissions import Permission
from api import article_acts
from api.acting import Acting, acting
from api.clock import today
from api.console import exports, pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form, day_typed
from api.console.tables import Column, Filter, Table
from knowledge.topics import TOPICS

router = APIRouter()
PATH: Final = "/consola/hechos"
READ: Final = Permission.READ_KNOWLEDGE
CONFIRM: Final = Permission.CONFIRM_FACTS
FactId = Annotated[str, Path(pattern=r"^[A-Za-z][\w.-]*$", max_length=60)]
LONGEST: Final = 300
"""Characters of what staff give with a fact."""

STANDINGS: Final = {
    "vigente": "Rige",
    "terminado": "Ya no rige",
    "por_empezar": "Todavía no rige",
}
STANDING_TONES: Final = {"vigente": "good", "terminado": "bad", "por_empezar": "warning"}
CERTAINTY_TONES: Final = {"confirmed": "good", "recalled": "warning", "uncertain": "bad"}


def _certainty(line: FactLine) -> str:
    """How sure a fact is, with word of a part that is not."""
    if line.pending and line.confidence == "confirmed":
        return "Confirmado en parte"
    return line.certainty.capitalize()


def _certainty_tone(line: FactLine) -> str:
    is_partly = line.pending and line.confidence == "confirmed"
    return "warning" if is_partly else CERTAINTY_TONES[line.confidence]


TABLE: Final[Table[FactLine]] = Table(
    path=PATH,
    title="Hechos",
    search="Buscar en el hecho y su fuente",
    filters=(
        Filter("tema", "Tema", [("", "Todos"), *TOPICS.items()]),
        Filter(
            "certeza",
            "Certeza",
            [
                ("", "Todas"),
                *((name, CONFIDENCE[one].capitalize()) for name, one in CERTAINTIES.items()),
            ],
        ),
        Filter("vigencia", "Vigencia", [("", "Todas"), *STANDINGS.items()]),
        Filter("pendiente", "Algo pendiente", [("", "Todos"), ("si", "Sí"), ("no", "No")]),
    ),
    columns=(
        Column(
            "Hecho", lambda one: one.fact_id, link=lambda one: f"{PATH}/{one.fact_id}", sort="hecho"
        ),
        Column("Lo que dice", lambda one: one.text, wide=True),
        Column("Tema", lambda one: one.topic_name, sort="tema"),
        Column("Fuente", lambda one: ", ".join(filter(None, (one.instrument, one.locator)))),
        Column("Certeza", _certainty, tone=_certainty_tone),
        Column(
            "Vigencia",
            lambda one: STANDINGS[one.standing],
            tone=lambda one: STANDING_TONES[one.standing],
        ),
        Column("Artículos", lambda one: len(one.articles), number=True, sort="articulos"),
    ),
)


@router.get("/hechos")
async def facts(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """All facts."""
    day, register = today(), visit.console.register
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: facts_listing.facts(session, register, asked, day),
            "facts.html",
            "facts",
        )


@router.get("/hechos/por-confirmar")
async def list_to_confirm(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """What the ministry still has to confirm, as a file for a spreadsheet."""
    async with visit.console.database.session() as session:
        rows = await to_confirm.read(session, visit.console.register, today())
    content = await asyncio.to_thread(to_confirm.as_csv, rows)
    return Response(
        content,
        media_type=exports.CSV,
        headers={
            "Content-Disposition": 'attachment; filename="por-confirmar.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/hechos/{fact_id}")
async def show(visit: Annotated[Visit, Needs(READ)], fact_id: FactId) -> Response:
    """One fact."""
    return await _show(visit, fact_id, Form())


async def _show(visit: Visit, fact_id: str, form: Form, status: int = 200) -> Response:
    async with visit.console.database.session() as session:
        fact = await facts_listing.fact(session, visit.console.register, fact_id, today())
    return pages.page(
        visit,
        "fact.html",
        "facts",
        status,
        fact=fact,
        line=fact.line,
        certainty=_certainty(fact.line),
        certainty_tone=_certainty_tone(fact.line),
        standing=STANDINGS[fact.line.standing],
        standing_tone=STANDING_TONES[fact.line.standing],
        instrument_certainty=CONFIDENCE[fact.instrument.confidence] if fact.instrument else "",
        form=form,
        longest=LONGEST,
    )


def _typed(visit: Visit, *names: str) -> Form:
    return Form({name: visit.text(name).strip()[:LONGEST] for name in names})


def _day(form: Form, name: str) -> date | None:
    """The day in a field, which is marked where there is none."""
    day = day_typed(form[name])
    if day is None:
        form.wrong(name, "Escriba el día, por ejemplo 31/12/2026.")
    return day


@router.post("/hechos/{fact_id}/confirmar")
async def confirm(visit: Annotated[Visit, Needs(CONFIRM)], fact_id: FactId) -> Response:
    """Says who confirmed a fact, when, and in which document."""
    form = _typed(visit, "who", "when", "document", "confirm_note")
    day = _day(form, "when")
    if day is not None and day > today():
        form.wrong("when", "Ese día todavía no llega: diga el día en que lo confirmaron.")
    if not form["who"]:
        form.wrong("who", "Diga quién lo confirmó: nombre y cargo.")
    if not form["document"]:
        form.wrong("document", "Diga en qué documento consta.")
    if day is None or not form.is_right:
        return await _show(visit, fact_id, form, 422)
    source = f"{form['who']}, {day:%d/%m/%Y}, {form['document']}"

    async def work(act: Acting) -> str:
        before = await facts_listing.fact(act.session, visit.console.register, fact_id, today())
        await saying.confirm(
            act.session,
            visit.console.register,
            fact_id,
            source,
            visit.member.name,
            visit.now,
            note=form["confirm_note"],
        )
        act.did(
            article_acts.confirmed(fact_id, before.line.confidence, source, form["confirm_note"])
        )
        return f"{fact_id} quedó confirmado."

    return await _said(visit, fact_id, form, "document", work)


@router.post("/hechos/{fact_id}/terminar")
async def end(visit: Annotated[Visit, Needs(CONFIRM)], fact_id: FactId) -> Response:
    """Says the last day on which a fact holds, and why."""
    form = _typed(visit, "last_day", "why")
    last = _day(form, "last_day")
    if not form["why"]:
        form.wrong("why", "Diga por qué: qué norma o documento lo termina.")
    if last is None or not form.is_right:
        return await _show(visit, fact_id, form, 422)

    async def work(act: Acting) -> str:
        before = await facts_listing.fact(act.session, visit.console.register, fact_id, today())
        await saying.end(
            act.session,
            visit.console.register,
            fact_id,
            last,
            visit.member.name,
            form["why"],
            visit.now,
        )
        act.did(article_acts.ended(fact_id, before.line.valid_to, last, form["why"]))
        if last < today():
            return f"{fact_id} ya no rige: sus artículos quedaron detenidos."
        return f"{fact_id} rige hasta el {pages.day(last)}; después sus artículos se detienen."

    return await _said(visit, fact_id, form, "why", work)


async def _said(
    visit: Visit,
    fact_id: str,
    form: Form,
    field: str,
    work: Callable[[Acting], Awaitable[str]],
) -> Response:
    """Does what was said of a fact, and tells what became of it."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            said = await work(act)
    except Missing as refused:
        form.wrong(field, str(refused))
        return await _show(visit, fact_id, form, 422)
    return pages.redirect(visit, f"{PATH}/{fact_id}", said)
