"""Bookings with consultants, without who asked for them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from actions.bookings import following
from actions.bookings.following import BEGINNING, MaskedBooking, Place, State
from api.v1 import cursors
from api.v1.access import Scope, TheParts
from api.v1.answers import Cursor, Limit, Page, answered, page
from api.v1.document import told

router = APIRouter(tags=["bookings"])


class BookingDocument(BaseModel):
    """Una cita, sin nada que diga quién la pidió ni para qué."""

    number: int
    referral: int = Field(
        description="La solicitud: pasa de un consultor a otro, con una cita cada uno."
    )
    consultant: str = Field(description="Su número de registro.")
    state: State = Field(
        description=(
            "pending: espera al consultor; proposed: espera al dueño; accepted: confirmada; "
            "declined: no aceptada; expired: venció; cancelled: cancelada; done: realizada; "
            "missed: el dueño no llegó."
        )
    )
    mode: Literal["on_site", "remote"]
    starts_at: datetime
    ends_at: datetime
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    stars: int | None = Field(description="La calificación del dueño, de 1 a 5.")


class BookingPage(Page[BookingDocument]):
    """Una página de citas."""


_EXAMPLE: Final[dict[str, Any]] = {
    "number": 12,
    "referral": 9,
    "consultant": "CA-0123",
    "state": "done",
    "mode": "remote",
    "starts_at": "2026-11-25T15:00:00Z",
    "ends_at": "2026-11-25T16:00:00Z",
    "asked_at": "2026-11-20T14:10:00Z",
    "answered_at": "2026-11-20T19:40:00Z",
    "ended_at": "2026-11-25T16:20:00Z",
    "stars": 5,
}


@router.get(
    "/bookings",
    dependencies=[Depends(Scope("bookings:read"))],
    **told("Las citas", BookingPage, {"data": [_EXAMPLE], "next": None}),
)
async def list_bookings(
    request: Request,
    parts: TheParts,
    state: Annotated[State | None, Query(description="Solo las que están así.")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Response:
    """En el orden en que se pidieron; la que se mueve de hora se pide otra vez.

    Lo que se escribió se queda con las dos partes.
    """
    narrowed: dict[str, str] = {} if state is None else {"state": state}
    last = _place(cursors.after(request, narrowed, cursor))
    async with parts.database().session() as session:
        found = await following.bookings_after(session, last, limit + 1, state=state)
    shown, further = page(request, found, limit, narrowed, _cursor)
    return answered(request, BookingPage(data=[_document(one) for one in shown], next=further))


def _cursor(last: MaskedBooking) -> str:
    return f"{last.asked_at.isoformat()} {last.number}"


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return BEGINNING
    asked_at, _, number = cursor.partition(" ")
    return Place(datetime.fromisoformat(asked_at), int(number))


def _document(one: MaskedBooking) -> BookingDocument:
    return BookingDocument.model_validate(
        {name: getattr(one, name) for name in BookingDocument.model_fields}
    )
