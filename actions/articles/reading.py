"""What there is to read of articles: what is served on a day, lists, histories, differences."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from actions.articles import rules, versions
from actions.articles.rules import FactsNow, Flagged, Published, Shown, State
from actions.articles.versions import Version
from actions.store.database import Executor
from knowledge.facts import FactRegister
from knowledge.library import Library


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list of versions."""

    article_id: str
    number: int
    state: State
    topic: str
    title: str
    author: str
    effective_on: date | None
    note: str


async def published_library(session: Executor, register: FactRegister, day: date) -> Library:
    """What is served on ``day``: published articles, without those that are flagged.

    ``register`` are the facts of the files. Reading and indexing take their time in a thread.
    """
    there = await versions.published(session)
    facts = await versions.facts_now(session, register)
    return await asyncio.to_thread(library_of, there, facts, day)


def library_of(
    there: Sequence[Published], facts: FactsNow, day: date, read: rules.Parse = rules.parse
) -> Library:
    """The library of these published versions on ``day``."""
    return Library.of(rules.shown_on(there, facts, day, read).articles, facts.register, day)


async def shown(session: Executor, register: FactRegister, day: date) -> Shown:
    """The articles served on ``day``, and those held back with the reason."""
    there = await versions.published(session)
    facts = await versions.facts_now(session, register)
    return await asyncio.to_thread(rules.shown_on, there, facts, day)


async def flagged(session: Executor, register: FactRegister, day: date) -> tuple[Flagged, ...]:
    """The versions in effect on ``day`` that are held back, and why."""
    return (await shown(session, register, day)).flagged


async def listed(session: Executor, states: Sequence[State]) -> list[Line]:
    """The versions in these states, by article and number."""
    rows = await session.execute(
        text(
            "SELECT article_id, number, state, topic, title, author, effective_on, note "
            "FROM article_version WHERE state = ANY(:states) ORDER BY article_id, number"
        ),
        {"states": [*states]},
    )
    return [Line(*row) for row in rows]


async def in_effect(session: Executor, article_id: str, day: date) -> Published | None:
    """The version of an article that is in effect on ``day``, flagged or not."""
    found = rules.in_effect(await versions.published(session, article_id), day)
    return found[0] if found else None


async def history(session: Executor, article_id: str) -> list[Version]:
    """All versions of an article, newest first. Raises NoSuchVersion when there are none."""
    return await versions.versions(session, article_id)


async def diff(session: Executor, article_id: str, one: int, other: int) -> str:
    """What changed from version ``one`` to ``other``, as a unified diff; empty where nothing did.

    Raises NoSuchVersion.
    """
    before = await versions.version(session, article_id, one)
    after = await versions.version(session, article_id, other)
    return unified(before.markdown, after.markdown, f"versión {one}", f"versión {other}")


def unified(before: str, after: str, name_before: str, name_after: str) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name_before, name_after, lineterm=""
    )
    return "\n".join(lines)
