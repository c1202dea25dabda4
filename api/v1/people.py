"""People, as counts only."""

from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from actions.people.summary import summary
from api.v1.access import Scope, TheParts
from api.v1.answers import answered
from api.v1.document import told
from knowledge.sectors import sectors

router = APIRouter(tags=["people"])


class SectorCount(BaseModel):
    """Cuántas personas tienen una empresa de un rubro."""

    sector: str
    title: str
    people: int


class PeopleSummary(BaseModel):
    """Cuántas personas hay, y cuántas de las que contaron cada cosa de su empresa."""

    people: int = Field(description="Todas las que se pueden contactar.")
    departments: dict[str, int]
    sectors: list[SectorCount]
    sizes: dict[str, int] = Field(description="micro, pequena, mediana, grande.")


_EXAMPLE: Final[dict[str, Any]] = {
    "people": 1820,
    "departments": {"San Salvador": 610, "La Libertad": 402},
    "sectors": [{"sector": "panaderia", "title": "Panaderías", "people": 140}],
    "sizes": {"micro": 900, "pequena": 310, "mediana": 44, "grande": 6},
}


@router.get(
    "/people/summary",
    dependencies=[Depends(Scope("people:read"))],
    **told("Cuántas personas hay", PeopleSummary, _EXAMPLE),
)
async def summarize_people(request: Request, parts: TheParts) -> Response:
    """Por departamento, por rubro y por tamaño, cada cosa por su lado."""
    async with parts.database().session() as session:
        found = await summary(session)
    known = sectors()
    counted = []
    for sector, people in sorted(found.sectors.items()):
        one = known.get(sector)
        title = sector if one is None else one.title
        counted.append(SectorCount(sector=sector, title=title, people=people))
    document = PeopleSummary(
        people=found.people,
        departments=dict(sorted(found.departments.items())),
        sectors=counted,
        sizes={str(size): people for size, people in found.sizes.items()},
    )
    return answered(request, document)
