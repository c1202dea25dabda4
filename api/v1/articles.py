"""Articles: what is served, and drafts of what should be."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import reading, rules, service
from actions.articles.errors import (
    ArticleRefused,
    Defective,
    NoSuchVersion,
    Overtaken,
    Unchanged,
    WrongState,
)
from actions.audit.service import Act
from api.v1 import cursors
from api.v1.access import Scope, TheHolder, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.changes import Body, IdempotencyKey, once
from api.v1.document import CHANGING, body, told
from api.v1.problems import CONFLICT, INVALID, NOT_FOUND, Fault, Problem, invalid
from knowledge.articles import Article
from knowledge.facts import FactRegister
from knowledge.topics import TOPICS

router = APIRouter(tags=["articles"])

_ID_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MOST_NUMBER: Final = 2**31 - 1
ArticleId = Annotated[
    str, Path(min_length=1, max_length=100, description="Por ejemplo, permiso-pasos.")
]
NewArticleId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        pattern=_ID_PATTERN,
        description="El del artículo, o uno nuevo: letras minúsculas sin tilde, números y guiones.",
    ),
]
Topic = Annotated[
    str | None,
    Query(description="Solo los de un tema.", json_schema_extra={"enum": [*TOPICS]}),
]


class ArticleLine(BaseModel):
    """Un artículo que se sirve hoy."""

    id: str
    title: str
    topic: str
    topic_title: str
    sectors: list[str] = Field(description="Rubros para los que se escribió; vacío: para todos.")


class Citation(BaseModel):
    """Un hecho en el que descansa lo dicho."""

    fact: str
    instrument: str = Field(description="La ley, norma u otra fuente.")
    locator: str | None = Field(description="Dónde en ella: «art. 19».")
    confidence: Literal["confirmed", "recalled", "uncertain"] = Field(
        description="confirmed: visto en la fuente; recalled: por confirmar."
    )


class Passage(BaseModel):
    """Un párrafo con sus citas."""

    text: str
    citations: list[Citation]


class ArticleDetail(ArticleLine):
    """Un artículo tal como se sirve hoy."""

    version: int | None = Field(description="La versión publicada; para «began_from».")
    effective_on: date | None
    confidence: Literal["confirmed", "recalled"] = Field(
        description="recalled: descansa en algún hecho por confirmar."
    )
    text: str
    passages: list[Passage]
    next: list[str] = Field(description="Artículos que siguen.")
    markdown: str | None = Field(description="El texto fuente, para proponer un cambio.")


class ArticlePage(Page[ArticleLine]):
    """Una página de artículos."""


class NewDraft(BaseModel):
    """Un borrador: nadie lo lee hasta que otra persona lo aprueba."""

    model_config = ConfigDict(extra="forbid", title="NewDraft")

    markdown: str = Field(
        min_length=1, max_length=20_000, description="El artículo completo, con su encabezado."
    )
    note: str = Field(default="", max_length=1_000, description="Para quien lo revise.")
    began_from: int | None = Field(
        default=None,
        ge=1,
        le=MOST_NUMBER,
        description="La versión publicada que usted leyó; si ya hay otra, la respuesta es 409.",
    )


class Drafted(BaseModel):
    """El borrador que se guardó."""

    article: str
    version: int
    state: Literal["draft"] = "draft"


_LINE: Final[dict[str, Any]] = {
    "id": "permiso-pasos",
    "title": "¿Cómo saco el permiso ambiental?",
    "topic": "permiso",
    "topic_title": "Permiso ambiental",
    "sectors": [],
}
_DETAIL: Final[dict[str, Any]] = {
    **_LINE,
    "version": 3,
    "effective_on": "2026-11-02",
    "confidence": "confirmed",
    "text": "El permiso lo da el MARN.",
    "passages": [
        {
            "text": "El permiso lo da el MARN.",
            "citations": [
                {
                    "fact": "PER-01",
                    "instrument": "Ley del Medio Ambiente",
                    "locator": "art. 19",
                    "confidence": "confirmed",
                }
            ],
        }
    ],
    "next": ["permiso-cuanto-tarda"],
    "markdown": "---\ntitle: ...\n---\n\nEl permiso lo da el MARN. [PER-01]\n",
}
_DRAFT: Final[dict[str, Any]] = {
    "markdown": "---\ntitle: ...\n---\n\nEl permiso lo da el MARN. [PER-01]\n",
    "note": "Cambió el plazo.",
    "began_from": 3,
}


@router.get(
    "/articles",
    dependencies=[Depends(Scope("articles:read"))],
    **told("Los artículos que se sirven hoy", ArticlePage, {"data": [_LINE], "next": None}),
)
async def list_articles(
    request: Request,
    parts: TheParts,
    topic: Topic = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """Por id."""
    narrowed = narrowed_by_topic(topic)
    last = cursors.after(request, narrowed, cursor)
    found = sorted(
        (
            one
            for one in parts.shelf().library.articles.values()
            if (topic is None or one.topic == topic) and (last is None or one.id > last)
        ),
        key=lambda one: one.id,
    )
    shown, following = page(request, found, limit, narrowed, lambda one: one.id)
    lines = [ArticleLine(**_line(one)) for one in shown]
    return answered(request, ArticlePage(data=lines, next=following), public=True)


@router.get(
    "/articles/{id}",
    dependencies=[Depends(Scope("articles:read"))],
    **told("Un artículo con sus párrafos y citas", ArticleDetail, _DETAIL, NOT_FOUND),
)
async def show_article(request: Request, parts: TheParts, id: ArticleId) -> Response:  # noqa: A002
    """El texto que leen las personas, y en qué descansa cada párrafo."""
    library = parts.shelf().library
    article = library.articles.get(id)
    if article is None:
        raise Problem(NOT_FOUND, f"No hay un artículo «{id}» que se sirva hoy.")
    async with parts.database().session() as session:
        current = await reading.in_effect(session, id, rules.day_of(parts.now()))
    if current is not None:
        # Text and version go together, also while the shelf is a moment behind.
        article = rules.parse(current.article_id, current.markdown)
    passages = [
        Passage(text=block.text, citations=_citations(block.facts, library.facts))
        for block in article.blocks
    ]
    sure = all(one.confidence == "confirmed" for each in passages for one in each.citations)
    detail = ArticleDetail(
        **_line(article),
        version=None if current is None else current.number,
        effective_on=None if current is None else current.effective_on,
        confidence="confirmed" if sure else "recalled",
        text=article.body,
        passages=passages,
        next=[*article.next],
        markdown=None if current is None else current.markdown,
    )
    return answered(request, detail, public=True)


@router.post(
    "/articles/{id}/drafts",
    dependencies=[Depends(Scope("articles:write"))],
    openapi_extra=body(NewDraft, _DRAFT),
    **told(
        "Proponer un borrador",
        Drafted,
        {"article": "permiso-pasos", "version": 4, "state": "draft"},
        *CHANGING,
        status=201,
    ),
)
async def draft_article(
    request: Request,
    parts: TheParts,
    holder: TheHolder,
    id: NewArticleId,  # noqa: A002
    draft: Annotated[NewDraft, Depends(Body(NewDraft))],
    idempotency_key: IdempotencyKey,
) -> Response:
    """Guarda un borrador de un artículo que hay o de uno nuevo, con el nombre de la llave como
    autor. El personal lo revisa; nada se publica por aquí."""

    async def work(session: AsyncSession, now: datetime) -> tuple[Drafted, Act]:
        try:
            number = await service.draft(
                session,
                parts.shelf().facts,
                id,
                draft.markdown,
                holder.name,
                draft.note,
                now,
                began_from=draft.began_from,
            )
        except ArticleRefused as error:
            raise _refused(error) from None
        done = Drafted(article=id, version=number)
        return done, Act("article.draft", f"article:{id}", after={"number": number})

    return await once(request, holder, idempotency_key, work)


def _refused(error: ArticleRefused) -> Problem:
    match error:
        case Defective():
            faults = [
                Fault(field="body.markdown", detail=one.message, line=one.line)
                for one in error.problems
            ]
            return Problem(INVALID, "El texto no se puede aceptar: corríjalo.", errors=faults)
        case NoSuchVersion():
            return invalid("body.began_from", str(error))
        case Overtaken():
            sentence = (
                f"Después de lo que usted leyó se publicó la versión {error.published}: "
                "lea el artículo otra vez y haga su cambio sobre ella."
            )
            return Problem(CONFLICT, sentence)
        case WrongState() | Unchanged():
            return Problem(CONFLICT, str(error))
    return Problem(INVALID, str(error))


def narrowed_by_topic(topic: str | None) -> dict[str, str]:
    """The filter of a list by topic. Raises Problem for a topic that does not exist."""
    if topic is None:
        return {}
    if topic not in TOPICS:
        raise invalid("query.topic", f"No hay ese tema. Use uno de: {', '.join(TOPICS)}.")
    return {"topic": topic}


def _line(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "topic": article.topic,
        "topic_title": TOPICS[article.topic],
        "sectors": [*article.sectors],
    }


def _citations(facts: tuple[str, ...], register: FactRegister) -> list[Citation]:
    # One that is not there any more: the article goes from the shelf within a moment.
    known = [register[one] for one in facts if one in register]
    return [
        Citation(
            fact=one.id,
            instrument=register.instrument_name(one),
            locator=one.locator,
            confidence=one.confidence,
        )
        for one in known
    ]
