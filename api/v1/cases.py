"""Cases: requests to talk with a person of the ministry, masked."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit.service import Act
from actions.cases import following, notes
from actions.cases.errors import CaseRefused
from actions.cases.following import MaskedCase, State
from actions.cases.service import NoSuchCase
from actions.cases.staff import LONGEST_NOTE
from api.v1 import cursors
from api.v1.access import Scope, TheHolder, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.changes import Body, IdempotencyKey, once
from api.v1.document import CHANGING, body, told
from api.v1.problems import NOT_FOUND, Problem, invalid

router = APIRouter(tags=["cases"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class MaskedChannel(BaseModel):
    """Un canal de la persona, con su dirección tapada."""

    channel: str
    address: str


class CaseDocument(BaseModel):
    """Un caso, sin nada que diga quién es la persona."""

    number: int
    state: State
    reason: str = Field(
        description=(
            "request: lo pidió; not_understood: no se le entendió; anger: está molesta; "
            "erased: borró sus datos."
        )
    )
    opened_at: datetime
    closed_at: datetime | None
    held: bool = Field(description="Si alguien del ministerio tiene la conversación.")
    context: dict[str, str] = Field(
        description="Lo que se sabía al abrirlo (task, question, article, why), sin números."
    )
    channels: list[MaskedChannel]


class CasePage(Page[CaseDocument]):
    """Una página de casos."""


class NewNote(BaseModel):
    """Una nota para el personal; la persona nunca la ve."""

    model_config = ConfigDict(extra="forbid", title="NewNote")

    text: str = Field(min_length=1, max_length=LONGEST_NOTE)


class Noted(BaseModel):
    """La nota que se guardó."""

    case: int
    note: int


_EXAMPLE: Final[dict[str, Any]] = {
    "number": 31,
    "state": "open",
    "reason": "request",
    "opened_at": "2026-11-27T15:04:05Z",
    "closed_at": None,
    "held": False,
    "context": {"question": "¿Ocupo permiso para mi taller?"},
    "channels": [{"channel": "whatsapp", "address": "••••1234"}],
}


@router.get(
    "/cases",
    dependencies=[Depends(Scope("cases:read"))],
    **told("Los casos", CasePage, {"data": [_EXAMPLE], "next": None}),
)
async def list_cases(
    request: Request,
    parts: TheParts,
    state: Annotated[State | None, Query(description="open: abiertos; closed: cerrados.")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """Por número, como se fueron abriendo."""
    narrowed: dict[str, str] = {} if state is None else {"state": state}
    last = cursors.number_after(request, narrowed, cursor)
    async with parts.database().session() as session:
        found = await following.cases_after(session, last, limit + 1, parts.now(), state=state)
    shown, further = page(request, found, limit, narrowed, lambda one: str(one.number))
    return answered(request, CasePage(data=[_document(one) for one in shown], next=further))


@router.get(
    "/cases/{number}",
    dependencies=[Depends(Scope("cases:read"))],
    **told("Un caso", CaseDocument, _EXAMPLE, NOT_FOUND),
)
async def show_case(request: Request, parts: TheParts, number: Number) -> Response:
    """Abierto o cerrado. Lo que se escribió se queda con el personal."""
    async with parts.database().session() as session:
        try:
            case = await following.case(session, number, parts.now())
        except NoSuchCase:
            raise _no_such_case(number) from None
    return answered(request, _document(case))


@router.post(
    "/cases/{number}/notes",
    dependencies=[Depends(Scope("cases:write"))],
    openapi_extra=body(NewNote, {"text": "Tiene el expediente 123 en Permisos."}),
    **told("Agregar una nota", Noted, {"case": 31, "note": 88}, NOT_FOUND, *CHANGING, status=201),
)
async def note_case(
    request: Request,
    holder: TheHolder,
    number: Number,
    note: Annotated[NewNote, Depends(Body(NewNote))],
    idempotency_key: IdempotencyKey,
) -> Response:
    """En un caso abierto o cerrado, con el nombre de la llave."""

    async def work(session: AsyncSession, now: datetime) -> tuple[Noted, Act]:
        try:
            note_id = await notes.add_note(session, number, holder.name, note.text)
        except NoSuchCase:
            raise _no_such_case(number) from None
        except CaseRefused as error:
            raise invalid("body.text", str(error)) from None
        # Not the words: they would be kept beyond the note, which goes when the person erases.
        return Noted(case=number, note=note_id), Act("case.note", f"case:{number}")

    return await once(request, holder, idempotency_key, work)


def _no_such_case(number: int) -> Problem:
    return Problem(NOT_FOUND, f"No hay un caso con el número {number}.")


def _document(case: MaskedCase) -> CaseDocument:
    return CaseDocument(
        number=case.number,
        state="open" if case.closed_at is None else "closed",
        reason=case.reason,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        held=case.held,
        context=case.context,
        channels=[
            MaskedChannel(channel=one.channel, address=one.address) for one in case.addresses
        ],
    )
