"""Writing articles: new ones, further drafts, one's own drafts again, and on to review."""

import json
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from actions.articles import redrafting, standing, versions, writing
from actions.articles.errors import ArticleRefused, NoSuchVersion
from actions.articles.given import is_same_name
from actions.articles.rules import DRAFT
from actions.articles.versions import Version
from actions.audit.service import Act
from actions.staff.permissions import Permission
from api import article_acts
from api.acting import Acting, acting
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.article_desk import (
    NEW,
    NEW_DESK,
    desk_of,
    desk_of_draft,
    hand_over,
    show_desk,
    typed,
    written,
)
from api.console.rooms.articles import PATH, ArticleId, Number, sentence
from knowledge import check

router = APIRouter()
WRITE: Final = Permission.WRITE_ARTICLES
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME: Final = 80
_LONGEST_NOTE: Final = 300
_SKELETON: Final = """---
title: {title}
topic: permiso
aliases:
  - 
next: []
questions:
  - 
---
Escriba aquí la respuesta, en uno o dos párrafos. [HECHO-01]

Y aquí lo que sigue. [HECHO-02]
"""  # noqa: W291 - what is to be filled in


@router.get("/articulos/nuevo")
async def ask_new(visit: Annotated[Visit, Needs(WRITE)]) -> Response:
    """The editor with an outline; ``titulo`` in the address is its title, ``nota`` what its
    reviewer is told, such as the question that it is to answer."""
    query = visit.request.query_params
    title = query.get("titulo", "")[: check.TITLE_LIMIT].replace("\x00", "")
    note = query.get("nota", "")[:_LONGEST_NOTE].replace("\x00", "")
    # As YAML takes any text.
    quoted = json.dumps(title or "¿Qué pregunta la gente?", ensure_ascii=False)
    form = Form({"name": "", "markdown": _SKELETON.format(title=quoted), "note": note})
    return await show_desk(visit, NEW_DESK, form)


@router.post("/articulos/nuevo")
async def create(visit: Annotated[Visit, Needs(WRITE)]) -> Response:
    """A first draft of an article that is not there yet."""
    form = typed(visit)
    name = form["name"].strip()
    is_name = _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME and name != NEW
    if visit.text("do") != "preview" and not is_name:
        form.wrong(
            "name",
            "Use letras minúsculas sin tilde, números y guiones, como «aguas-suero-de-queso».",
        )
        return await show_desk(visit, NEW_DESK, form, 422)

    async def write(act: Acting) -> int:
        number = await writing.begin(act.session, *_what(visit, name, form))
        act.did(_drafted(name, number, form))
        return number

    return await written(visit, NEW_DESK, form, name, write)


def _what(visit: Visit, article_id: str, form: Form) -> tuple[Any, ...]:
    """What every draft is made of, in the order of the services."""
    return (
        visit.console.register,
        article_id,
        form["markdown"],
        visit.member.name,
        form["note"],
        visit.now,
    )


def _drafted(article_id: str, number: int, form: Form) -> Act:
    return article_acts.drafted(
        article_id, number, form["markdown"], _began_from(form), form["note"]
    )


