"""Renders pages: the templates, what they may use, and the notice that survives a redirect."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

from actions.staff.permissions import EXPLAINED, NAMES, Permission
from api import version
from api.clock import ZONE
from api.console.access import HOME, TOKEN_FIELD, VISITOR_COOKIE, Stranger, Visit
from api.console.parts import Console
from bot import inbound

TEMPLATES: Final = Path(__file__).parent / "templates"
NOTICE_COOKIE: Final = "torogoz_aviso"
THEME_COOKIE: Final = "torogoz_tema"
THEMES: Final = {"claro": "light", "oscuro": "dark"}

CHANNELS: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram", "web": "Web"}
WITHOUT_WORDS: Final = {
    inbound.BUTTON: "(botón)",
    inbound.VOICE: "(nota de voz)",
    inbound.IMAGE: "(foto)",
    inbound.VIDEO: "(video)",
    inbound.STICKER: "(sticker)",
    inbound.DOCUMENT: "(archivo)",
    inbound.LOCATION: "(ubicación)",
    inbound.CONTACT: "(contacto)",
}
"""What stands for a message without words."""

_MONTHS: Final = (
    *("ene", "feb", "mar", "abr", "may", "jun"),
    *("jul", "ago", "sep", "oct", "nov", "dic"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A line of the menu; shown to who has the permission (None: to everybody)."""

    name: str
    path: str
    title: str
    needs: Permission | None


ROOMS: Final = (
    Room("home", "/consola/", "Inicio", Permission.SEE_OVERVIEW),
    Room("cases", "/consola/casos", "Conversaciones", Permission.READ_CASES),
    Room("people", "/consola/personas", "Personas y empresas", Permission.READ_PEOPLE),
    Room("registry", "/consola/registro", "Registro de consultores", Permission.READ_REGISTRY),
    Room("bookings", "/consola/citas", "Citas con consultores", Permission.FOLLOW_BOOKINGS),
    Room("articles", "/consola/articulos", "Artículos", Permission.READ_KNOWLEDGE),
    Room("facts", "/consola/hechos", "Hechos", Permission.READ_KNOWLEDGE),
    Room("questions", "/consola/preguntas", "Preguntas sin respuesta", Permission.READ_KNOWLEDGE),
    Room("trying", "/consola/probar", "Probar", Permission.READ_KNOWLEDGE),
    Room("staff", "/consola/personal", "Personal", Permission.MANAGE_STAFF),
    Room("keys", "/consola/llaves", "Llaves de la API", Permission.MANAGE_KEYS),
    Room("audit", "/consola/auditoria", "Auditoría", Permission.READ_AUDIT),
)
"""The menu; a new room is added here."""


def moment(at: datetime | None) -> str:
    """A moment in El Salvador: "28 nov 2026, 14:05"; empty for None."""
    if at is None:
        return ""
    there = at.astimezone(ZONE)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}, {there:%H:%M}"


def clock(at: datetime) -> str:
    """Its hour there: "14:05"."""
    return f"{at.astimezone(ZONE):%H:%M}"


def day(at: date | datetime | None) -> str:
    """A day: "28 nov 2026"; empty for None."""
    if at is None:
        return ""
    there = at.astimezone(ZONE) if isinstance(at, datetime) else at
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}"


def short_day(at: date) -> str:
    """A day without its year: "28 nov"."""
    return f"{at.day} {_MONTHS[at.month - 1]}"


def lasted(span: timedelta | None) -> str:
    """How long: "5 min", "3 h", "2 días"; empty for None."""
    if span is None:
        return ""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "menos de 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} días"


def ago(at: datetime | None) -> str:
    """How long ago: "hace 5 min"; empty for None."""
    return "" if at is None else f"hace {lasted(datetime.now(UTC) - at)}"


def number(value: float | None, places: int = 0) -> str:
    """A number as it is written in El Salvador: "1,234.5"; a dash for None."""
    return "–" if value is None else f"{value:,.{places}f}"


