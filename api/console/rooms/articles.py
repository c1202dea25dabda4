"""«Artículos»: what is served, what waits, who wrote and reviewed it, and what changed.

Writing is in api.console.rooms.article_editing, deciding in api.console.rooms.article_review.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.articles import listing, reading, remembered, rules, standing, versions
from actions.articles.errors import ArticleRefused, Defective, Overtaken, Problem
from actions.articles.given import is_same_name
from actions.articles.listing import SERVING, ArticleLine, VersionLine
from actions.articles.rules import DRAFT, IN_REVIEW, PUBLISHED, STATES
from actions.articles.to_confirm import CONFIDENCE
from actions.articles.versions import Version
from actions.audit import reading as audit
from actions.audit.acts import told
from actions.staff.permissions import Permission
from api.clock import today
from api.console import pages, phones, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.tables import Column, Filter, Table
from bot.preview import Previewed, previewed
from knowledge.marked_yaml import SourceError
from knowledge.topics import TOPICS

router = APIRouter()
PATH: Final = "/consola/articulos"
READ: Final = Permission.READ_KNOWLEDGE
ArticleId = Annotated[str, Path(pattern=r"^[a-z0-9-]+$", max_length=100)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
ENTRIES: Final = 30
"""Of an article's history in the audit."""

_STATES_ASKED: Final = {
    "publicada": "Servidos",
    "detenida": "Detenidos",
    "en_revision": "En revisión",
    "borrador": "Con borrador",
    "programada": "Programados",
    "retirada": "Retirados",
}
TONES: Final = {
    "served": "good",
    "held": "bad",
    "scheduled": "warning",
    "unpublished": "quiet",
    "withdrawn": "quiet",
}
STATE_TONES: Final = {PUBLISHED: "good", IN_REVIEW: "warning", DRAFT: "warning"}


def by(author: str) -> str:
    """Whose a version is, as staff read it after its number: "de Elena"."""
    return "de fábrica" if author == rules.SEED else f"de {author}"


def _going_on(line: ArticleLine) -> str:
    """What holds an article back, and what waits of it."""
    waiting = (
        f"{'Borrador' if one.state == DRAFT else 'En revisión'}: {one.number}, {by(one.author)}"
        for one in line.waiting
    )
    coming = (f"La {one.number} empieza el {pages.day(one.first_day)}" for one in line.scheduled)
    why = [line.why[:1].upper() + line.why[1:]] if line.why else []
    return ". ".join([*why, *waiting, *coming])


TABLE: Final[Table[ArticleLine]] = Table(
    path=PATH,
    title="Artículos",
    search="Buscar en el título y el texto",
    filters=(
        Filter("tema", "Tema", [("", "Todos"), *TOPICS.items()]),
        Filter("estado", "Estado", [("", "Todos"), *_STATES_ASKED.items()]),
    ),
    columns=(
        Column(
            "Título",
            lambda one: one.title,
            link=lambda one: f"{PATH}/{one.article_id}",
            sort="titulo",
            wide=True,
        ),
        Column("Nombre", lambda one: one.article_id, only_exported=True),
        Column("Tema", lambda one: one.topic_name, sort="tema"),
        Column(
            "Se sirve",
            lambda one: SERVING[one.serving],
            tone=lambda one: TONES[one.serving],
        ),
        Column("Versión", lambda one: one.number, number=True),
        Column("Qué pasa", _going_on),
        Column(
            "Cambió",
            lambda one: one.changed_at,
            shown=lambda one: pages.day(one.changed_at),
            sort="cambio",
        ),
        Column(
            "Sirvió",
            lambda one: f"{one.useful} sí, {one.useless} no" if one.useful or one.useless else "",
            sort="valoraciones",
        ),
    ),
)


def sentence(refused: ArticleRefused) -> str:
    """Why something was refused, short enough for a notice: without listing what changed."""
    if isinstance(refused, Overtaken):
        return (
            f"Después de empezar este texto se publicó la versión {refused.published} "
            f"({by(refused.author)}): hay que hacer el cambio sobre ella."
        )
    if isinstance(refused, Defective):
        first = refused.problems[0]
        more = len(refused.problems) - 1
        others = f" Hay {more} más." if more else ""
        return f"El texto tiene algo que corregir: {first}.{others}"
    return str(refused)


@router.get("/articulos")
async def articles(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """All articles."""
    day, register = today(), visit.console.register
    async with visit.console.database.session() as session:
        waiting = await listing.reviews_waiting(session)
        drafts = await reading.listed(session, (DRAFT,))
        name = visit.member.name
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: listing.articles(session, register, asked, day),
            "articles.html",
            "articles",
            state=visit.request.query_params.get("estado", ""),
            reviews=len(waiting),
            drafts=len(drafts),
            to_review=sum(not is_same_name(one.author, name) for one in waiting),
            own_drafts=[one for one in drafts if is_same_name(one.author, name)],
        )


@router.get("/articulos/{article_id}")
async def show(visit: Annotated[Visit, Needs(READ)], article_id: ArticleId) -> Response:
    """One article."""
    return await show_article(visit, article_id, Form())


