"""«Inicio»: how the day goes, how the channels fare, what waits, and how it all moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from actions.bookings.complaints import open_ones as open_complaints
from actions.figures import health, service
from actions.figures.health import ChannelHealth, Queue, Queues
from actions.figures.service import PERIODS, NoSuchPeriod, Today, Trend
from actions.messages import states
from actions.registry import conflicts, record
from actions.staff.permissions import Permission
from actions.store.database import Executor
from api.console import charts, live, pages
from api.console.access import HOME, Needs, Visit
from api.console.charts import Chart, Series
from api.console.rooms import complaints, registry, registry_conflicts
from knowledge.topics import TOPICS

router = APIRouter()
GLANCE: Final = "/consola/inicio/hoy"
PART: Final = "parts/home_today.html"
SEE: Final = Permission.SEE_OVERVIEW
USUAL: Final = 30
_LISTED: Final = 5
_BARELY: Final = 0.005
"""A change that is rounded to nothing."""
_MANY_TIMES: Final = 2.0
"""From here on a change reads better as a multiple."""

_STATES: Final = {
    "good": ("Bien", "good"),
    "attention": ("Revisar", "bad"),
    "silent": ("Sin mensajes en 24 h", "warning"),
}
_LANES: Final = {
    states.REPLY: "Respuestas por enviar",
    states.NOTICE: "Avisos por enviar",
    states.BULK: "Anuncios por enviar",
}


@dataclass(frozen=True, slots=True)
class _Channel:
    name: str
    is_on: bool
    word: str
    tone: str
    health: ChannelHealth


@dataclass(frozen=True, slots=True)
class _Line:
    """Something by how often it came up; ``share`` of the most frequent one, from 0 to 100."""

    title: str
    count: int
    share: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A chart with what it comes to, and how that moved, in words."""

    chart: Chart
    total: str
    moved: str


@router.get("/")
async def home(visit: Annotated[Visit, Needs(SEE)], dias: str = str(USUAL)) -> Response:
    """The whole page, with the last so many days."""
    now = visit.now
    async with visit.console.database.session() as session:
        running = await service.today(session, now)
        try:
            moving = await service.trend(session, now, _days(dias), running)
        except NoSuchPeriod:
            return RedirectResponse(HOME, 303)
        glance = await _glance(visit, session, running, now)
    return pages.page(
        visit,
        "home.html",
        "home",
        glance_path=GLANCE,
        tag=live.tag_of(pages.fragment(PART, **glance)),
        periods=PERIODS,
        days=len(moving.points),
        drawn=drawn(moving) if moving.turns.value or not glance["is_fresh"] else (),
        **glance,
    )


