"""A small house of facts and articles, in files and in a real database."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import reading, revision, seed, service, versions
from actions.articles.rules import normalized
from actions.articles.seed import Seeded
from actions.store.database import Database
from knowledge.facts import FactRegister, load_facts
from tests.knowledge.writing import article_text, write_facts

Result = TypeVar("Result")
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
FACTS = """
facts:
- id: PER-01
  topic: permiso
  text: El permiso ambiental lo da el MARN.
  instrument: Ley del Medio Ambiente
  locator: art. 19
  confidence: confirmed
- id: PER-02
  topic: permiso
  text: Se guarda copia de todo.
  instrument: Buenas prácticas
  confidence: recalled
- id: PER-03
  topic: permiso
  text: El plazo corre en días hábiles.
  instrument: Sin fuente
  confidence: uncertain
- id: PER-04
  topic: permiso
  text: Hubo una sanción.
  instrument: Sentencia
  confidence: confirmed
  use: background
- id: PER-05
  topic: permiso
  text: La oficina atiende por la mañana.
  instrument: Aviso
  confidence: confirmed
  valid_to: 2026-12-31
"""
IDS = ("permiso-a", "permiso-b", "permiso-c")
BODY = """
Sí, lo necesitás antes de empezar. [PER-01]

{text} [{fact}]
"""


def written(
    article_id: str = "permiso-a", text: str = "Guardá copia de todo.", fact: str = "PER-02"
) -> str:
    """The text of an article without a defect."""
    return normalized(
        article_text(
            title=f"¿Qué hay de {article_id}?",
            topic="permiso",
            next_ids=[other for other in IDS if other != article_id][:2],
            aliases=[f"{word} {article_id}" for word in ("a1", "b1", "c1", "d1", "e1")],
            body=BODY.format(text=text, fact=fact),
        )
    )


def seeds(**texts: str) -> dict[str, str]:
    """The factory's articles; a keyword replaces the text of one ("_" for "-")."""
    changed = {name.replace("_", "-"): text for name, text in texts.items()}
    return {one: written(one) for one in IDS} | changed


def with_fact(register: FactRegister, fact_id: str, **fields: object) -> FactRegister:
    """The register of a release in which a fact says something else."""
    changed = replace(register[fact_id], **fields)  # type: ignore[arg-type]
    return FactRegister({**register, fact_id: changed}, register.instruments)


def without_fact(register: FactRegister, fact_id: str) -> FactRegister:
    """The register of a release that lacks a fact."""
    kept = {one: fact for one, fact in register.items() if one != fact_id}
    return FactRegister(kept, register.instruments)


@pytest.fixture
def register(tmp_path: Path) -> FactRegister:
    return load_facts(write_facts(tmp_path / "facts", FACTS))


class House:
    """The articles of one database; each act is a transaction of its own."""

    def __init__(self, database: Database, register: FactRegister) -> None:
        self.database = database
        self.register = register

    async def do(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Any piece of work."""
        async with self.database.transaction() as session:
            return await work(session)

    async def seed(self, texts: Mapping[str, str] | None = None, now: datetime = NOW) -> Seeded:
        """A start with these texts of the factory."""
        given = seeds() if texts is None else texts
        return await self.do(lambda session: seed.seed(session, given, self.register, now))

    async def draft(self, markdown: str, author: str = "Rosa", **more: Any) -> int:
        """A draft of the article permiso-a."""
        return await self.do(
            lambda session: service.draft(
                session, self.register, "permiso-a", markdown, author, "", NOW, **more
            )
        )

    async def submit(self, number: int) -> None:
        await self.do(lambda session: service.submit(session, "permiso-a", number, NOW))

    async def approve(
        self, number: int, reviewer: str = "Luis", now: datetime = NOW, **more: Any
    ) -> None:
        await self.do(
            lambda session: service.approve(
                session, self.register, "permiso-a", number, reviewer, now, **more
            )
        )

    async def publish(self, markdown: str, **more: Any) -> int:
        """A draft of Rosa's that Luis approves."""
        number = await self.draft(markdown)
        await self.submit(number)
        await self.approve(number, **more)
        return number

    async def served(self, day: date = DAY) -> dict[str, str]:
        """What a person would read that day: the text of each article."""
        async with self.database.session() as session:
            library = await reading.published_library(session, self.register, day)
        return {one.id: one.body for one in library.articles.values()}

    async def flagged(self, day: date = DAY) -> dict[str, str]:
        """The articles held back that day, and why."""
        async with self.database.session() as session:
            found = await reading.flagged(session, self.register, day)
        return {one.article_id: one.reason for one in found}

    async def states(self, article_id: str = "permiso-a") -> list[str]:
        """The states of an article's versions, oldest first."""
        async with self.database.session() as session:
            return [one.state for one in reversed(await versions.versions(session, article_id))]

    async def revision(self) -> int:
        async with self.database.session() as session:
            return await revision.revision(session)


@pytest.fixture
def house(database: Database, register: FactRegister) -> House:
    return House(database, register)


@pytest.fixture
async def seeded(house: House) -> House:
    """After a first start."""
    await house.seed()
    return house
