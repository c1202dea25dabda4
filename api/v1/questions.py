"""Questions that nothing answered, the same ones together."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.questions import following, reading
from actions.questions.reading import Cluster, NoSuchCluster, Resolution, State
from api.v1 import cursors
from api.v1.access import Scope, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.document import told
from api.v1.problems import NOT_FOUND, Problem

router = APIRouter(tags=["questions"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
_STATE: Final = "open: sin respuesta; resolved: ya la tiene; dismissed: descartada."


class ClusterLine(BaseModel):
    """Una pregunta, hecha por cualquier cantidad de personas con sus palabras."""

    number: int
    label: str = Field(description="La forma más clara en que se preguntó, sin datos personales.")
    state: State = Field(description=_STATE)
    asked: int = Field(description="Cuántas veces se hizo.")
    first_on: date
    last_on: date
    waiting: int = Field(description="Cuántas personas esperan que se les avise.")
    resolution: Resolution | None
    article: str | None = Field(description="El artículo que la contesta.")
    resolved_at: datetime | None


class Wording(BaseModel):
    """Una de las formas en que se hizo, sin datos personales."""

    text: str
    topic: str | None
    channel: str
    asked_on: date


class ClusterDetail(ClusterLine):
    """Una pregunta con sus formas."""

    wordings: list[Wording] = Field(description="De la más vieja a la más nueva; hasta 200.")


class ClusterPage(Page[ClusterLine]):
    """Una página de preguntas."""


MOST_WORDINGS: Final = 200
_LINE: Final[dict[str, Any]] = {
    "number": 12,
    "label": "¿Ocupo permiso para una granja de tilapias?",
    "state": "open",
    "asked": 7,
    "first_on": "2026-11-03",
    "last_on": "2026-11-27",
    "waiting": 2,
    "resolution": None,
    "article": None,
    "resolved_at": None,
}
_WORDING: Final[dict[str, Any]] = {
    "text": "ocupo permiso para tilapias",
    "topic": "permiso",
    "channel": "whatsapp",
    "asked_on": "2026-11-03",
}


@router.get(
    "/questions",
    dependencies=[Depends(Scope("questions:read"))],
    **told("Las preguntas sin respuesta", ClusterPage, {"data": [_LINE], "next": None}),
)
async def list_questions(
    request: Request,
    parts: TheParts,
    state: Annotated[State | None, Query(description=_STATE)] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """Por número, como fueron llegando."""
    narrowed: dict[str, str] = {} if state is None else {"state": state}
    last = cursors.number_after(request, narrowed, cursor)
    async with parts.database().session() as session:
        found = await following.clusters_after(session, last, limit + 1, state=state)
    shown, further = page(request, found, limit, narrowed, lambda one: str(one.number))
    lines = [ClusterLine(**_line(one)) for one in shown]
    return answered(request, ClusterPage(data=lines, next=further))


@router.get(
    "/questions/{number}",
    dependencies=[Depends(Scope("questions:read"))],
    **told(
        "Una pregunta y las formas en que se hizo",
        ClusterDetail,
        {**_LINE, "wordings": [_WORDING]},
        NOT_FOUND,
    ),
)
async def show_question(request: Request, parts: TheParts, number: Number) -> Response:
    """Nada de esto dice quién preguntó."""
    async with parts.database().session() as session:
        try:
            cluster, questions = await reading.show(session, number)
        except NoSuchCluster:
            raise Problem(NOT_FOUND, f"No hay una pregunta con el número {number}.") from None
    wordings = [
        Wording(text=one.text, topic=one.topic, channel=one.channel, asked_on=one.asked_on)
        for one in questions[:MOST_WORDINGS]
    ]
    return answered(request, ClusterDetail(**_line(cluster), wordings=wordings))


def _line(one: Cluster) -> dict[str, Any]:
    return {
        "number": one.number,
        "label": one.label,
        "state": one.state,
        "asked": one.size,
        "first_on": one.first_on,
        "last_on": one.last_on,
        "waiting": one.waiting,
        "resolution": one.resolution,
        "article": one.article_id,
        "resolved_at": one.resolved_at,
    }
