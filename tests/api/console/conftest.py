"""The console over HTTP, in this process: real pages, real database, and a browser's manners."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from actions.articles import seed
from actions.demo import staff as demo_staff
from actions.staff.permissions import Role
from actions.store.database import Database
from api.clock import now
from api.console.app import create_console
from api.processes.postgres import EmbeddedPostgres
from api.settings import Settings
from api.web import create_app
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.conftest import drop_database, fresh_database

ADDRESS = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="ficha" value="([^"]+)"')


@dataclass
class Browser:
    """One member of the staff, or nobody: keeps cookies, follows the forms of a page."""

    client: httpx.AsyncClient

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def send(
        self,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        seen_on: str = "/consola/cuenta",
        **more: Any,
    ) -> httpx.Response:
        """Sends a form as it stands on the page ``seen_on``, with that page's token."""
        page = await self.client.get(seen_on)
        token = _TOKEN.search(page.text)
        assert token, f"no form on {seen_on}: {page.status_code}"
        return await self.client.post(
            path,
            data={"ficha": token[1], **(fields or {})},
            headers={
                "Origin": str(self.client.base_url).rstrip("/"),
                "Referer": f"{ADDRESS}{seen_on}",
            },
            **more,
        )

    async def enter(self, email: str, password: str = demo_staff.PASSWORD) -> httpx.Response:
        """Gives e-mail and password."""
        return await self.send(
            "/consola/entrar",
            {"email": email, "password": password},
            seen_on="/consola/entrar",
        )


@dataclass
class House:
    """The console with its database, and browsers to visit it with."""

    app: FastAPI
    database: Database
    settings: Settings

    def browser(self) -> Browser:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return Browser(httpx.AsyncClient(transport=transport, base_url=ADDRESS))

    async def who(self, role: Role) -> Browser:
        """Someone with that role, logged in."""
        browser = self.browser()
        answer = await browser.enter(f"{role.value}{demo_staff.DOMAIN}")
        assert answer.status_code == 303, answer.text
        return browser


@asynccontextmanager
async def console(url: str, var: Path, nlu_url: str, **settings: Any) -> AsyncIterator[House]:
    """The application on a database with articles and an account for each role."""
    chosen = Settings(var=var, **settings)
    database = Database(url)
    async with database.transaction() as session:
        await demo_staff.load(session)
        await seed.seed(session, seed.seed_texts(), load_facts(FOLDER / "facts"), now())
    app = create_app(chosen, url, nlu_url)
    try:
        async with app.router.lifespan_context(app):
            yield House(app, database, chosen)
    finally:
        await database.close()


@pytest.fixture(scope="module")
def module_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    url = fresh_database(postgres)
    yield url
    drop_database(postgres, url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One console for all tests of a file; whoever changes accounts makes their own."""
    async with console(module_url, tmp_path_factory.mktemp("var"), "http://127.0.0.1:9") as house:
        yield house


Visiting = Callable[[Role], Awaitable[Browser]]


def console_routes() -> FastAPI:
    """The console with all its routes, not served."""
    return create_console()
