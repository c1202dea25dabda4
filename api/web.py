"""The web application: webhooks, the web chat, the console, the API, and the health check."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import text
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from actions.messages.turns import TurnsHeard
from actions.staff.vault import Vault
from api import calendars, files, guides, invitations, version
from api.assembly import FLOWS, RESPONSES, assembled, shelved
from api.chat import door
from api.clock import now
from api.console.access import HOME
from api.console.app import create_console
from api.console.parts import Console
from api.settings import Settings
from api.v1.access import Parts
from api.v1.app import create_app as create_api
from api.webhooks import telegram, whatsapp
from bot import flows, responses
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from nlu.client import NluClient

CHAT = Path(__file__).parent / "chat"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with that a browser hides the origin of a form of ours from us too.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ALIVE_SECONDS = 15
"""A worker that has not been seen for longer does not count as answering."""


class Headers:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: ASGIMessage) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Revalidated:
    """Lets browsers keep a file, and ask each time whether it is still the same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: ASGIMessage) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"cache-control", b"no-cache")]
            await send(message)

        await self._app(scope, receive, send_with_header)


class Readiness:
    """Whether Rasa has answered since this process started. From then on its absence is no reason
    to be called unhealthy: messages are answered without it."""

    def __init__(self, nlu_url: str) -> None:
        self._url = nlu_url
        self._seen = False

    async def reached(self) -> bool:
        """True once Rasa has answered."""
        if not self._seen:
            try:
                async with httpx.AsyncClient(timeout=2) as client:
                    self._seen = (await client.get(f"{self._url}/status")).is_success
            except httpx.HTTPError:
                return False
        return self._seen


def create_app(settings: Settings, database_url: str, nlu_url: str) -> FastAPI:
    """The application on one database; ``nlu_url`` is only asked whether Rasa has started."""
    readiness = Readiness(nlu_url)
    console = create_console()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            assembled(settings, database_url) as assembly,
            shelved(assembly) as shelf,
            NluClient(nlu_url, settings.nlu_seconds) as nlu,
        ):
            app.state.assembly = assembly
            app.state.shelf = shelf
            console.state.console = Console(
                assembly=assembly,
                vault=Vault(settings.secret),
                shelf=lambda: shelf,
                nlu=nlu,
                responses=responses.load(RESPONSES),
                flows=flows.load(FLOWS),
                register=load_facts(FOLDER / "facts"),
            )
            app.state.turns_heard = TurnsHeard(database_url)
            listening = asyncio.create_task(app.state.turns_heard.listen())
            try:
                yield
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    app = FastAPI(
        title="Torogoz",
        version=version.VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    pages = Environment(loader=FileSystemLoader(CHAT), autoescape=select_autoescape())
    page = pages.get_template("page.html").render(version=version.VERSION)

    app.add_middleware(Headers)

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/chat")

    @app.get("/chat", include_in_schema=False)
    async def chat() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    @app.get("/consola", include_in_schema=False)
    async def console_home() -> RedirectResponse:
        # Not left to the framework: its own redirect names the host and scheme behind the proxy.
        return RedirectResponse(HOME)

    @app.get("/healthz", include_in_schema=False)
    async def health(request: Request) -> JSONResponse:
        """200 once a message can be answered: the database is there and a worker is alive."""
        try:
            async with request.app.state.assembly.database.session() as session:
                workers = await session.scalar(
                    text(
                        "SELECT count(*) FROM procrastinate_workers "
                        "WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
                    ),
                    {"seconds": ALIVE_SECONDS},
                )
        except Exception as error:
            # Whatever it is: who asks wants to know that no message can be answered.
            return JSONResponse({"status": "no database", "error": type(error).__name__}, 503)
        if not workers:
            return JSONResponse({"status": "no worker"}, 503)
        if not await readiness.reached():
            return JSONResponse({"status": "rasa is starting"}, 503)
        return JSONResponse({"status": "ok"})

    app.router.routes += [*whatsapp.ROUTES, *telegram.ROUTES]
    static = StaticFiles(directory=CHAT / "static")
    # Compressed for slow phones; asked for again each time, which costs 304 while unchanged.
    app.mount("/chat/static", GZipMiddleware(Revalidated(static), minimum_size=1000))
    app.include_router(door.router)
    app.include_router(files.router)
    app.include_router(calendars.router)
    app.include_router(invitations.router)
    app.include_router(guides.create_router(lambda: app.state.shelf.library))
    parts = Parts(
        database=lambda: app.state.assembly.database,
        shelf=lambda: app.state.shelf,
        secret=lambda: settings.secret,
        now=now,
    )
    app.mount("/v1", create_api(parts))
    app.mount("/consola", console)
    return app
