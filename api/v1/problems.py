"""Errors as RFC 9457 has them: one shape for all, whatever went wrong and wherever."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from actions.store.database import is_outage

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5
"""After an outage of the database."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in the ``type``, its status, and its title."""

    name: str
    status: int
    title: str


NO_KEY: Final = Kind("no-key", 401, "Falta una llave válida")
NO_SCOPE: Final = Kind("no-scope", 403, "La llave no tiene ese permiso")
NOT_FOUND: Final = Kind("not-found", 404, "No existe")
NOT_ALLOWED: Final = Kind("not-allowed", 405, "Eso no se puede hacer aquí")
CONFLICT: Final = Kind("conflict", 409, "Choca con lo que hay")
IN_PROGRESS: Final = Kind("in-progress", 409, "Esa solicitud se está atendiendo")
TOO_LARGE: Final = Kind("too-large", 413, "La solicitud es demasiado grande")
NOT_JSON: Final = Kind("not-json", 415, "Se espera JSON")
INVALID: Final = Kind("invalid", 422, "La solicitud tiene errores")
KEY_REUSED: Final = Kind("key-reused", 422, "Esa Idempotency-Key es de otra solicitud")
TOO_MANY: Final = Kind("too-many", 429, "Demasiadas solicitudes")
BROKEN: Final = Kind("broken", 500, "Algo falló de nuestro lado")
AWAY: Final = Kind("away", 503, "No se puede atender en este momento")

_BY_STATUS: Final = {one.status: one for one in (NOT_FOUND, NOT_ALLOWED, TOO_LARGE)}


class Fault(BaseModel):
    """One thing to mend: where it is ("query.limit", "body.markdown"), and what is wrong."""

    model_config = ConfigDict(title="Fault")

    field: str
    detail: str
    line: int | None = Field(default=None, description="La línea del texto, desde 1.")


class ProblemDocument(BaseModel):
    """Un error (RFC 9457). «type» dice de qué clase es, «detail» qué hacer."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="urn:torogoz:problem:<clase>")
    title: str
    status: int
    detail: str
    instance: str = Field(description="La dirección que se pidió.")
    errors: list[Fault] | None = None
    scope: str | None = Field(default=None, description="El permiso que falta.")


class Problem(Exception):
    """A request that cannot be answered as it is; ``detail`` is a Spanish sentence."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[Fault] | None = None,
        scope: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.scope = scope
        self.headers = dict(headers or {})


def document(problem: Problem, instance: str) -> dict[str, Any]:
    """The problem as it is sent."""
    return ProblemDocument(
        type=f"urn:torogoz:problem:{problem.kind.name}",
        title=problem.kind.title,
        status=problem.kind.status,
        detail=problem.detail,
        instance=instance,
        errors=None if problem.errors is None else list(problem.errors),
        scope=problem.scope,
    ).model_dump(exclude_none=True)


def _response(request: Request, problem: Problem) -> JSONResponse:
    return JSONResponse(
        document(problem, request.url.path),
        problem.kind.status,
        problem.headers,
        media_type=MEDIA_TYPE,
    )


def invalid(field: str, detail: str) -> Problem:
    """One field that is wrong."""
    return Problem(INVALID, "Corrija lo que se indica.", errors=[Fault(field=field, detail=detail)])


def invalid_many(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What pydantic found wrong."""
    faults = [Fault(field=_place(error["loc"]), detail=_said(error)) for error in errors]
    return Problem(INVALID, "Corrija lo que se indica.", errors=faults)


def _place(path: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in path)


_SAID: Final[dict[str, str]] = {
    "missing": "Falta.",
    "extra_forbidden": "No se conoce: quítelo.",
    "json_invalid": "No es JSON válido.",
    "model_type": "Tiene que ser un objeto JSON.",
    "model_attributes_type": "Tiene que ser un objeto JSON.",
    "string_type": "Tiene que ser texto.",
    "string_too_short": "Tiene que llevar por lo menos {min_length} letras.",
    "string_too_long": "No puede pasar de {max_length} letras.",
    "string_pattern_mismatch": "No tiene la forma que se espera.",
    "string_unicode": "Tiene letras que no se pueden leer.",
    "int_type": "Tiene que ser un número entero.",
    "int_parsing": "Tiene que ser un número entero.",
    "int_from_float": "Tiene que ser un número entero.",
    "int_parsing_size": "Es un número demasiado grande.",
    "greater_than_equal": "Tiene que ser {ge} o más.",
    "less_than_equal": "Tiene que ser {le} o menos.",
    "value_error": "{error}",
    "literal_error": "Tiene que ser uno de estos: {expected}.",
    "date_type": "Tiene que ser un día como 2026-12-31.",
    "date_parsing": "Tiene que ser un día como 2026-12-31.",
    "date_from_datetime_parsing": "Tiene que ser un día como 2026-12-31.",
    "date_from_datetime_inexact": "Tiene que ser un día como 2026-12-31.",
}
"""What is wrong with a value, by pydantic's name for it."""


def _said(error: Mapping[str, Any]) -> str:
    known = _SAID.get(error["type"])
    if known is None:
        return "No es un valor que se acepte."
    # Pydantic joins what it expected with a word of its own.
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    if "expected" in context:
        context["expected"] = re.sub(r" or (?=')", " o ", context["expected"])
    return known.format_map(context)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return _response(request, error)


async def _not_valid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _response(request, invalid_many(error.errors()))


async def _by_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        raise error
    details = {
        NOT_FOUND: "No hay nada en esa dirección: vea /v1/openapi.json.",
        NOT_ALLOWED: "Esa dirección no acepta ese método: vea /v1/openapi.json.",
        TOO_LARGE: "Mande menos datos por solicitud.",
    }
    return _response(request, Problem(kind, details[kind], headers=error.headers))


async def _outage(request: Request, error: Exception) -> JSONResponse:
    if not is_outage(error):
        raise error
    log.warning("api_without_database", error=type(error).__name__)
    sentence = f"La base de datos no contesta: pruebe de nuevo en {RETRY_SECONDS} segundos."
    return _response(request, Problem(AWAY, sentence, headers={"Retry-After": str(RETRY_SECONDS)}))


async def _broken(request: Request, error: Exception) -> JSONResponse:
    # Raised once more by the server, which writes it to the logs.
    return _response(request, Problem(BROKEN, "Quedó anotado. Si se repite, avise al ministerio."))


def install(app: FastAPI) -> None:
    """Makes every error of an application such a document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _by_framework)
    app.add_exception_handler(SQLAlchemyError, _outage)
    app.add_exception_handler(OSError, _outage)
    app.add_exception_handler(Exception, _broken)
