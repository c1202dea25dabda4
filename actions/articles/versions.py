"""Versions as they lie in the database: reading them, writing a new one, letting old ones go.

For the services of this package; none of these asks whether something may be done.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles.errors import NoSuchVersion
from actions.articles.rules import Change, FactsNow, Origin, Published, State, digest
from actions.store.database import Executor
from knowledge.facts import FactRegister


@dataclass(frozen=True, slots=True)
class Version:
    """One version, whole; the fields are those of actions.articles.models.ArticleVersion."""

    article_id: str
    number: int
    state: State
    origin: Origin
    topic: str
    title: str
    markdown: str
    digest: str
    seed_digest: str | None
    began_from: int | None
    author: str
    note: str
    effective_on: date | None
    created_at: datetime
    submitted_at: datetime | None
    reviewer: str | None
    reviewed_at: datetime | None
    review_note: str
    published_at: datetime | None
    fact_digests: Mapping[str, str]


_COLUMNS = ", ".join(Version.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class New:
    """A version to be written; ``published_at`` goes with ``effective_on``."""

    article_id: str
    markdown: str
    topic: str
    title: str
    state: State
    origin: Origin
    author: str
    note: str
    began_from: int | None = None
    seed_digest: str | None = None
    effective_on: date | None = None
    submitted_at: datetime | None = None
    published_at: datetime | None = None
    review_note: str = ""
    fact_digests: Mapping[str, str] | None = None


_ADD = text(
    """
    INSERT INTO article_version (article_id, number, markdown, topic, title, digest, state, origin,
        seed_digest, began_from, author, note, effective_on, created_at, submitted_at, review_note,
        published_at, fact_digests)
    SELECT :article_id, COALESCE(max(number), 0) + 1, :markdown, :topic, :title, :digest, :state,
        :origin, :seed_digest, :began_from, :author, :note, :effective_on, :created_at,
        :submitted_at, :review_note, :published_at, CAST(:fact_digests AS jsonb)
    FROM article_version WHERE article_id = :article_id
    """
)


async def add(session: AsyncSession, versions: Sequence[New], now: datetime) -> None:
    """Writes each as the next version of its article. The caller holds the lock of articles."""
    if versions:
        await session.execute(_ADD, [_values(one, now) for one in versions])


def _values(one: New, now: datetime) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(one, name) for name in New.__dataclass_fields__}
    return {
        **fields,
        "digest": digest(one.markdown),
        "created_at": now,
        "fact_digests": json.dumps(dict(one.fact_digests or {})),
    }


async def last_number(session: Executor, article_id: str) -> int:
    """The highest number of an article; 0 when there is none."""
    found: int | None = await session.scalar(
        text("SELECT max(number) FROM article_version WHERE article_id = :article"),
        {"article": article_id},
    )
    return found or 0


async def version(session: Executor, article_id: str, number: int) -> Version:
    """One version. Raises NoSuchVersion."""
    row = (
        await session.execute(
            text(
                f"SELECT {_COLUMNS} FROM article_version "
                "WHERE article_id = :article AND number = :number"
            ),
            {"article": article_id, "number": number},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchVersion(article_id, number)
    return Version(*row)


async def versions(session: Executor, article_id: str) -> list[Version]:
    """All versions of an article, newest first. Raises NoSuchVersion when there are none."""
    rows = await session.execute(
        text(
            f"SELECT {_COLUMNS} FROM article_version WHERE article_id = :article "
            "ORDER BY number DESC"
        ),
        {"article": article_id},
    )
    found = [Version(*row) for row in rows]
    if not found:
        raise NoSuchVersion(article_id)
    return found


async def published(session: Executor, article_id: str | None = None) -> list[Published]:
    """The published versions, of all articles or of one; those of days to come included."""
    one = "" if article_id is None else "AND article_id = :article"
    rows = await session.execute(
        text(
            "SELECT article_id, number, topic, title, markdown, effective_on, fact_digests "
            f"FROM article_version WHERE state = 'published' {one} ORDER BY article_id, number"
        ),
        {} if article_id is None else {"article": article_id},
    )
    return [Published(*row) for row in rows]


async def known_ids(session: Executor) -> set[str]:
    """The articles that another one may lead to: published, or on their way."""
    rows = await session.scalars(
        text(
            "SELECT DISTINCT article_id FROM article_version "
            "WHERE state IN ('draft', 'in_review', 'published')"
        )
    )
    return set(rows)


async def changes(session: Executor) -> list[Change]:
    """What staff said of facts, oldest first."""
    rows = await session.execute(text("SELECT fact_id, kind, ends_on FROM fact_change ORDER BY id"))
    return [Change(*row) for row in rows]


async def facts_now(session: Executor, register: FactRegister) -> FactsNow:
    """The facts of the files with what staff said of them."""
    return FactsNow(register, await changes(session))


async def supersede(session: AsyncSession, articles: Sequence[str], day: date) -> None:
    """Marks the published versions that another one has taken the place of by ``day``.

    One that waits for a later day stays, and so does the one it will take the place of.
    """
    await session.execute(
        text(
            """
            UPDATE article_version AS old SET state = 'superseded'
            WHERE old.article_id = ANY(:articles) AND old.state = 'published' AND EXISTS (
                SELECT 1 FROM article_version AS newer
                WHERE newer.article_id = old.article_id AND newer.state = 'published'
                    AND (newer.effective_on, newer.number) > (old.effective_on, old.number)
                    AND (newer.effective_on <= :day OR newer.effective_on = old.effective_on))
            """
        ),
        {"articles": [*articles], "day": day},
    )
