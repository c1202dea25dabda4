"""Keys in a real database."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from actions.keys import service
from actions.keys.service import Made
from actions.store.database import Database

NOW = datetime(2026, 11, 29, 15, 0, tzinfo=UTC)
Make = Callable[..., Awaitable[Made]]


@pytest.fixture
def make(database: Database) -> Make:
    """A key of a system, committed."""

    async def made(
        name: str = "Ventanilla", scopes: tuple[str, ...] = ("facts:read",), **more: Any
    ) -> Made:
        async with database.transaction() as session:
            return await service.create(session, name, scopes, "Rosa", NOW, **more)

    return made
