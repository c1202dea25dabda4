"""The API over a small house of articles, in a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from actions.articles.shelf import Shelf
from actions.keys import service
from actions.keys.rules import SCOPES
from actions.store.database import Database
from api.v1.access import Parts
from api.v1.app import create_app
from knowledge.facts import load_facts
from tests.actions.articles.conftest import DAY, FACTS, NOW, House, written
from tests.knowledge.writing import write_facts

SYSTEM = "Ventanilla"
BASE = "http://api"


@dataclass
class Present:
    """The moment it is: a test changes it."""

    now: datetime = NOW


@pytest.fixture
def present() -> Present:
    return Present()


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    """Three published articles."""
    house = House(database, load_facts(write_facts(tmp_path / "facts", FACTS)))
    await house.seed()
    return house


@pytest.fixture
async def shelf(house: House, tmp_path: Path) -> Shelf:
    return await Shelf.open(house.database, DAY, tmp_path, searched=False)


@pytest.fixture
def parts(house: House, shelf: Shelf, present: Present) -> Parts:
    return Parts(lambda: house.database, lambda: shelf, lambda: "secret", lambda: present.now)


def client_of(parts: Parts, **more: Any) -> httpx.AsyncClient:
    """A client of the API where the web application has it."""
    app = FastAPI()
    app.mount("/v1", create_app(parts))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, **more), base_url=BASE)


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(parts) as client:
        yield client


Key = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def key(database: Database) -> Key:
    """The header with a new key of these scopes, of all of them unless told."""

    async def made(*scopes: str, name: str = SYSTEM, **more: Any) -> dict[str, str]:
        async with database.transaction() as session:
            made = await service.create(
                session, name, scopes or SCOPES, "Rosa", NOW, **{"per_minute": 1_000, **more}
            )
        return {"Authorization": f"Bearer {made.token}"}

    return made


@pytest.fixture
async def reader(client: httpx.AsyncClient, key: Key) -> httpx.AsyncClient:
    """A client whose key may do everything."""
    client.headers.update(await key())
    return client


async def publish(house: House, text: str, **more: Any) -> int:
    """Another version of the article permiso-a; its number."""
    return await house.publish(written(text=text), **more)


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The document of an error, which must be this one."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"urn:torogoz:problem:{name}"
    assert document["status"] == status
    assert document["title"] and document["detail"].endswith(".")
    return document


def faults(response: httpx.Response, name: str = "invalid") -> dict[str, str]:
    """What a request got wrong, by field."""
    return {one["field"]: one["detail"] for one in problem(response, 422, name)["errors"]}
