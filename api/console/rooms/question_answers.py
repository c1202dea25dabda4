"""How a question gets its answer by an article, and how two that are one are joined."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.answers.why import why
from actions.questions import listing
from actions.questions.reading import Cluster
from actions.questions.staff import NothingToPart, NotOpen
from actions.store.listing import Asked
from api import question_acts
from api.acting import acting
from api.clock import today
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.questions import (
    LONGEST_NOTE,
    PATH,
    SORT,
    Number,
    found,
    people,
    refused,
    short,
    told_of,
    why_not,
)
from api.console.searching import searched
from bot.answer_ready import content_for
from knowledge.articles import Article
from knowledge.check import ALIASES
from knowledge.library import Library
from knowledge.text import fold, words

router = APIRouter()
ArticleId = Annotated[str, Path(pattern=r"^[a-z0-9-]+$", max_length=100)]
LONGEST_SEARCH: Final = 100
LONGEST_ALIAS: Final = 80
"""Characters: who asks in more words is not found by them again."""
MOST_BY_TITLE: Final = 15
OTHERS: Final = 15
"""Questions that are offered for joining."""
_MARKS: Final = " ¿?¡!.,;:«»\"'"


@dataclass(frozen=True, slots=True)
class Offered:
    """An article that may be the answer: what it says that is nearest to the question, and how
    sure the search is of it, from 0 to 1; None where its title alone was found."""

    article: str
    title: str
    passage: str
    confidence: float | None


def _search(visit: Visit) -> str:
    return visit.request.query_params.get("buscar", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


@router.get("/preguntas/{number}/articulo")
async def choose(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """Which article answers it: those that the search finds, and those with the words as title."""
    async with visit.console.database.session() as session:
        cluster = await found(session, number)
    if cluster.state != "open":
        return refused(visit, number, NotOpen(number, cluster.state, cluster.resolved_by))
    search = _search(visit)
    library = await searched(visit.console)
    return pages.page(
        visit,
        "question_choose.html",
        "questions",
        cluster=cluster,
        title=short(cluster.label),
        search=search,
        longest=LONGEST_SEARCH,
        offered=_offered(library, search or cluster.label, by_title=bool(search)),
    )


def _offered(library: Library, search: str, *, by_title: bool) -> list[Offered]:
    offered = [
        Offered(one.article, one.title, one.passage, one.confidence)
        for one in why(library, search).candidates
    ]
    wanted = words(search) if by_title else []
    if wanted:
        known = {one.article for one in offered}
        titled = (
            Offered(one.id, one.title, one.blocks[0].text, None)
            for one in library.articles.values()
            if one.id not in known and all(word in fold(one.title) for word in wanted)
        )
        offered += sorted(titled, key=lambda one: fold(one.title))[:MOST_BY_TITLE]
    return offered


@router.get("/preguntas/{number}/articulo/{article_id}")
async def ask_answer(
    visit: Annotated[Visit, Needs(SORT)], number: Number, article_id: ArticleId
) -> Response:
    """What the article answers, and what resolving by it would do."""
    return await _ask(visit, number, article_id, None)


async def _ask(
    visit: Visit, number: int, article_id: str, form: Form | None, status: int = 200
) -> Response:
    console = visit.console
    library = console.shelf().library
    article = library.articles.get(article_id)
    if article is None:
        raise HTTPException(404)
    async with console.database.session() as session:
        cluster = await found(session, number)
    if cluster.state != "open":
        return refused(visit, number, NotOpen(number, cluster.state, cluster.resolved_by))
    is_full = len(article.aliases) >= ALIASES[1]
    if form is None:
        mode = "articulo" if is_full else "alias"
        form = Form({"modo": mode, "alias": _alias_of(cluster, article), "nota": ""})
    message = content_for(console.responses, library.articles)(article_id, cluster.label)
    return pages.page(
        visit,
        "question_answer.html",
        "questions",
        status,
        cluster=cluster,
        title=short(cluster.label),
        waiting=people(cluster.waiting),
        article=article,
        is_full=is_full,
        most=ALIASES[1],
        message=message,
        form=form,
        modes=_modes(is_full),
        longest_alias=LONGEST_ALIAS,
        longest_note=LONGEST_NOTE,
    )


def _alias_of(cluster: Cluster, article: Article) -> str:
    """The words of the question as the article could have them, where they are short and new."""
    alias = " ".join(cluster.label.split()).strip(_MARKS)
    known = {fold(one) for one in (article.title, *article.aliases)}
    return "" if len(alias) > LONGEST_ALIAS or fold(alias) in known else alias


def _modes(is_full: bool) -> list[tuple[str, str, str]]:
    more = (
        "alias",
        "Agregar palabras al artículo",
        "Se hace una versión nueva con ellas, que otra persona tiene que aprobar.",
    )
    same = ("articulo", "Dejar el artículo como está", "Contesta la pregunta tal como es hoy.")
    return [same] if is_full else [more, same]


@router.post("/preguntas/{number}/articulo/{article_id}")
async def answer(
    visit: Annotated[Visit, Needs(SORT)], number: Number, article_id: ArticleId
) -> Response:
    """Resolves it by the article, with other words for it or as it is."""
    form = _typed(visit)
    if not form.is_right:
        return await _ask(visit, number, article_id, form, 422)
    console = visit.console
    try:
        async with acting(console.database, visit.actor) as act:
            ended = await question_acts.answer(
                act,
                console.shelf().library,
                console.register,
                console.responses,
                number,
                article_id,
                form["alias"] if form["modo"] == "alias" else "",
                form["nota"],
                visit.member.name,
                visit.now,
                to_review=True,
            )
    except question_acts.AliasRefused as error:
        form.wrong("", str(why_not(error.why)))
        return await _ask(visit, number, article_id, form, 422)
    except Exception as error:
        return refused(visit, number, error)
    notice = f"La pregunta quedó resuelta. {told_of(ended)}"
    if ended.draft is not None:
        notice += f" La versión {ended.draft} del artículo espera la revisión de otra persona."
    return pages.redirect(visit, f"{PATH}/{number}", notice)


def _typed(visit: Visit) -> Form:
    alias = " ".join(visit.text("alias").split())
    form = Form({"modo": visit.text("modo"), "alias": alias, "nota": visit.text("nota")})
    if form["modo"] not in ("alias", "articulo"):
        form.wrong("modo", "Elija una de las dos.")
    elif form["modo"] == "alias":
        if not fold(alias):
            form.wrong("alias", "Escriba las palabras, o deje el artículo como está.")
        elif len(alias) > LONGEST_ALIAS:
            form.wrong("alias", f"Tiene {len(alias)} letras y caben {LONGEST_ALIAS}: acórtelas.")
    if len(form["nota"]) > LONGEST_NOTE:
        form.wrong("nota", f"La nota pasa de {pages.number(LONGEST_NOTE)} letras: acórtela.")
    return form


@router.get("/preguntas/{number}/juntar")
async def choose_other(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """Which other question is the same one."""
    return await _choose_other(visit, number, Form())


async def _choose_other(visit: Visit, number: int, form: Form, status: int = 200) -> Response:
    search = _search(visit)
    asked = Asked(search=search, filters={"estado": "abiertas"}, limit=OTHERS + 1)
    async with visit.console.database.session() as session:
        cluster = await found(session, number)
        others = await listing.clusters(session, asked, today(), visit.member.name)
    if cluster.state != "open":
        return refused(visit, number, NotOpen(number, cluster.state, cluster.resolved_by))
    return pages.page(
        visit,
        "question_join.html",
        "questions",
        status,
        cluster=cluster,
        title=short(cluster.label),
        search=search,
        longest=LONGEST_SEARCH,
        others=[
            (str(one.number), short(one.label), _asked_so_often(one))
            for one in others.rows
            if one.number != number
        ][:OTHERS],
        form=form,
    )


def _asked_so_often(one: Cluster) -> str:
    times = "1 vez" if one.size == 1 else f"{pages.number(one.size)} veces"
    waiting = f", esperan {people(one.waiting)}" if one.waiting else ""
    return f"Se preguntó {times}{waiting}"


@router.post("/preguntas/{number}/juntar")
async def join(visit: Annotated[Visit, Needs(SORT)], number: Number) -> Response:
    """The other question's wordings come to this one."""
    given = visit.text("otra")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        form = Form({"otra": ""})
        form.wrong("otra", "Elija la pregunta que es la misma.")
        return await _choose_other(visit, number, form, 422)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            await question_acts.merge(act, number, int(given))
    except NothingToPart:
        return pages.redirect(
            visit, f"{PATH}/{number}", "Es la misma pregunta: no hay nada que juntar.", tone="bad"
        )
    except Exception as error:
        return refused(visit, number, error)
    return pages.redirect(
        visit,
        f"{PATH}/{number}",
        "Las dos son ahora una sola, con todas sus formas y con todos los que esperan.",
    )
