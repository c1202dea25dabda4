"""«Preguntas sin respuesta»: the list, one question in all its wordings, and who looks after it.

How it gets its answer is in api.console.rooms.question_answers.
"""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.articles.errors import ArticleRefused, Defective
from actions.audit import reading as audit
from actions.audit.acts import told
from actions.questions import listing, reading
from actions.questions.reading import Cluster, NoSuchCluster
from actions.questions.service import NoSuchQuestion
from actions.questions.staff import NothingToPart, NotOpen, NotToReopen
from actions.staff import accounts
from actions.staff.permissions import Permission
from actions.store.listing import MOST_EXPORTED, PAGE, Asked
from api import question_acts
from api.acting import acting
from api.clock import today
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.tables import Column, Filter, Table
from api.question_acts import OUTCOMES, RESOLUTIONS, NotServed

router = APIRouter()
PATH: Final = "/consola/preguntas"
READ: Final = Permission.READ_KNOWLEDGE
SORT: Final = Permission.SORT_QUESTIONS
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
LONGEST_LABEL: Final = 140
"""Characters of a question in lists and headings."""
LONGEST_NOTE: Final = 2_000
ENTRIES: Final = 30
"""Of a question's history."""

STATES: Final = {"open": "Abierta", "resolved": "Resuelta", "dismissed": "Descartada"}
TONES: Final = {"open": "warning", "resolved": "good", "dismissed": "quiet"}
_ALL: Final = "todas"


