"""The registry of consultants, as the ministry publishes it: without how to reach anybody."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from actions.registry import published, rules
from actions.registry.cells import LONGEST_NUMBER
from actions.registry.published import LONGEST_SEARCH, Published
from api.v1 import cursors
from api.v1.access import Scope, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.document import told
from api.v1.problems import NOT_FOUND, Problem
from knowledge.territory import territory

router = APIRouter(tags=["consultants"])

DEPARTMENTS: Final = tuple(one.name for one in territory().departments)


class Fee(BaseModel):
    """Honorarios en dólares, como los da el consultor."""

    minimum: int
    maximum: int
    unit: Literal["hora", "dia", "proyecto"]


class ConsultantDocument(BaseModel):
    """Un consultor del registro, sin sus datos de contacto."""

    number: str
    name: str
    kind: Literal["persona", "empresa"]
    state: Literal["vigente", "suspendida", "vencida"] = Field(description="La de hoy.")
    categories: list[str]
    sectors: list[str] = Field(description="Vacío: todos los rubros.")
    departments: list[str] = Field(description="A dónde llega.")
    on_site: bool
    remote: bool
    languages: list[str] = Field(description="ISO 639.")
    fee: Fee | None
    valid_from: date
    valid_to: date = Field(description="El último día, que todavía cuenta.")


class ConsultantPage(Page[ConsultantDocument]):
    """Una página de consultores."""


def _category(given: str) -> str:
    if given not in rules.CATEGORIES:
        raise ValueError(f"Tiene que ser una de {', '.join(rules.CATEGORIES)}.")
    return given


def _department(given: str) -> str:
    if given not in DEPARTMENTS:
        raise ValueError(f"Tiene que ser uno de {', '.join(DEPARTMENTS)}.")
    return given


Category = Annotated[
    str | None,
    Query(
        description="Solo los de esa categoría.", json_schema_extra={"enum": [*rules.CATEGORIES]}
    ),
    AfterValidator(lambda given: None if given is None else _category(given)),
]
Department = Annotated[
    str | None,
    Query(
        description="Solo los que llegan a ese departamento.",
        json_schema_extra={"enum": [*DEPARTMENTS]},
    ),
    AfterValidator(lambda given: None if given is None else _department(given)),
]
_EXAMPLE: Final[dict[str, Any]] = {
    "number": "CA-0123",
    "name": "Abigaíl Tenorio Quan",
    "kind": "persona",
    "state": "vigente",
    "categories": ["auditoria", "diagnostico"],
    "sectors": [],
    "departments": ["San Salvador", "La Libertad"],
    "on_site": True,
    "remote": True,
    "languages": ["es"],
    "fee": {"minimum": 35, "maximum": 60, "unit": "hora"},
    "valid_from": "2025-11-28",
    "valid_to": "2027-11-27",
}


@router.get(
    "/consultants",
    dependencies=[Depends(Scope("registry:read"))],
    **told("Los consultores vigentes", ConsultantPage, {"data": [_EXAMPLE], "next": None}),
)
async def list_consultants(
    request: Request,
    parts: TheParts,
    search: Annotated[
        str | None,
        Query(min_length=1, max_length=LONGEST_SEARCH, description="Palabras del nombre."),
    ] = None,
    category: Category = None,
    department: Department = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """Por número de registro. Solo los vigentes: a los demás no se les puede pedir cita."""
    given = {"search": search, "category": category, "department": department}
    narrowed = {name: value for name, value in given.items() if value is not None}
    last = cursors.after(request, narrowed, cursor)
    async with parts.database().session() as session:
        found = await published.in_force_after(
            session,
            last or "",
            limit + 1,
            parts.now(),
            search=search or "",
            category=category,
            department=department,
        )
    shown, further = page(request, found, limit, narrowed, lambda one: one.registration_number)
    data = [_document(one) for one in shown]
    return answered(request, ConsultantPage(data=data, next=further), public=True)


@router.get(
    "/consultants/{number:path}",
    dependencies=[Depends(Scope("registry:read"))],
    **told("Un consultor", ConsultantDocument, _EXAMPLE, NOT_FOUND),
)
async def show_consultant(
    request: Request,
    parts: TheParts,
    number: Annotated[
        str,
        Path(
            min_length=1,
            max_length=LONGEST_NUMBER,
            description="Su número de registro, por ejemplo CA-0123.",
        ),
    ],
) -> Response:
    """Para verificarlo: también los suspendidos y vencidos, con su estado de hoy."""
    async with parts.database().session() as session:
        found = await published.by_number(session, number, parts.now())
    if found is None:
        raise Problem(NOT_FOUND, f"Nadie tiene el número «{number}» en el registro.")
    return answered(request, _document(found), public=True)


def _document(one: Published) -> ConsultantDocument:
    fee = None
    if one.fee_min is not None and one.fee_max is not None and one.fee_unit is not None:
        fee = Fee.model_validate(
            {"minimum": one.fee_min, "maximum": one.fee_max, "unit": one.fee_unit}
        )
    return ConsultantDocument.model_validate(
        {
            "number": one.registration_number,
            "name": one.name,
            "kind": one.kind,
            "state": one.state,
            "categories": one.categories,
            "sectors": one.sectors,
            "departments": one.departments,
            "on_site": one.on_site,
            "remote": one.remote,
            "languages": one.languages,
            "fee": fee,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
    )
