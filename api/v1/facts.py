"""Facts: what may be stated, how sure it is, where it comes from and since when it holds."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.articles.rules import day_of
from api.v1 import cursors
from api.v1.access import Scope, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.articles import Topic, narrowed_by_topic
from api.v1.document import told
from api.v1.problems import NOT_FOUND, Problem
from knowledge.facts import Confidence, Fact, FactRegister

router = APIRouter(tags=["facts"])


class Instrument(BaseModel):
    """La ley, norma u otra fuente de un hecho; «id» es null si no está en el registro."""

    id: str | None
    name: str
    decree: str | None
    date: str | None
    gazette: str | None = Field(description="Diario Oficial.")
    in_force: str | None = Field(description="Desde cuándo rige, como está escrito.")


class FactDocument(BaseModel):
    """Un hecho, con lo que el personal dijo de él."""

    id: str
    topic: str
    text: str
    instrument: Instrument
    locator: str | None
    confidence: Literal["confirmed", "recalled", "uncertain"] = Field(
        description=(
            "confirmed: visto en la fuente; recalled: por confirmar; uncertain: no se afirma."
        )
    )
    pending: str | None = Field(description="La parte que falta confirmar.")
    use: str | None = Field(
        description="background: no se cita; amounts withheld: no se dicen sus montos."
    )
    valid_from: date | None
    valid_to: date | None
    in_force: bool = Field(description="Si rige hoy.")
    citable: bool = Field(description="Si una respuesta puede descansar en él.")


class FactPage(Page[FactDocument]):
    """Una página de hechos."""


Certainty = Annotated[Confidence | None, Query(description="Solo los de esa certeza.")]
_EXAMPLE: Final[dict[str, Any]] = {
    "id": "PER-01",
    "topic": "permiso",
    "text": "El permiso ambiental lo da el MARN.",
    "instrument": {
        "id": "LMA",
        "name": "Ley del Medio Ambiente",
        "decree": "D.L. 233",
        "date": "1998-03-02",
        "gazette": None,
        "in_force": "1998-05-12",
    },
    "locator": "art. 19",
    "confidence": "confirmed",
    "pending": None,
    "use": None,
    "valid_from": None,
    "valid_to": None,
    "in_force": True,
    "citable": True,
}


@router.get(
    "/facts",
    dependencies=[Depends(Scope("facts:read"))],
    **told("El registro de hechos", FactPage, {"data": [_EXAMPLE], "next": None}),
)
async def list_facts(
    request: Request,
    parts: TheParts,
    topic: Topic = None,
    confidence: Certainty = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """Por id, también los que ya no rigen."""
    narrowed = narrowed_by_topic(topic)
    if confidence is not None:
        narrowed["confidence"] = confidence
    last = cursors.after(request, narrowed, cursor)
    register, day = parts.shelf().library.facts, day_of(parts.now())
    found = sorted(
        (
            one
            for one in register.values()
            if (topic is None or one.topic == topic)
            and (confidence is None or one.confidence == confidence)
            and (last is None or one.id > last)
        ),
        key=lambda one: one.id,
    )
    shown, following = page(request, found, limit, narrowed, lambda one: one.id)
    data = [_document(one, register, day) for one in shown]
    return answered(request, FactPage(data=data, next=following), public=True)


@router.get(
    "/facts/{id}",
    dependencies=[Depends(Scope("facts:read"))],
    **told("Un hecho", FactDocument, _EXAMPLE, NOT_FOUND),
)
async def show_fact(
    request: Request,
    parts: TheParts,
    id: Annotated[  # noqa: A002
        str, Path(min_length=1, max_length=100, description="Por ejemplo, PER-01.")
    ],
) -> Response:
    """Tal como está hoy en el registro."""
    register = parts.shelf().library.facts
    fact = register.get(id)
    if fact is None:
        raise Problem(NOT_FOUND, f"No hay un hecho «{id}» en el registro.")
    return answered(request, _document(fact, register, day_of(parts.now())), public=True)


def _document(fact: Fact, register: FactRegister, day: date) -> FactDocument:
    known = register.instrument(fact)
    instrument = Instrument(
        id=None if known is None else known.id,
        name=register.instrument_name(fact),
        decree=None if known is None else known.decree,
        date=None if known is None else known.date,
        gazette=None if known is None else known.gazette,
        in_force=None if known is None else known.in_force,
    )
    return FactDocument(
        id=fact.id,
        topic=fact.topic,
        text=" ".join(fact.text.split()),
        instrument=instrument,
        locator=fact.locator,
        confidence=fact.confidence,
        pending=fact.pending,
        use=fact.use,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        in_force=register.in_force(fact, day),
        citable=register.is_citable(fact),
    )
