"""Complaints about bookings: the list, and each with what the ministry found."""

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.bookings import complaints
from actions.bookings.complaints import LONGEST_ANSWER, LONGEST_OUTCOME, ComplaintLine
from actions.bookings.errors import BadAnswer, BadWords, BookingRefused, NoSuchComplaint
from api.acting import acting
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.bookings import FOLLOW
from api.console.rooms.bookings import PATH as BOARD
from api.console.rooms.registry import BOOKING_STATES
from api.console.tables import Column, Filter, Table
from api.console.telling import sentence
from bot import registry_notices

router = APIRouter()
PATH: Final = f"{BOARD}/quejas"
BY: Final = {"owner": "Dueño", "consultant": "Consultor"}
ERASED: Final = "Datos borrados"
_SHOWN: Final = 120
"""Letters of a complaint in the list."""


def _words(one: ComplaintLine) -> str:
    words = " ".join(one.text.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


TABLE: Final[Table[ComplaintLine]] = Table(
    path=PATH,
    title="Quejas de citas",
    search="Consultor",
    empty="No hay quejas.",
    personal=True,
    filters=(
        Filter(
            "estado", "Estado", [("", "Todas"), ("abierta", "Abiertas"), ("resuelta", "Resueltas")]
        ),
        Filter(
            "de", "La puso", [("", "Todos"), ("dueno", "El dueño"), ("consultor", "El consultor")]
        ),
    ),
    columns=(
        Column("N.º", lambda one: str(one.id), link=lambda one: f"{PATH}/{one.id}"),
        Column("Consultor", lambda one: one.consultant_name, sort="consultor"),
        Column("La puso", lambda one: BY[one.by]),
        Column("Queja", lambda one: one.text, shown=lambda one: _words(one) or ERASED, wide=True),
        Column(
            "Estado",
            lambda one: "Abierta" if one.settled_at is None else "Resuelta",
            tone=lambda one: "warning" if one.settled_at is None else "quiet",
        ),
        Column("Puesta", lambda one: one.made_at, sort="hecha"),
    ),
)


@router.get("/citas/quejas")
async def everything(visit: Annotated[Visit, Needs(FOLLOW)]) -> Response:
    """All complaints, the open ones first."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: complaints.complaints(session, asked),
            "complaints.html",
            "bookings",
        )


@router.get("/citas/quejas/{complaint_id}")
async def one_complaint(visit: Annotated[Visit, Needs(FOLLOW)], complaint_id: int) -> Response:
    """One complaint."""
    return await _show(visit, complaint_id, Form())


async def _show(visit: Visit, complaint_id: int, form: Form, status: int = 200) -> Response:
    async with visit.console.database.session() as session:
        try:
            one = await complaints.complaint(session, complaint_id)
        except NoSuchComplaint:
            raise HTTPException(404) from None
    return pages.page(
        visit,
        "complaint.html",
        "bookings",
        status,
        one=one,
        by=BY[one.by],
        words=one.text or ERASED,
        booking_state=BOOKING_STATES[one.booking_state],
        form=form,
        longest=LONGEST_OUTCOME,
        longest_answer=LONGEST_ANSWER,
    )


@router.post("/citas/quejas/{complaint_id}/resolver")
async def settle(visit: Annotated[Visit, Needs(FOLLOW)], complaint_id: int) -> Response:
    """Closes a complaint with what was found, and tells who complained."""
    form = Form(
        {
            "resultado": visit.text("resultado").strip()[: LONGEST_OUTCOME + 1],
            "respuesta": visit.text("respuesta").strip()[: LONGEST_OUTCOME + 1],
        }
    )
    try:
        async with acting(visit.console.database, visit.actor) as act:
            one = await complaints.complaint(act.session, complaint_id)
            await complaints.settle(
                act.session,
                complaint_id,
                form["resultado"],
                visit.member.name,
                visit.now,
                form["respuesta"],
            )
            told = await registry_notices.tell_settled(
                act.session, visit.console.responses, one, form["respuesta"]
            )
            act.did(
                Act(
                    "booking.settle",
                    f"complaint:{complaint_id}",
                    after={"booking": one.booking_id, "told": told.is_told},
                    note=form["resultado"],
                    person_id=one.person_id,
                )
            )
    except NoSuchComplaint:
        raise HTTPException(404) from None
    except BadWords:
        form.wrong(
            "resultado", f"Diga qué se encontró o qué se hizo, hasta {LONGEST_OUTCOME} letras."
        )
        return await _show(visit, complaint_id, form, 422)
    except BadAnswer as refused:
        form.wrong("respuesta", str(refused))
        return await _show(visit, complaint_id, form, 422)
    except BookingRefused as refused:
        return pages.redirect(visit, f"{PATH}/{complaint_id}", str(refused), tone="bad")
    return pages.redirect(
        visit,
        f"{PATH}?estado=abierta",
        f"La queja {complaint_id} quedó resuelta. {sentence(told)}",
    )