def short(words: str) -> str:
    """A question on one line, cut where it is long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1].rstrip()}…"


def people(count: int) -> str:
    """So many people, in words."""
    return "1 persona" if count == 1 else f"{pages.number(count)} personas"


TABLE: Final[Table[Cluster]] = Table(
    path=PATH,
    title="Preguntas sin respuesta",
    search="Buscar por palabras de la pregunta",
    empty="No hay preguntas sin resolver.",
    filters=(
        Filter(
            "estado",
            "Estado",
            [
                ("", "Sin resolver"),
                ("resueltas", "Resueltas"),
                ("descartadas", "Descartadas"),
                (_ALL, "Todas"),
            ],
        ),
        Filter(
            "edad",
            "Desde cuándo",
            [
                ("", "Cuando sea"),
                ("semana", "Últimos 7 días"),
                ("mes", "Hace 7 a 30 días"),
                ("mas", "Hace más de 30 días"),
            ],
        ),
        Filter("asignada", "A cargo de", [("", "Cualquiera"), ("mi", "Usted"), ("nadie", "Nadie")]),
    ),
    columns=(
        Column(
            "Pregunta",
            lambda one: one.label,
            shown=lambda one: short(one.label),
            link=lambda one: f"{PATH}/{one.number}",
            wide=True,
        ),
        Column("Veces", lambda one: one.size, sort="veces", number=True),
        Column("Esperan", lambda one: one.waiting, sort="esperan", number=True),
        Column("Desde", lambda one: one.first_on, sort="edad"),
        Column("Última vez", lambda one: one.last_on),
        Column("A cargo de", lambda one: one.assigned_to or "nadie"),
        Column("Estado", lambda one: STATES[one.state], tone=lambda one: TONES[one.state]),
    ),
)


@router.get("/preguntas")
async def questions(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """All questions, those without an answer unless others are asked for."""
    day = today()
    async with visit.console.database.session() as session:
        ages = await reading.ages(session, day)
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: listing.clusters(session, _usual(asked), day, visit.member.name),
            "questions.html",
            "questions",
            ages=ages,
        )


def _usual(asked: Asked) -> Asked:
    others = {name: value for name, value in asked.filters.items() if name != "estado"}
    state = asked.filters.get("estado") or "abiertas"
    return replace(asked, filters=others if state == _ALL else {**others, "estado": state})


@router.get("/preguntas/{number}")
async def show(visit: Annotated[Visit, Needs(READ)], number: Number) -> Response:
    """One question."""
    return await show_question(visit, number, Form())


async def found(session: AsyncSession, number: int) -> Cluster:
    """The question, or a page that says that it is not there."""
    try:
        return await reading.one(session, number)
    except NoSuchCluster:
        raise HTTPException(404) from None


async def show_question(visit: Visit, number: int, form: Form, status: int = 200) -> Response:
    """The page of a question; ``form`` is what was typed into it."""
    may = visit.may(SORT)
    page = _page(visit.request.query_params.get("pagina", ""))
    async with visit.console.database.session() as session:
        cluster = await found(session, number)
        wordings = await reading.wordings(session, number, (page - 1) * PAGE, PAGE)
        entries = await audit.of_subject(session, question_acts.subject(number), ENTRIES)
        names = await _sorters(session) if may else []
    articles = visit.console.shelf().library.articles
    return pages.page(
        visit,
        "question.html",
        "questions",
        status,
        cluster=cluster,
        title=short(cluster.label),
        state=STATES[cluster.state],
        tone=TONES[cluster.state],
        how=RESOLUTIONS[cluster.resolution] if cluster.resolution else "",
        waiting=people(cluster.waiting),
        wordings=wordings,
        page=page,
        page_count=max(1, -(-cluster.size // PAGE)),
        outcomes=OUTCOMES,
        titles={one: article.title for one, article in articles.items()},
        entries=entries,
        told=told,
        names=[(name, name) for name in names],
        may_sort=may,
        form=form,
        longest_note=LONGEST_NOTE,
    )


def _page(given: str) -> int:
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 7 else 1


async def _sorters(session: AsyncSession) -> list[str]:
    """Those whom a question can be given to."""
    asked = Asked(filters={"estado": "activas"}, limit=MOST_EXPORTED)
    members = (await accounts.members(session, asked)).rows
    return [one.name for one in members if SORT in one.permissions]


def refused(visit: Visit, number: int, error: Exception) -> Response:
    """On to the question, or to the list where it is gone, with the reason why nothing was done.
    Whatever is no fault of the staff is raised again."""
    if isinstance(error, NoSuchCluster):
        gone = "Esa pregunta ya no está: alguien la juntó con otra. No se hizo nada."
        return pages.redirect(visit, PATH, gone, tone="bad")
    sentence = why_not(error)
    if sentence is None:
        raise error
    return pages.redirect(visit, f"{PATH}/{number}", sentence, tone="bad")


def why_not(error: Exception) -> str | None:
    """The sentence for what staff could not do with a question; None for any other failure."""
    match error:
        case NotOpen():
            did = "resolvió" if error.state == "resolved" else "descartó"
            return f"{error.by or 'Alguien'} ya la {did}. No se hizo nada más."
        case NotToReopen(state="open"):
            return "La pregunta ya está abierta."
        case NotToReopen():
            return "Ya tiene un artículo que la contesta. Si no sirve, cambie el artículo."
        case NoSuchQuestion():
            return "Esa forma de preguntar ya no está aquí: alguien la separó o la juntó."
        case NothingToPart():
            return "Es una sola: no hay nada que separar ni juntar."
        case NotServed():
            return "Ese artículo no se está sirviendo: publíquelo antes de avisar de él."
        case Defective():
            return "El artículo no lo acepta: " + "; ".join(one.message for one in error.problems)
        case ArticleRefused():
            return str(error)
    return None


def told_of(ended: question_acts.Ended) -> str:
    """Who hears of the answer, in words."""
    if not ended.told and not ended.not_told:
        return "Nadie había pedido que se le avisara."
    sentences = []
    if ended.told:
        sentences.append(f"Se avisará a {people(ended.told)}.")
    if ended.not_told:
        sentences.append(
            f"A {people(ended.not_told)} no se puede avisar, porque ya no quiere mensajes o borró "
            "sus datos."
        )
    return " ".join(sentences)


@router.post("/preguntas/{number}/asignar")
async def assign(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """Gives it to somebody, to oneself, or to nobody."""
    form = Form({"persona": visit.text("persona")})
    to = None if visit.text("nadie") else form["persona"]
    try:
        async with acting(visit.console.database, visit.actor) as act:
            if to is not None and to not in await _sorters(act.session):
                form.wrong("persona", "Elija a alguien de la lista.")
                raise _Wrong
            before = await question_acts.assign(act, number, to)
    except _Wrong:
        return await show_question(visit, number, form, 422)
    except Exception as error:
        return refused(visit, number, error)
    if to is None:
        notice = "La pregunta quedó sin nadie a cargo."
    elif to == visit.member.name:
        notice = "La pregunta queda a su cargo."
    else:
        notice = f"La pregunta queda a cargo de {to}."
    if before is not None and before != to:
        notice += f" Antes la tenía {before}."
    return pages.redirect(visit, f"{PATH}/{number}", notice)


class _Wrong(Exception):
    """What was typed has to be put right; the form says what."""


def _note(visit: Visit, name: str) -> Form:
    form = Form({name: visit.text(name)})
    if len(form[name]) > LONGEST_NOTE:
        form.wrong(
            name,
            f"La nota tiene {pages.number(len(form[name]))} letras y caben "
            f"{pages.number(LONGEST_NOTE)}: acórtela.",
        )
    return form


@router.post("/preguntas/{number}/no-corresponde")
async def not_ours(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """It is nothing that the ministry answers: those who wait are told so."""
    form = _note(visit, "nota_no_corresponde")
    if not form.is_right:
        return await show_question(visit, number, form, 422)
    console = visit.console
    try:
        async with acting(console.database, visit.actor) as act:
            ended = await question_acts.not_ours(
                act,
                console.shelf().library,
                console.responses,
                number,
                form["nota_no_corresponde"],
                visit.member.name,
                visit.now,
            )
    except Exception as error:
        return refused(visit, number, error)
    return pages.redirect(
        visit,
        f"{PATH}/{number}",
        f"Quedó resuelta: no le toca al ministerio. {told_of(ended)}",
    )


@router.post("/preguntas/{number}/descartar")
async def dismiss(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """It is no question: nobody is told."""
    form = _note(visit, "nota_descartar")
    if not form.is_right:
        return await show_question(visit, number, form, 422)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            await question_acts.dismiss(
                act, number, form["nota_descartar"], visit.member.name, visit.now
            )
    except Exception as error:
        return refused(visit, number, error)
    return pages.redirect(
        visit, f"{PATH}/{number}", "La pregunta quedó descartada. No se avisó a nadie."
    )


@router.post("/preguntas/{number}/abrir")
async def reopen(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """It was ended by mistake."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            waiting = await question_acts.reopen(act, number)
    except Exception as error:
        return refused(visit, number, error)
    notice = "La pregunta está abierta otra vez."
    if waiting:
        notice += f" La respuesta la {'espera' if waiting == 1 else 'esperan'} {people(waiting)}."
    return pages.redirect(visit, f"{PATH}/{number}", notice)


@router.post("/preguntas/{number}/separar")
async def part(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """One of its wordings is another question."""
    given = visit.text("forma")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return refused(visit, number, NoSuchQuestion(given))
    try:
        async with acting(visit.console.database, visit.actor) as act:
            new = await question_acts.part(act, int(given), number)
    except Exception as error:
        return refused(visit, number, error)
    return pages.redirect(
        visit, f"{PATH}/{new}", "Ahora es una pregunta aparte, con lo que espera quien la hizo."
    )
