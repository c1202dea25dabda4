"""Figures of finished days."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from actions.figures import days
from actions.figures.rules import Figures
from api.v1.access import Scope, TheParts
from api.v1.answers import answered
from api.v1.document import told
from api.v1.problems import invalid

router = APIRouter(tags=["figures"])

MOST_DAYS: Final = 400


class Counted(BaseModel):
    """Un tema o artículo, y en cuántas respuestas salió."""

    name: str
    count: int


class DayDocument(BaseModel):
    """Lo que pasó en un día de El Salvador, ya terminado."""

    day: date
    turns: int = Field(description="Mensajes, o grupos de mensajes seguidos, que se atendieron.")
    answered: int
    not_answered: int
    people: int = Field(description="Personas que escribieron.")
    new_people: int
    inbound: dict[str, int] = Field(description="Mensajes recibidos, por canal.")
    outbound: dict[str, dict[str, int]] = Field(description="Enviados, por canal y estado.")
    topics: list[Counted]
    articles: list[Counted]
    p50_ms: int | None = Field(description="Mediana de lo que se tardó en contestar.")
    p95_ms: int | None
    cases_opened: int
    cases_closed: int
    useful: int = Field(description="Votos de que un artículo sirvió.")
    useless: int
    unanswered_questions: int


class FiguresDocument(BaseModel):
    """Las cifras de un período; un día que aún no se cuenta no está."""

    days: list[DayDocument]


_EXAMPLE: Final[dict[str, Any]] = {
    "days": [
        {
            "day": "2026-11-27",
            "turns": 412,
            "answered": 301,
            "not_answered": 64,
            "people": 190,
            "new_people": 22,
            "inbound": {"whatsapp": 380, "telegram": 51},
            "outbound": {"whatsapp": {"delivered": 300, "read": 75, "failed": 2}},
            "topics": [{"name": "permiso", "count": 120}],
            "articles": [{"name": "permiso-pasos", "count": 44}],
            "p50_ms": 31,
            "p95_ms": 88,
            "cases_opened": 6,
            "cases_closed": 5,
            "useful": 40,
            "useless": 7,
            "unanswered_questions": 12,
        }
    ]
}


@router.get(
    "/figures",
    dependencies=[Depends(Scope("figures:read"))],
    **told("Las cifras de uso, por día", FiguresDocument, _EXAMPLE),
)
async def list_figures(
    request: Request,
    parts: TheParts,
    first: Annotated[
        date, Query(alias="from", description="El primer día.", examples=["2026-11-01"])
    ],
    last: Annotated[
        date,
        Query(
            alias="to",
            description=f"El último día; hasta {MOST_DAYS} días en total.",
            examples=["2026-11-27"],
        ),
    ],
) -> Response:
    """Los días terminados entre los dos, ambos incluidos."""
    if last < first:
        raise invalid("query.to", "Tiene que ser el día de «from» o uno después.")
    if (last - first).days >= MOST_DAYS:
        raise invalid("query.to", f"Pida hasta {MOST_DAYS} días a la vez.")
    async with parts.database().session() as session:
        found = await days.between(session, first, last)
    return answered(request, FiguresDocument(days=[_document(*one) for one in found]))


def _document(day: date, figures: Figures) -> DayDocument:
    def counted(given: Any) -> list[Counted]:
        return [Counted(name=one.name, count=one.count) for one in given]

    return DayDocument(
        day=day,
        turns=figures.turns,
        answered=figures.answered,
        not_answered=figures.not_answered,
        people=figures.people,
        new_people=figures.new_people,
        inbound=dict(figures.inbound),
        outbound={channel: dict(states) for channel, states in figures.outbound.items()},
        topics=counted(figures.topics),
        articles=counted(figures.articles),
        p50_ms=figures.p50_ms,
        p95_ms=figures.p95_ms,
        cases_opened=figures.cases_opened,
        cases_closed=figures.cases_closed,
        useful=figures.useful,
        useless=figures.useless,
        unanswered_questions=figures.unanswered_questions,
    )