def percent(part: float, whole: float) -> str:
    """A share: "12.5 %"; a dash of nothing."""
    return "–" if not whole else f"{100 * part / whole:.1f} %"


def browser(agent: str) -> str:
    """A browser's name for itself in two words: "Chrome en Windows"."""
    name = next((told for sign, told in _BROWSERS if sign in agent), "Navegador desconocido")
    system = next((told for sign, told in _SYSTEMS if sign in agent), "")
    return f"{name} en {system}" if system else name


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def iso(at: datetime | date | None) -> str:
    """For the attribute of a ``time`` element."""
    return "" if at is None else at.isoformat()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": moment,
        "clock": clock,
        "day": day,
        "ago": ago,
        "lasted": lasted,
        "number": number,
        "iso": iso,
        "browser": browser,
        "channel": lambda name: CHANNELS.get(name, name),
    }
    environment.globals |= {
        "percent": percent,
        "version": version.VERSION,
        "TOKEN_FIELD": TOKEN_FIELD,
        "role_names": {role.value: name for role, name in NAMES.items()},
        "role_explained": {role.value: words for role, words in EXPLAINED.items()},
        "WITHOUT_WORDS": WITHOUT_WORDS,
        "Permission": Permission,
    }
    return environment


_ENVIRONMENT: Final = _environment()


def fragment(template: str, **values: Any) -> str:
    """A part of a page."""
    return _ENVIRONMENT.get_template(template).render(**values)


def page(visit: Visit, template: str, room: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the shell, with the menu of who visits; ``room`` is the name of its line there."""
    request = visit.request
    notice = visit.console.unsigned("notice", unquote(request.cookies.get(NOTICE_COOKIE, "")))
    html = fragment(
        template,
        visit=visit,
        token=visit.token,
        rooms=rooms_of(visit),
        room=room,
        notice=json.loads(notice) if notice else None,
        theme=theme_of(request.cookies.get(THEME_COOKIE)),
        **values,
    )
    response = HTMLResponse(html, status, headers={"Cache-Control": "no-store"})
    if notice:
        response.delete_cookie(NOTICE_COOKIE, path="/consola")
    return response


def bare(stranger: Stranger, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page without the shell, for who has not logged in."""
    theme = theme_of(stranger.request.cookies.get(THEME_COOKIE))
    html = fragment(template, token=stranger.token, theme=theme, **values)
    response = HTMLResponse(html, status, headers={"Cache-Control": "no-store"})
    set_cookie(response, stranger.console, VISITOR_COOKIE, stranger.cookie)
    return response


def plain(visit: Visit, template: str, **values: Any) -> str:
    """A page without the shell, for who has not finished the login."""
    theme = theme_of(visit.request.cookies.get(THEME_COOKIE))
    return fragment(template, token=visit.token, theme=theme, **values)


def with_back(path: str, back: str) -> str:
    """A path that goes on to ``back`` afterwards."""
    return path if back == HOME else f"{path}?{urlencode({'a': back})}"


def theme_of(cookie: str | None) -> str:
    """The look that was chosen: ``light``, ``dark``, or empty for that of the device."""
    return THEMES.get(cookie or "", "")


def rooms_of(visit: Visit) -> Sequence[Room]:
    """The lines of the menu for who visits."""
    return [room for room in ROOMS if room.needs is None or visit.may(room.needs)]


def redirect(visit: Visit, path: str, notice: str = "", *, tone: str = "good") -> RedirectResponse:
    """On to another page of ours after something was done, which tells ``notice`` once."""
    response = RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
    if notice:
        value = visit.console.signed("notice", json.dumps({"text": notice, "tone": tone}))
        set_cookie(response, visit.console, NOTICE_COOKIE, quote(value), seconds=60)
    return response


def set_cookie(
    response: Response, console: Console, name: str, value: str, seconds: int | None = None
) -> None:
    """Sets a cookie of ours: only for these pages, and out of reach of scripts."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/consola",
        secure=console.is_secure,
        httponly=True,
        samesite="lax",
    )
