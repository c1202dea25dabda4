"""«Citas con consultores»: what was asked of whom, how long it waits, and how fair it is."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.bookings import complaints, figures, listing
from actions.bookings.listing import ReferralLine
from actions.registry import record
from actions.registry.errors import NoSuchConsultant
from actions.staff.permissions import Permission
from api.console import charts, pages, tables
from api.console.access import Needs, Visit
from api.console.charts import Series
from api.console.rooms.registry import BOOKING_STATES, MODES
from api.console.rooms.registry import PATH as REGISTRY
from api.console.tables import Column, Filter, Table

router = APIRouter()
PATH: Final = "/consola/citas"
FOLLOW: Final = Permission.FOLLOW_BOOKINGS
PERIODS: Final = {"30": "30 días", "90": "90 días"}
MOST_BARS: Final = 20
LONGEST_LABEL: Final = 11

STATES: Final = {
    "espera": "Espera al consultor",
    "otra_hora": "Espera al dueño",
    "buscando": "Se busca otro",
    "aceptada": "Aceptada",
    "sin_consultor": "Sin consultor",
    "retirada": "Retirada",
}
TONES: Final = {
    "espera": "warning",
    "otra_hora": "warning",
    "buscando": "warning",
    "aceptada": "good",
    "sin_consultor": "bad",
    "retirada": "quiet",
}
_WAITING: Final = ("espera", "otra_hora", "buscando")


def _waits(one: ReferralLine) -> str:
    return pages.ago(one.made_at).removeprefix("hace ") if one.state in _WAITING else ""


TABLE: Final[Table[ReferralLine]] = Table(
    path=PATH,
    title="Solicitudes de cita",
    search="Consultor, empresa o número",
    empty="Todavía nadie pide una cita.",
    personal=True,
    filters=(Filter("estado", "Estado", [("", "Todos"), *STATES.items()]),),
    columns=(
        Column("N.º", lambda one: one.number),
        Column(
            "Empresa",
            lambda one: one.firm_name or "",
            shown=lambda one: one.firm_name or f"Persona {one.person_id}",
            link=lambda one: f"/consola/personas/{one.person_id}",
        ),
        Column(
            "Consultor",
            lambda one: one.consultant_name,
            link=lambda one: f"{REGISTRY}/{one.consultant_id}",
        ),
        Column("Estado", lambda one: STATES[one.state], tone=lambda one: TONES[one.state]),
        Column("Espera", _waits, only_exported=True),
        Column("Vence", lambda one: one.deadline, sort="vence"),
        Column("Cita", lambda one: one.starts),
        Column("Cómo", lambda one: MODES[one.mode], only_exported=True),
        Column("La cita", lambda one: BOOKING_STATES[one.booking_state], only_exported=True),
        Column("Intentos", lambda one: one.tried, number=True, sort="intentos"),
        Column(
            "Quejas",
            lambda one: one.complaints,
            tone=lambda one: "bad" if one.complaints else "",
            number=True,
        ),
        Column("Pedida", lambda one: one.made_at, sort="hecha", only_exported=True),
    ),
)


@router.get("/citas")
async def board(visit: Annotated[Visit, Needs(FOLLOW)]) -> Response:
    """All requests; of one consultant alone where the address says so."""
    table, wanted = TABLE, visit.request.query_params.get("consultor", "")
    async with visit.console.database.session() as session:
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            try:
                one = await record.record(session, int(wanted), visit.now)
            except NoSuchConsultant:
                raise HTTPException(404) from None
            only = Filter("consultor", "Consultor", [("", "Todos"), (wanted, one.name)])
            table = replace(TABLE, filters=(*TABLE.filters, only))
        return await tables.respond(
            visit,
            table,
            lambda asked: listing.referrals(session, asked),
            "bookings.html",
            "bookings",
            complaints=await complaints.open_ones(session),
        )


@router.get("/citas/cifras")
async def shares(visit: Annotated[Visit, Needs(FOLLOW)]) -> Response:
    """How requests fell on consultants, and how fast they answer."""
    wanted = visit.request.query_params.get("dias", "30")
    period = wanted if wanted in PERIODS else "30"
    since = visit.now - timedelta(days=int(period))
    # Each goes through a whole season: side by side they take half as long.
    database = visit.console.database
    async with database.session() as one, database.session() as other, asyncio.TaskGroup() as both:
        sharing = both.create_task(figures.fairness(one, since, visit.now))
        answering = both.create_task(
            figures.answer_weeks(other, since, visit.now, terms=visit.console.terms)
        )
    fair, weeks = sharing.result(), answering.result()
    shown = fair.shares[:MOST_BARS]
    labels = [pages.short_day(week.monday) for week in weeks]
    return pages.page(
        visit,
        "bookings_figures.html",
        "bookings",
        period=period,
        periods=PERIODS.items(),
        fair=fair,
        total=fair.requests,
        firsts=charts.bars(
            "Primeros lugares por consultor",
            [one.name.split()[0][:LONGEST_LABEL] for one in shown],
            [Series("Primeros lugares", [one.first for one in shown])],
        )
        if shown
        else None,
        answered=charts.bars(
            "Solicitudes por semana",
            labels,
            [
                Series("Contestadas", [week.answered for week in weeks]),
                Series("Sin contestar", [week.unanswered for week in weeks], 2),
            ],
        )
        if weeks
        else None,
        took=charts.lines(
            "Tiempo para contestar, por semana",
            labels,
            [
                Series(
                    "Mediana",
                    [
                        week.median_answer.total_seconds() / 3600 if week.median_answer else 0.0
                        for week in weeks
                    ],
                )
            ],
            "horas hábiles",
        )
        if weeks
        else None,
    )
