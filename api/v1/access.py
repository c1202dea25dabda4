"""Who may: the key of a request, its limit, and the permission that its route asks for."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from actions.articles.shelf import Shelf
from actions.keys import limit, service
from actions.keys.limit import Window
from actions.keys.rules import SCOPES, Expired, NotLetIn, Revoked
from actions.keys.service import Holder
from actions.store.database import Database
from api.v1.problems import INVALID, NO_KEY, NO_SCOPE, TOO_MANY, Fault, Problem

REALM: Final = 'Bearer realm="torogoz"'


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with; asked for at each request, for they exist once it runs."""

    database: Callable[[], Database]
    shelf: Callable[[], Shelf]
    secret: Callable[[], str]
    """The key for signing."""
    now: Callable[[], datetime]


def parts_of(request: Request) -> Parts:
    """The parts of the application that a request came to."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


TheParts = Annotated[Parts, Depends(parts_of)]


class Scope:
    """What a route asks of a key, declared beside it: ``dependencies=[Depends(Scope("..."))]``.

    Runs before anything else of a request is looked at: who has no key learns nothing else.
    """

    def __init__(self, name: str) -> None:
        if name not in SCOPES:
            raise ValueError(f"there is no scope {name!r}")
        self.name = name

    async def __call__(self, request: Request) -> None:
        """Lets the request in. Raises Problem."""
        parts = parts_of(request)
        presented = _presented(request)
        async with parts.database().statement() as connection:
            try:
                holder = await service.authenticate(connection, presented, parts.now())
            except NotLetIn as error:
                raise _no_key(error) from None
            window = await limit.take(connection, holder.key_id, holder.per_minute)
        request.state.window = window
        if not window.granted:
            sentence = (
                f"La llave permite {window.limit} solicitudes por minuto: "
                f"espere {window.resets_in} segundos."
            )
            raise Problem(TOO_MANY, sentence, headers={"Retry-After": str(window.resets_in)})
        if self.name not in holder.scopes:
            challenge = f'{REALM}, error="insufficient_scope", scope="{self.name}"'
            raise Problem(
                NO_SCOPE,
                f"Hace falta el permiso {self.name}: pídalo a quien administra las llaves.",
                scope=self.name,
                headers={"WWW-Authenticate": challenge},
            )
        _check_parameters(request)
        request.state.holder = holder


def holder_of(request: Request) -> Holder:
    """Who was let in."""
    holder = request.state.holder
    assert isinstance(holder, Holder)
    return holder


TheHolder = Annotated[Holder, Depends(holder_of)]


def _presented(request: Request) -> str:
    given = request.headers.getlist("Authorization")
    kind, _, presented = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if kind.lower() != "bearer" or not presented.strip():
        raise Problem(
            NO_KEY,
            "Mande su llave en el encabezado «Authorization: Bearer tgz_...».",
            headers={"WWW-Authenticate": REALM},
        )
    return presented.strip()


def _no_key(error: NotLetIn) -> Problem:
    match error:
        case Expired():
            sentence = "Esa llave ya venció: pida otra a quien administra las llaves."
        case Revoked():
            sentence = "Esa llave fue anulada: pida otra a quien administra las llaves."
        case _:
            sentence = "Esa llave no es válida: revise que esté completa."
    return Problem(
        NO_KEY, sentence, headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
    )


def _check_parameters(request: Request) -> None:
    """Refuses query parameters that the document does not have: a filter that was misspelt would
    else be taken for none."""
    app: FastAPI = request.app
    path = app.openapi()["paths"][request.scope["route"].path_format]
    known = {
        one["name"]
        for one in path[request.method.lower()].get("parameters", ())
        if one["in"] == "query"
    }
    given = Counter(name for name, _ in request.query_params.multi_items())
    faults = [
        Fault(field=f"query.{name}", detail="No se conoce: quítelo.")
        for name in given
        if name not in known
    ] + [
        Fault(field=f"query.{name}", detail="Está más de una vez.")
        for name, times in given.items()
        if name in known and times > 1
    ]
    if faults:
        raise Problem(INVALID, "Corrija lo que se indica.", errors=faults)


class Told:
    """Adds to each answer what is left of the key's minute, and that nobody may keep it unless the
    route said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope["state"] = dict(scope.get("state") or {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _limits(state).items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _limits(state: Mapping[str, object]) -> dict[str, str]:
    window = state.get("window")
    if not isinstance(window, Window):
        return {}
    return {
        "RateLimit-Limit": str(window.limit),
        "RateLimit-Remaining": str(window.remaining),
        "RateLimit-Reset": str(window.resets_in),
    }
