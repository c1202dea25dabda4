"""Puts the console together: an application of its own, mounted under ``/consola``.

Of its own, so that its errors are its pages, and nothing of it can be reached around its checks.
"""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response

from actions.articles.errors import NoSuchFact, NoSuchVersion
from actions.staff.errors import LinkOver, NoSuchStaff
from actions.staff.permissions import NAMES, roles_with
from actions.store.database import is_outage
from api.console import pages
from api.console.access import (
    HOME,
    LOGIN,
    Forged,
    NotAllowed,
    NotLoggedIn,
    TooLarge,
    WrongStage,
    login_path,
)
from api.console.rooms import (
    account,
    article_editing,
    article_review,
    articles,
    audit,
    booking,
    bookings,
    case_desk,
    cases,
    complaints,
    facts,
    home,
    keys,
    login,
    people,
    person_acts,
    person_firm,
    question_answers,
    questions,
    registry,
    registry_acts,
    registry_conflicts,
    registry_sync,
    staff,
    trying,
)

STATIC: Final = Path(__file__).parent / "static"
ROUTERS: Final[tuple[APIRouter, ...]] = (
    login.router,
    account.router,
    home.router,
    cases.router,
    case_desk.router,
    people.router,
    person_acts.router,
    person_firm.router,
    # Before the consultants' own, whose addresses hold any number.
    registry_sync.router,
    registry_conflicts.router,
    registry.router,
    registry_acts.router,
    bookings.router,
    complaints.router,
    # After those two: its address holds any number.
    booking.router,
    # Before the articles' own, whose addresses hold any name.
    article_editing.router,
    article_review.router,
    articles.router,
    facts.router,
    questions.router,
    question_answers.router,
    trying.router,
    staff.router,
    keys.router,
    audit.router,
)
"""The rooms; a new one is added here, and to the menu in api.console.pages."""

log = structlog.get_logger(__name__)
Handler = Callable[[Request, Exception], Awaitable[Response]]


def create_console() -> FastAPI:
    """The console; whoever mounts it sets ``state.console`` before the first request."""
    app = FastAPI(title="Consola", docs_url=None, redoc_url=None, openapi_url=None)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/estatico", GZipMiddleware(StaticFiles(directory=STATIC), minimum_size=1000))
    handlers: dict[type[Exception], Handler] = {
        NotLoggedIn: _not_logged_in,
        WrongStage: _wrong_stage,
        NotAllowed: _not_allowed,
        Forged: _forged,
        TooLarge: _too_large,
        LinkOver: _link_over,
        NoSuchFact: _not_found,
        NoSuchStaff: _not_found,
        NoSuchVersion: _not_found,
        HTTPException: _http_error,
        RequestValidationError: _not_found,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    return app


def _error(
    request: Request,
    status: int,
    heading: str,
    sentence: str,
    *,
    back: str = HOME,
    back_title: str = "Ir al inicio",
    reference: str = "",
) -> HTMLResponse:
    theme = pages.theme_of(request.cookies.get(pages.THEME_COOKIE))
    html = pages.fragment(
        "error.html",
        theme=theme,
        heading=heading,
        sentence=sentence,
        back=back,
        back_title=back_title,
        reference=reference,
    )
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


async def _not_logged_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotLoggedIn)
    return RedirectResponse(login_path(error.back), 303, headers={"Cache-Control": "no-store"})


async def _wrong_stage(_: Request, error: Exception) -> Response:
    assert isinstance(error, WrongStage)
    path = {**login.NEXT, "full": HOME}[error.stage]
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


async def _not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotAllowed)
    *others, last = (NAMES[role] for role in roles_with(error.permission))
    roles = f"{', '.join(others)} o {last}" if others else last
    return _error(
        request,
        403,
        "No tiene permiso para esta página",
        f"La puede usar quien tiene el rol de {roles}. Pídalo a quien administra el sistema.",
    )


async def _forged(request: Request, _: Exception) -> Response:
    return _error(
        request,
        403,
        "No se hizo nada",
        "La solicitud no salió de una página abierta en su sesión. "
        "Vuelva a la página, recárguela e intente otra vez.",
    )


async def _too_large(request: Request, _: Exception) -> Response:
    return _error(
        request, 413, "Es demasiado grande", "Los archivos y textos juntos llegan hasta 12 MB."
    )


async def _link_over(request: Request, error: Exception) -> Response:
    return _error(
        request, 410, "El enlace venció", str(error), back=LOGIN, back_title="Ir a la entrada"
    )


async def _not_found(request: Request, _: Exception) -> Response:
    return _error(request, 404, "No se encontró", "Esa página no existe, o ya no está.")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await _not_found(request, error)
    sentence = {
        400: "No se entendió lo que se mandó. Vuelva a la página e intente otra vez.",
        405: "Eso no se puede hacer desde esta dirección.",
        411: "Falta decir el tamaño de lo que se manda.",
    }.get(error.status_code, "No se pudo hacer.")
    return _error(request, error.status_code, "No se pudo", sentence)


async def _failed(request: Request, error: Exception) -> Response:
    if is_outage(error):
        return _error(
            request,
            503,
            "El sistema no puede guardar en este momento",
            "La base de datos no contesta. Espere un momento y pruebe otra vez: "
            "lo que escribió sigue en su navegador.",
        )
    reference = secrets.token_hex(4)
    log.error("console_failed", reference=reference, path=request.url.path, exc_info=error)
    return _error(
        request,
        500,
        "Algo falló de nuestro lado",
        "No se hizo nada. Pruebe otra vez; si se repite, avise y dé la referencia.",
        reference=reference,
    )
