"""The API for the ministry's other systems, as an application of its own under ``/v1``.

No browser calls it from another page: there is no CORS, and a key belongs on a server.
"""

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from api import version
from api.v1 import (
    articles,
    bookings,
    cases,
    consultants,
    document,
    facts,
    figures,
    people,
    problems,
    questions,
)
from api.v1.access import Parts, Told
from api.v1.answers import is_known, tag_of

ROUTERS: Final = (
    articles.router,
    facts.router,
    questions.router,
    cases.router,
    figures.router,
    people.router,
    consultants.router,
    bookings.router,
)
DOCUMENT: Final = "/openapi.json"


def routes() -> list[APIRoute]:
    """Every route that needs a key."""
    return [one for router in ROUTERS for one in router.routes if isinstance(one, APIRoute)]


def create_app(parts: Parts) -> FastAPI:
    """The application; mount it at ``/v1``."""
    # Not redirected: another spelling of an address is another address, and a redirect would lose
    # the key.
    app = FastAPI(
        title="Torogoz",
        version=version.VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = parts
    problems.install(app)
    app.add_middleware(Told)
    for router in ROUTERS:
        app.include_router(router)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document.built(app, routes())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    @app.get(DOCUMENT, include_in_schema=False)
    async def openapi_document(request: Request) -> Response:
        content = document.written(app.openapi())
        headers = {"ETag": tag_of(content), "Cache-Control": "public, no-cache"}
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    return app
