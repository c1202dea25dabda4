"""Real parts for the tests: an embedded PostgreSQL, Rasa, and databases of their own."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from actions.store import migrate
from actions.store.database import Database
from api.processes import services
from api.processes.postgres import EmbeddedPostgres
from api.processes.shared import Shared
from api.settings import ROOT, Settings

SCHEMA = sorted((ROOT / "actions" / "store" / "migrations" / "versions").glob("*.py"))
TEMPLATE = f"torogoz_{sha256(b''.join(one.read_bytes() for one in SCHEMA)).hexdigest()[:16]}"
"""The migrated database to copy from; another one as soon as a migration was changed."""
NOTHING_TO_KEEP = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
}
"""Waits for the disk, which only a power cut would make worth it; processes may still be killed."""
MEMORY = Path("/dev/shm")
ENOUGH = 4 * 1024**3
"""Bytes. Tests make and drop thousands of databases, each of some hundred files: in memory, where
there is as much as this of it, that takes half the time."""


def _server() -> Path:
    try:
        is_enough = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    except OSError:
        is_enough = False
    if not is_enough:
        return ROOT / "var" / "test"
    return MEMORY / f"torogoz-{os.geteuid()}-{sha256(str(ROOT).encode()).hexdigest()[:12]}"


SERVER = _server()
_numbers = itertools.count(1)

# A busy machine draws slowly and answers late: neither is a failure.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait longest begin first, so that the short ones fill their pauses."""
    items.sort(key=lambda item: "/faults/" not in item.path.as_posix())


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for all test processes, with a migrated database to copy from."""
    server = EmbeddedPostgres(SERVER / "postgres", **NOTHING_TO_KEEP)
    shared = Shared(SERVER / "postgres-users", server)
    with shared.joined():
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            # Test processes start together: one of them makes the template.
            admin.execute("SELECT pg_advisory_lock(1)")
            known = admin.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)
            ).fetchone()
            if known and migrate.missing(server.url(TEMPLATE)):
                # Making it was cut short.
                admin.execute(f"DROP DATABASE {TEMPLATE} WITH (FORCE)")
                known = None
            if known is None:
                admin.execute(f"CREATE DATABASE {TEMPLATE}")
                migrate.upgrade(server.url(TEMPLATE))
            admin.execute("SELECT pg_advisory_unlock(1)")
        yield server


def fresh_database(server: EmbeddedPostgres) -> str:
    """The address of a new, migrated, empty database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return server.url(name)


def drop_database(server: EmbeddedPostgres, url: str) -> None:
    """Removes a database, whoever is connected."""
    name = url.split("/")[3].split("?")[0]
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    url = fresh_database(postgres)
    yield url
    drop_database(postgres, url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """The real Rasa with the present model, shared by all test processes."""
    settings = Settings(var=ROOT / "var")
    with services.understanding(settings) as url:
        yield url


@pytest.fixture(scope="session")
def project() -> Path:
    return ROOT