async def show_article(
    visit: Visit,
    article_id: str,
    form: Form,
    status: int = 200,
    *,
    problems: Sequence[Problem] = (),
) -> Response:
    """The page of an article; ``form`` is what was typed into it, ``problems`` why it was not
    reviewed again. Raises NoSuchVersion."""
    day, register = today(), visit.console.register
    async with visit.console.database.session() as session:
        line = await listing.article(session, register, article_id, day)
        history = await listing.versions_of(session, article_id)
        shown = await versions.version(session, article_id, _number_to_show(line, history))
        known = await versions.known_ids(session)
        facts = await cited_facts(visit, session, shown)
        entries = await audit.of_subject(session, f"article:{article_id}", ENTRIES)
    preview = await preview_of(visit, article_id, shown.markdown, known)
    return pages.page(
        visit,
        "article.html",
        "articles",
        status,
        line=line,
        serving=SERVING[line.serving],
        tone=TONES[line.serving],
        shown=shown,
        history=history,
        facts=facts,
        parts=phones.parts_of(preview.parts),
        entries=entries,
        form=form,
        problems=problems,
        **_words(),
    )


def _number_to_show(line: ArticleLine, history: Sequence[VersionLine]) -> int:
    """The version in effect, else the one to come, else the newest."""
    return line.number or next((one.number for one in line.scheduled), history[0].number)


def _words() -> dict[str, Any]:
    return {
        "states": STATES,
        "state_tones": STATE_TONES,
        "by": by,
        "told": told,
    }


async def preview_of(visit: Visit, article_id: str, markdown: str, known: set[str]) -> Previewed:
    """How phones would show a text; ``known`` are articles that it may lead to."""
    console = visit.console
    return await asyncio.to_thread(
        previewed,
        article_id,
        markdown,
        console.shelf().library,
        console.responses,
        console.flows,
        visit.now,
        others=known,
        channel=console.assembly.whatsapp,
    )


async def cited_facts(
    visit: Visit, session: AsyncSession, one: Version
) -> list[tuple[str, str, str]]:
    """The facts under a version: id, how sure it is in words, and the tone of that."""
    register = (await versions.facts_now(session, visit.console.register)).register
    try:
        article = await asyncio.to_thread(remembered.article, one.article_id, one.markdown)
    except SourceError:
        return []
    found = []
    for fact_id in rules.cited(article):
        fact = register.get(fact_id)
        if fact is None:
            found.append((fact_id, "ya no está en el registro", "bad"))
        elif not register.in_force(fact, today()):
            found.append((fact_id, "no rige hoy", "bad"))
        else:
            tone = "good" if fact.confidence == "confirmed" else "warning"
            found.append((fact_id, CONFIDENCE[fact.confidence], tone))
    return found


@router.get("/articulos/{article_id}/versiones/{number}")
async def version(
    visit: Annotated[Visit, Needs(READ)], article_id: ArticleId, number: Number
) -> Response:
    """One version: its text, and what can be done with it."""
    return await show_version(visit, article_id, number, Form())


async def show_version(
    visit: Visit,
    article_id: str,
    number: int,
    form: Form,
    status: int = 200,
    *,
    problems: Sequence[Problem] = (),
) -> Response:
    """The page of a version; ``problems`` are why it was not approved. Raises NoSuchVersion."""
    day, register = today(), visit.console.register
    async with visit.console.database.session() as session:
        one = await versions.version(session, article_id, number)
        line = await listing.article(session, register, article_id, day)
        newest = await standing.newest_published(session, article_id)
        against = await _against(session, line, one, newest)
        changed = (
            None
            if against is None
            else await listing.difference(session, article_id, against, number)
        )
        known = await versions.known_ids(session)
        facts = await cited_facts(visit, session, one)
    preview = await preview_of(visit, article_id, one.markdown, known)
    waits = one.state in (DRAFT, IN_REVIEW)
    return pages.page(
        visit,
        "article_version.html",
        "articles",
        status,
        one=one,
        line=line,
        against=against,
        changed=changed,
        overtaken=newest.number
        if waits and newest is not None and newest.number > (one.began_from or 0)
        else None,
        facts=facts,
        parts=phones.parts_of(preview.parts),
        unready=preview.problems if waits else (),
        problems=problems,
        is_own=is_same_name(one.author, visit.member.name),
        is_served=one.number == line.number,
        form=form,
        day=day,
        **_words(),
    )


async def _against(
    session: AsyncSession, line: ArticleLine, one: Version, newest: Version | None
) -> int | None:
    """The version that this one is compared with: what is served, else what was published last."""
    other = line.number or (newest.number if newest is not None else None)
    if other != one.number:
        return other
    before = [
        past.number
        for past in await listing.versions_of(session, one.article_id)
        if past.published_at is not None and past.number < one.number
    ]
    return before[0] if before else None


@router.get("/articulos/{article_id}/diferencia")
async def difference(visit: Annotated[Visit, Needs(READ)], article_id: ArticleId) -> Response:
    """What changed from a version (``de``) to another (``a``)."""
    query = visit.request.query_params
    one, other = _whole(query.get("de", "")), _whole(query.get("a", ""))
    async with visit.console.database.session() as session:
        history = await listing.versions_of(session, article_id)
        lines = await listing.difference(session, article_id, one, other)
    return pages.page(
        visit,
        "article_difference.html",
        "articles",
        article_id=article_id,
        title=history[0].title,
        history=history,
        one=one,
        other=other,
        lines=lines,
        **_words(),
    )


def _whole(given: str) -> int:
    """A version's number as the address names it."""
    if not (given.isascii() and given.isdigit() and len(given) < 7):
        raise HTTPException(404)
    return int(given)
