"""The running API under requests that nobody thought of."""

import asyncio
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import uvicorn
from sqlalchemy import text

from actions.cases import service as cases
from actions.keys import service
from actions.keys.rules import SCOPES
from actions.messages import inbox
from actions.store.database import Database
from api.processes.postgres import EmbeddedPostgres
from api.processes.seeding import seeded
from api.settings import Settings
from api.web import create_app
from tests.conftest import drop_database, fresh_database
from tests.system import free_port

ADDRESS_OF_NOBODY: Final = "http://127.0.0.1:9"
SECONDS: Final = 220


@dataclass(frozen=True, slots=True)
class Running:
    """The web application as it runs, and a key that may do everything."""

    url: str
    token: str


@pytest.fixture(scope="module")
def running(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    url = fresh_database(postgres)
    seeded(url)
    token = asyncio.run(_prepared(url))
    port = free_port()
    settings = Settings(port=port, var=tmp_path_factory.mktemp("var"), database_url=url)
    app = create_app(settings, url, ADDRESS_OF_NOBODY)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)
        yield Running(f"http://127.0.0.1:{port}", token)
    finally:
        server.should_exit = True
        thread.join(30)
        drop_database(postgres, url)


async def _prepared(url: str) -> str:
    """A case to read and to note, a question, and the key."""
    database = Database(url)
    try:
        async with database.transaction() as session:
            received = await inbox.receive(
                session,
                channel="whatsapp",
                external="+50370001234",
                provider_id="1",
                kind="text",
                text="quiero hablar con alguien",
                detail={},
            )
            await cases.open_case(session, received.person_id, "request")
            await session.execute(
                text(
                    "WITH one AS (INSERT INTO question_cluster (label) VALUES ('x') RETURNING id) "
                    "INSERT INTO asked_question (cluster_id, text, outcome, channel, asked_on) "
                    "SELECT id, 'x', 'abstained', 'web', now() FROM one"
                )
            )
            made = await service.create(
                session, "Prueba", SCOPES, "Rosa", datetime.now(UTC), per_minute=6_000
            )
    finally:
        await database.close()
    return made.token


def test_no_request_breaks_it_or_gets_an_answer_that_is_not_documented(
    running: Running, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{running.url}/v1/openapi.json",
            *("--header", f"Authorization: Bearer {running.token}"),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", "60", "--seed", "1", "--workers", "2"),
            "--generation-deterministic",
            # A busy machine answers late: that is no failure.
            *("--request-timeout", "60", "--suppress-health-check", "too_slow"),
            # Whether a text is an article, or a cursor one of ours, no schema can tell.
            *("--exclude-checks", "positive_data_acceptance"),
            "--continue-on-failure",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        # It keeps what it found beside it.
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stdout[-8_000:] + ended.stderr[-2_000:]
    (sent,) = re.findall(r"(\d+) generated", ended.stdout)
    assert int(sent) > 1_000, ended.stdout
