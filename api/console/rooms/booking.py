"""One request for a consultant's time: what for, who was asked, and what came of it."""

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.bookings import requests
from api.console import pages
from api.console.access import Needs, Visit
from api.console.rooms.bookings import FOLLOW, told_state, tone_of
from api.console.rooms.complaints import BY, ERASED
from api.console.rooms.registry import BOOKING_STATES, MODES

router = APIRouter()
WHO: Final = {**BY, "clock": "El sistema", "erasure": "Borrado de datos"}
ACTS: Final = {
    "requested": "La pidió",
    "handed_on": "Se le pasó la solicitud",
    "moved": "Pidió cambiar la hora",
    "accepted": "Aceptó",
    "declined": "Dijo que no",
    "proposed": "Propuso otra hora",
    "agreed": "Aceptó la otra hora",
    "kept": "Quedó a la hora de antes",
    "expired": "Se pasó el plazo",
    "lapsed": "Ya no está vigente en el registro",
    "cancelled": "La canceló",
    "done": "Marcó que se hizo",
    "missed": "Marcó que no llegaron",
}


@router.get("/citas/{number}")
async def one_request(visit: Annotated[Visit, Needs(FOLLOW)], number: int) -> Response:
    """One request by the number that both sides are told."""
    if not 0 < number < 2**63:
        raise HTTPException(404)
    async with visit.console.database.session() as session:
        one = await requests.request(session, number, visit.now)
    if one is None:
        raise HTTPException(404)
    return pages.page(
        visit,
        "booking.html",
        "bookings",
        one=one,
        last=one.turns[-1],
        purpose=one.turns[-1].purpose or ERASED,
        state=told_state(one.state, one.turns[-1].meeting),
        tone=tone_of(one.state, one.turns[-1].meeting),
        states=BOOKING_STATES,
        modes=MODES,
        acts=ACTS,
        who=WHO,
    )