def _began_from(form: Form) -> int | None:
    given = form["began_from"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else None


@router.get("/articulos/{article_id}/editar")
async def ask_draft(visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId) -> Response:
    """The editor with the text that was published last, or that of the version ``de``."""
    given = visit.request.query_params.get("de", "")
    async with visit.console.database.session() as session:
        if given.isascii() and given.isdigit() and len(given) < 7:
            one = await versions.version(session, article_id, int(given))
        else:
            one = await _newest(session, article_id)
    return await show_desk(visit, desk_of(article_id, one.title), _begun(one))


async def _newest(session: AsyncSession, article_id: str) -> Version:
    """What was published last, else what was written last. Raises NoSuchVersion."""
    one = await standing.newest_published(session, article_id)
    return one or (await versions.versions(session, article_id))[0]


def _begun(one: Version) -> Form:
    began_from = one.number if one.published_at is not None else one.began_from
    return Form({"markdown": one.markdown, "note": "", "began_from": _told(began_from), "seen": ""})


def _told(number: int | None) -> str:
    return "" if number is None else str(number)


@router.post("/articulos/{article_id}/editar")
async def draft(visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId) -> Response:
    """A further draft of an article."""
    form = typed(visit)
    async with visit.console.database.session() as session:
        newest = await _newest(session, article_id)
    desk = desk_of(article_id, newest.title)
    if visit.text("do") == "newest":
        fresh = Form({**_begun(newest).values, "note": form["note"]})
        return await show_desk(visit, desk, fresh, mine=form["markdown"])

    async def write(act: Acting) -> int:
        number = await writing.go_on(
            act.session, *_what(visit, article_id, form), began_from=_began_from(form)
        )
        act.did(_drafted(article_id, number, form))
        return number

    return await written(visit, desk, form, article_id, write)


@router.get("/articulos/{article_id}/versiones/{number}/editar")
async def ask_redraft(
    visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId, number: Number
) -> Response:
    """The editor with one's own draft; for anything else, with a draft to be made of it."""
    async with visit.console.database.session() as session:
        one = await versions.version(session, article_id, number)
    if one.state != DRAFT or not is_same_name(one.author, visit.member.name):
        return pages.redirect(visit, f"{PATH}/{article_id}/editar?de={number}")
    return await show_desk(visit, desk_of_draft(one), _as_stored(one))


def _as_stored(one: Version) -> Form:
    return Form(
        {
            "markdown": one.markdown,
            "note": one.note,
            "began_from": _told(one.began_from),
            "seen": one.digest,
        }
    )


@router.post("/articulos/{article_id}/versiones/{number}/editar")
async def redraft(
    visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId, number: Number
) -> Response:
    """One's own draft, changed."""
    form = typed(visit)
    async with visit.console.database.session() as session:
        stored = await versions.version(session, article_id, number)
    desk = desk_of_draft(stored)
    if visit.text("do") == "newest":
        return await show_desk(visit, desk, _as_stored(stored), mine=form["markdown"])

    async def write(act: Acting) -> int:
        kept = await redrafting.redraft(
            act.session,
            visit.console.register,
            article_id,
            number,
            form["markdown"],
            visit.member.name,
            form["note"],
            visit.now,
            seen=form["seen"],
        )
        act.did(article_acts.redrafted(article_id, number, stored.digest, kept, form["note"]))
        return number

    return await written(visit, desk, form, article_id, write)


@router.post("/articulos/{article_id}/versiones/{number}/revision")
async def submit(
    visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId, number: Number
) -> Response:
    """Hands a draft to review."""
    path = f"{PATH}/{article_id}/versiones/{number}"
    try:
        async with acting(visit.console.database, visit.actor) as act:
            await hand_over(visit, act, article_id, number)
    except NoSuchVersion:
        raise
    except ArticleRefused as refused:
        return pages.redirect(visit, path, sentence(refused), tone="bad")
    return pages.redirect(visit, path, "Quedó en revisión: la aprueba otra persona.")


@router.post("/articulos/{article_id}/versiones/{number}/descartar")
async def put_aside(
    visit: Annotated[Visit, Needs(WRITE)], article_id: ArticleId, number: Number
) -> Response:
    """Takes back one's own text that was not published."""
    path = f"{PATH}/{article_id}/versiones/{number}"
    try:
        async with acting(visit.console.database, visit.actor) as act:
            was = await writing.put_aside(
                act.session, article_id, number, visit.member.name, visit.now
            )
            act.did(article_acts.put_aside(article_id, number, was))
    except NoSuchVersion:
        raise
    except ArticleRefused as refused:
        return pages.redirect(visit, path, sentence(refused), tone="bad")
    return pages.redirect(visit, f"{PATH}/{article_id}", f"La versión {number} quedó descartada.")
