"""One running product and one Chromium for the module; a visit to the chat for each test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from api.processes.postgres import EmbeddedPostgres
from tests.browser.visit import PHONE, Visit, chromium, launched
from tests.conftest import drop_database, fresh_database
from tests.effort import PATIENT
from tests.system import System, running

Visiting = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; without one the tests are skipped, but in CI they fail."""
    executable = chromium()
    if executable is None:
        reason = "no chromium on PATH (Debian and Ubuntu: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with launched(executable) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(
    browser: Browser, postgres: EmbeddedPostgres, rasa_url: str
) -> AsyncIterator[System]:
    """The product, on a database of its own."""
    url = fresh_database(postgres)
    try:
        async with running(System(url, rasa_url, environment={**PATIENT})) as system:
            yield system
    finally:
        drop_database(postgres, url)


@pytest_asyncio.fixture(loop_scope="module")
async def visiting(browser: Browser, system: System) -> AsyncIterator[Visiting]:
    """Opens the chat, by default on a phone and by someone new; at the end of the test no page may
    have logged an error, a warning or a violation of its policy that the test did not forgive."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    async def visit(device: dict[str, Any] = PHONE, **more: Any) -> Visit:
        contexts.append(await browser.new_context(**{**device, "locale": "es-SV", **more}))
        visits.append(await Visit.begin(contexts[-1], system.url))
        return visits[-1]

    yield visit
    for context in contexts:
        await context.close()
    assert [complaint for one in visits for complaint in one.complaints] == []
