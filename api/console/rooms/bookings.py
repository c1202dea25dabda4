"""«Citas con consultores»: what was asked of whom, how long it waits, and how fair it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.bookings import complaints, figures, listing
from actions.bookings.figures import Share
from actions.bookings.listing import ReferralLine
from actions.bookings.working_time import at as start_of
from actions.cases.hours import ZONE
from actions.registry import record
from actions.registry.errors import NoSuchConsultant
from actions.staff.permissions import Permission
from api.console import charts, pages, tables
from api.console.access import Needs, Visit
from api.console.charts import Series
from api.console.rooms.registry import MODES
from api.console.rooms.registry import PATH as REGISTRY
from api.console.tables import Column, Filter, Table

router = APIRouter()
PATH: Final = "/consola/citas"
FOLLOW: Final = Permission.FOLLOW_BOOKINGS
PERIODS: Final = {"30": "30 días", "90": "90 días"}
MOST_BARS: Final = 20

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
MEETINGS: Final = {
    "por_venir": "Por venir",
    "sin_marcar": "Sin marcar",
    "se_hizo": "Se hizo",
    "no_llegaron": "No llegaron",
    "cancelada": "Cancelada",
}
_MEETING_TONES: Final = {"por_venir": "good", "sin_marcar": "warning", "no_llegaron": "bad"}
_WAITING: Final = ("espera", "otra_hora", "buscando")


def told_state(state: str, meeting: str) -> str:
    """How a request stands: once both agreed, that is what became of their meeting."""
    return MEETINGS.get(meeting) or STATES[state]


def tone_of(state: str, meeting: str) -> str:
    """How that is marked."""
    return _MEETING_TONES.get(meeting, "quiet") if meeting else TONES[state]


def _waits(one: ReferralLine) -> str:
    return pages.ago(one.made_at).removeprefix("hace ") if one.state in _WAITING else ""


TABLE: Final[Table[ReferralLine]] = Table(
    path=PATH,
    title="Solicitudes de cita",
    search="Consultor, empresa o número",
    empty="Todavía nadie pide una cita.",
    personal=True,
    filters=(
        Filter("estado", "Solicitud", [("", "Todas"), *STATES.items()]),
        Filter("cita", "Reunión", [("", "Todas"), *MEETINGS.items()]),
        Filter("queja", "Quejas", [("", "Con o sin queja"), ("si", "Con queja")]),
    ),
    columns=(
        Column("N.º", lambda one: str(one.number), link=lambda one: f"{PATH}/{one.number}"),
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
        Column(
            "Estado",
            lambda one: STATES[one.state],
            shown=lambda one: told_state(one.state, one.meeting),
            tone=lambda one: tone_of(one.state, one.meeting),
        ),
        Column("Espera", _waits, only_exported=True),
        Column("Vence", lambda one: one.deadline, sort="vence"),
        Column("Cita", lambda one: one.starts),
        Column("Cómo", lambda one: MODES[one.mode], only_exported=True),
        Column("Reunión", lambda one: MEETINGS.get(one.meeting, ""), only_exported=True),
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
            lambda asked: listing.referrals(session, asked, visit.now),
            "bookings.html",
            "bookings",
            complaints=await complaints.open_ones(session),
        )


@router.get("/citas/cifras")
async def shares(visit: Annotated[Visit, Needs(FOLLOW)]) -> Response:
    """How requests fell on consultants, and how fast they answer."""
    wanted = visit.request.query_params.get("dias", "30")
    period = wanted if wanted in PERIODS else "30"
    since = _monday(visit.now - timedelta(days=int(period)))
    # Each goes through a whole season: side by side they take half as long.
    database = visit.console.database
    async with database.session() as one, database.session() as other, asyncio.TaskGroup() as both:
        sharing = both.create_task(figures.fairness(one, since, visit.now))
        answering = both.create_task(
            figures.answer_weeks(other, since, visit.now, terms=visit.console.terms)
        )
    fair, weeks = sharing.result(), answering.result()
    shown = fair.shares[:MOST_BARS]
    weeks_of = [pages.short_day(week.monday) for week in weeks]
    return pages.page(
        visit,
        "bookings_figures.html",
        "bookings",
        period=period,
        periods=PERIODS.items(),
        fair=fair,
        since=since,
        total=fair.requests,
        firsts=charts.ranked(
            "Primeros lugares por consultor",
            _told_apart(shown),
            Series("Primeros lugares", [one.first for one in shown]),
            _told_apart(shown, charts.LONGEST_NAME),
        )
        if shown
        else None,
        answered=charts.bars(
            "Solicitudes por semana",
            weeks_of,
            [
                Series("Contestadas", [week.answered for week in weeks]),
                Series("Se les pasó el plazo", [week.unanswered for week in weeks], 2),
                Series("Todavía esperan", [week.waiting for week in weeks], 3),
            ],
        )
        if weeks
        else None,
        took=charts.lines(
            "Tiempo para contestar, por semana",
            weeks_of,
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


def _monday(at: datetime) -> datetime:
    """The beginning of its week in El Salvador: the first week of a chart is a whole one too."""
    day = at.astimezone(ZONE).date()
    return start_of(day - timedelta(days=day.weekday()), time.min)


def _told_apart(shares: Sequence[Share], longest: int = 200) -> list[str]:
    """Their names, of ``longest`` letters at most; with the number in the registry where two would
    read the same."""
    names = [_cut(one.name, longest) for one in shares]
    return [
        name
        if names.count(name) == 1
        else f"{_cut(one.name, longest - len(one.registration) - 3)} ({one.registration})"
        for name, one in zip(names, shares, strict=True)
    ]


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: max(1, longest - 1)].rstrip()}…"