def _days(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 0


@router.get("/inicio/hoy")
async def today(visit: Annotated[Visit, Needs(SEE)]) -> Response:
    """The day as it stands, for a page that keeps itself fresh."""
    now = visit.now
    async with visit.console.database.session() as session:
        running = await service.today(session, now)
        glance = await _glance(visit, session, running, now)
    return live.part(visit.request, pages.fragment(PART, **glance))


async def _glance(visit: Visit, session: Executor, running: Today, now: datetime) -> dict[str, Any]:
    found = await health.channel_health(session, now, [*pages.CHANNELS])
    waiting = await health.queues(session, now)
    titles = visit.console.shelf().library.articles
    figures = running.figures
    sent = sum(
        count
        for by_state in figures.outbound.values()
        for state, count in by_state.items()
        if state not in (states.EXCLUDED, states.FAILED)
    )
    return {
        "today": running,
        "figures": figures,
        "quick": quick,
        "received": sum(figures.inbound.values()),
        "sent": sent,
        "channels": [_channel(one, visit.console.assembly.channels) for one in found],
        "queues": _queues(waiting),
        "jobs": waiting,
        "topics": _ranked(
            [(TOPICS.get(one.name, one.name), one.count, "") for one in figures.topics]
        ),
        "articles": _ranked(
            [
                (
                    titles[one.name].title if one.name in titles else one.name,
                    one.count,
                    f"/consola/articulos/{one.name}" if one.name in titles else "",
                )
                for one in figures.articles
            ]
        ),
        "tasks": await _tasks(visit, session),
        "may_read_cases": visit.may(Permission.READ_CASES),
        "may_read_knowledge": visit.may(Permission.READ_KNOWLEDGE),
        "is_fresh": all(one.last_inbound_at is None for one in found),
    }


async def _tasks(visit: Visit, session: Executor) -> list[tuple[int, str, str]]:
    """What waits for somebody with the permissions of who visits: how many, of what, and where."""
    found = []
    if visit.may(Permission.MANAGE_REGISTRY):
        applied, undecided = await record.waiting(session), await conflicts.open_ones(session)
        found += [
            (
                applied,
                "solicitud de consultor por revisar"
                if applied == 1
                else "solicitudes de consultores por revisar",
                f"{registry.PATH}?estado=solicitada",
            ),
            (
                undecided,
                "conflicto del registro por decidir"
                if undecided == 1
                else "conflictos del registro por decidir",
                f"{registry_conflicts.LIST}?decidido=no",
            ),
        ]
    if visit.may(Permission.FOLLOW_BOOKINGS):
        complained = await open_complaints(session)
        found.append(
            (
                complained,
                "queja de citas abierta" if complained == 1 else "quejas de citas abiertas",
                f"{complaints.PATH}?estado=abierta",
            )
        )
    return found


def _channel(one: ChannelHealth, on: Any) -> _Channel:
    is_on = one.channel in on
    word, tone = _STATES[one.state] if is_on else ("Apagado", "quiet")
    return _Channel(pages.CHANNELS[one.channel], is_on, word, tone, one)


def _queues(waiting: Queues) -> list[tuple[str, Queue]]:
    return [
        ("Mensajes por contestar", waiting.inbox),
        *((_LANES[lane], queue) for lane, queue in waiting.outbox.items()),
    ]


def _ranked(counted: Sequence[tuple[str, int, str]]) -> list[_Line]:
    most = max((count for _, count, _ in counted), default=1)
    return [
        _Line(title, count, round(100 * count / most), link)
        for title, count, link in counted[:_LISTED]
    ]


def quick(milliseconds: float | None) -> str:
    """How long an answer takes: "45 ms", "1.2 s"; a dash for None."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def moved(change: float | None, more: str = "más", less: str = "menos") -> str:
    """By how much a figure changed, in words: "12 % más que en el período anterior"."""
    if change is None:
        return "todavía no hay con qué comparar"
    if abs(change) < _BARELY:
        return "igual que en el período anterior"
    if change >= _MANY_TIMES:
        return f"{change + 1:.1f} veces lo del período anterior"
    share = max(1, round(100 * abs(change)))
    return f"{share} % {more if change > 0 else less} que en el período anterior"


def drawn(moving: Trend) -> list[_Drawn]:
    """The charts of a period."""
    points = moving.points
    labels = [pages.short_day(one.day) for one in points]
    both = moving.answered.value + moving.not_answered.value
    return [
        _Drawn(
            charts.bars(
                "Preguntas contestadas y sin contestar",
                labels,
                [
                    Series("Contestadas", [one.answered for one in points], 1),
                    Series("Sin contestar", [one.not_answered for one in points], 2),
                ],
            ),
            f"{pages.number(moving.answered.value)} contestadas, "
            f"{pages.percent(moving.answered.value, both)} de las preguntas",
            f"Contestadas: {moved(moving.answered.change)}. "
            f"Sin contestar: {moved(moving.not_answered.change)}.",
        ),
        _one(
            charts.lines(
                "Personas que escribieron, por día",
                labels,
                [Series("Personas", [one.people for one in points], 1)],
            ),
            f"{pages.number(moving.people.value, 1)} al día, en promedio",
            moved(moving.people.change),
        ),
        _one(
            charts.lines(
                "Tiempo de respuesta",
                labels,
                [Series("95 de cada 100 respuestas", [one.p95_ms for one in points], 1)],
                "ms",
            ),
            f"95 de cada 100 respuestas, en {quick(moving.p95_ms.value)} o menos",
            moved(moving.p95_ms.change, "más lento", "más rápido"),
        ),
        _one(
            charts.bars(
                "Casos abiertos, por día",
                labels,
                [Series("Casos", [one.cases_opened for one in points], 1)],
            ),
            f"{pages.number(moving.cases_opened.value)} casos",
            moved(moving.cases_opened.change),
        ),
    ]


def _one(chart: Chart, total: str, words: str) -> _Drawn:
    return _Drawn(chart, total, f"{words[0].upper()}{words[1:]}.")
