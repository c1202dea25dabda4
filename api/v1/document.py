"""The OpenAPI document: what each route says of itself, and what holds for all of them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from actions.keys.rules import SCOPES
from api.v1 import problems
from api.v1.access import Scope
from api.v1.changes import REPLAYED
from api.v1.problems import (
    AWAY,
    CONFLICT,
    INVALID,
    NO_KEY,
    NO_SCOPE,
    NOT_FOUND,
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY,
    Fault,
    Kind,
    Problem,
    ProblemDocument,
)

SECURITY: Final = "llave"
_ALWAYS: Final = (NO_KEY, NO_SCOPE, INVALID, TOO_MANY, AWAY)
CHANGING: Final = (CONFLICT, TOO_LARGE, NOT_JSON)
"""What also happens to requests with a body."""
_SCOPES: Final = "\n".join(f"- {name}: {said}" for name, said in SCOPES.items())
_DESCRIPTION: Final = f"""
Lo que Torogoz comparte con los demás sistemas del ministerio.

- Cada sistema tiene su llave, con permisos; se manda como «Authorization: Bearer tgz_...».
- Cada llave permite cierta cantidad de solicitudes por minuto: vea los encabezados RateLimit.
- Todo error es un documento application/problem+json (RFC 9457), con qué hacer en «detail».
- Las listas van por páginas: siga la dirección «next» hasta que sea null.
- Cada GET da un ETag: mándelo en If-None-Match y, si nada cambió, la respuesta es 304.
- Los cambios llevan Idempotency-Key: repetirlos no los hace dos veces.

Permisos:

{_SCOPES}
""".strip()
_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "RateLimit-Limit": {
        "description": "Solicitudes por minuto que permite la llave.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Remaining": {
        "description": "Cuántas quedan de este minuto.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Reset": {
        "description": "En cuántos segundos empieza otro minuto.",
        "schema": {"type": "integer"},
    },
    "Retry-After": {
        "description": "En cuántos segundos conviene repetir la solicitud.",
        "schema": {"type": "integer"},
    },
    "WWW-Authenticate": {
        "description": "Qué llave se espera (RFC 6750).",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Marca de este contenido, para If-None-Match.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'La página que sigue, como <dirección>; rel="next".',
        "schema": {"type": "string"},
    },
    REPLAYED: {
        "description": "«true» cuando es la respuesta guardada de la primera solicitud.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
_LIMITS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "El ETag que ya tiene.",
    "schema": {"type": "string"},
    "example": '"6f1ed002ab5595859014ebf0951522d9"',
}
_EXAMPLES: Final[dict[int, Problem]] = {
    401: Problem(NO_KEY, "Esa llave no es válida: revise que esté completa."),
    403: Problem(
        NO_SCOPE,
        "Hace falta el permiso articles:read: pídalo a quien administra las llaves.",
        scope="articles:read",
    ),
    404: Problem(NOT_FOUND, "No hay un artículo «permiso-x» que se sirva hoy."),
    409: Problem(CONFLICT, "El texto es igual al de la versión 3 de permiso-pasos."),
    413: Problem(TOO_LARGE, "El cuerpo no puede pasar de 131072 bytes."),
    415: Problem(NOT_JSON, "Mande el cuerpo con «Content-Type: application/json»."),
    422: Problem(
        INVALID,
        "Corrija lo que se indica.",
        errors=[Fault(field="query.limit", detail="Tiene que ser 100 o menos.")],
    ),
    429: Problem(TOO_MANY, "La llave permite 120 solicitudes por minuto: espere 41 segundos."),
    503: Problem(AWAY, "La base de datos no contesta: pruebe de nuevo en 5 segundos."),
}


def told(
    summary: str,
    answer: type[BaseModel],
    example: Mapping[str, Any],
    *more: Kind,
    status: int = 200,
) -> dict[str, Any]:
    """What the decorator of a route is given: its summary in Spanish, what it answers with an
    example, and the problems that it has beyond those of every route."""
    problem_statuses = sorted({kind.status for kind in (*_ALWAYS, *more)})
    return {
        "summary": summary,
        "response_model": answer,
        "status_code": status,
        "responses": {
            status: {
                "description": "Lo que se pidió." if status == 200 else "Quedó guardado.",
                "content": {"application/json": {"example": dict(example)}},
            },
            **{
                one: {"model": ProblemDocument, "description": f"{_EXAMPLES[one].kind.title}."}
                for one in problem_statuses
            },
        },
    }


def body(model: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a request, for ``openapi_extra``; its model refers to no other one."""
    content = {"schema": model.model_json_schema(), "example": dict(example)}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def scope_of(route: APIRoute) -> str | None:
    """The permission that a route declares."""
    for one in route.dependencies:
        if isinstance(one.dependency, Scope):
            return one.dependency.name
    return None


def built(app: FastAPI, routes: Iterable[APIRoute]) -> dict[str, Any]:
    """The whole document of an application whose routes are these."""
    document = get_openapi(
        title="Torogoz",
        version=app.version,
        summary="API del asistente del MARN para los demás sistemas del ministerio",
        description=_DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/v1"}],
    )
    parts = document.setdefault("components", {})
    parts["headers"] = _HEADERS
    parts["securitySchemes"] = {
        SECURITY: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "tgz_<prefijo>_<secreto>",
            "description": "La llave del sistema.",
        }
    }
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            operation["security"] = [{SECURITY: [scope_of(route)]}]
            _complete(operation, method)
            # The framework leaves out what is null, also of examples.
            for status, response in route.responses.items():
                for media_type, content in response.get("content", {}).items():
                    operation["responses"][str(status)]["content"][media_type] |= content
    return document


def _complete(operation: dict[str, Any], method: str) -> None:
    for parameter in operation.get("parameters", ()):
        # A parameter that may be left out cannot be sent as null.
        options = parameter["schema"].pop("anyOf", None)
        if options is not None:
            parameter["schema"] |= next(one for one in options if one.get("type") != "null")
    if method == "GET":
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
        operation["responses"]["304"] = {"description": "Nada cambió desde ese ETag."}
    for status, response in operation["responses"].items():
        names = [] if status == "401" else [*_LIMITS]
        if status == "200" or status == "304":
            names += ["ETag", "Link"]
        elif status == "201":
            names.append(REPLAYED)
        elif status in ("429", "503", "409"):
            names.append("Retry-After")
        elif status in ("401", "403"):
            names.append("WWW-Authenticate")
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        if int(status) >= 400:
            content = response["content"].pop("application/json")
            content["example"] = problems.document(_EXAMPLES[int(status)], "/v1/articles")
            response["content"][problems.MEDIA_TYPE] = content


def written(document: Mapping[str, Any]) -> bytes:
    """The document as it is sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
