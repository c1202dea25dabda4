"""The articles of the repository as the factory's versions in the database.

A first start publishes them all. A later release brings new ones in without touching what the staff
wrote: an article that they edited, or took out, gets the factory's new text as a draft only.

A release is checked as a whole: its articles against its facts. So the factory's versions count as
reviewed against the facts of the release that carries their text, and where only a fact changed
their ``fact_digests`` are renewed. What the staff wrote was reviewed against what the facts said
then: it keeps that, and is flagged until somebody looks at it again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import rules, versions
from actions.articles.revision import bump, lock
from actions.articles.rules import DRAFT, PUBLISHED, SEED, FactsNow
from knowledge.facts import FactRegister
from knowledge.library import FOLDER
from knowledge.marked_yaml import SourceError, read_source

AUTHOR: Final = "seed"
NEW_FACTORY_TEXT: Final = "nueva versión de fábrica"
REPLACED: Final = "reemplazada por una versión de fábrica más nueva"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a start changed, by article id, sorted; all empty when it changed nothing.

    ``published`` are new texts now served; ``drafted`` wait for the staff because they edited the
    article or took it out; ``renewed`` are unchanged texts over changed facts; ``vanished`` are
    served although the repository no longer has them, and are named at every start.
    """

    published: tuple[str, ...] = ()
    drafted: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()


def seed_texts(folder: Path = FOLDER / "articles") -> dict[str, str]:
    """The files of the repository by id, as they are stored; :func:`seed` reads what is new.

    Raises SourceError for one that is not UTF-8, and for an id that is there twice.
    """
    texts: dict[str, str] = {}
    for path in sorted(folder.rglob("*.md")):
        if path.stem in texts:
            raise SourceError(path, 1, f"id '{path.stem}' is there twice: rename one")
        texts[path.stem] = rules.normalized(read_source(path))
    return texts


# In one query and without the texts: a start with nothing new should cost next to nothing.
_STANDING = text(
    """
    SELECT DISTINCT ON (v.article_id) v.article_id, p.id, p.number, p.digest, p.origin,
        p.seed_digest, s.digest AS factory
    FROM article_version AS v
    LEFT JOIN LATERAL (
        SELECT * FROM article_version AS one
        WHERE one.article_id = v.article_id AND one.state = 'published'
        ORDER BY one.number DESC LIMIT 1) AS p ON true
    LEFT JOIN LATERAL (
        SELECT one.digest FROM article_version AS one
        WHERE one.article_id = v.article_id AND one.origin = 'seed'
        ORDER BY one.number DESC LIMIT 1) AS s ON true
    ORDER BY v.article_id
    """
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where an article stands: its newest published version, and the last text of the factory's."""

    id: int | None
    number: int | None
    digest: str | None
    origin: str | None
    seed_digest: str | None
    factory: str | None

    @property
    def is_factory(self) -> bool:
        """Whether what is published is the factory's text, also where the staff wrote it first."""
        return self.id is not None and (self.origin == SEED or self.digest == self.seed_digest)


async def seed(
    session: AsyncSession, texts: Mapping[str, str], register: FactRegister, now: datetime
) -> Seeded:
    """Brings the factory's articles into the database; changes nothing the second time.

    ``texts`` are those of :func:`seed_texts`, ``register`` the facts of the same release. Safe when
    several processes start together: one of them works, the others wait and find it done. Raises
    SourceError for a new text that cannot be read.
    """
    await lock(session)
    facts = await versions.facts_now(session, register)
    standing = {row[0]: _Standing(*row[1:]) for row in await session.execute(_STANDING)}
    day = rules.day_of(now)
    fresh: list[versions.New] = []
    offered: list[versions.New] = []
    adopted: list[int] = []
    for article_id, markdown in sorted(texts.items()):
        known, digest = standing.get(article_id), rules.digest(markdown)
        if known is None or (known.is_factory and known.digest != digest):
            fresh.append(_published(article_id, markdown, known, facts, day, now))
        elif known.id is not None and known.digest == digest:
            if not known.is_factory:
                # What the staff wrote has come back with the release: it is the factory's now.
                adopted.append(known.id)
        elif known.factory != digest:
            offered.append(_draft(article_id, markdown, known))
    await _write(session, fresh, offered, day, now)
    await _adopt(session, adopted)
    renewed = await _renew(session, texts, facts)
    vanished = [
        one
        for one, known in standing.items()
        if known.id is not None and known.origin == SEED and one not in texts
    ]
    if fresh or renewed:
        await bump(session)
    return Seeded(
        tuple(one.article_id for one in fresh),
        tuple(one.article_id for one in offered),
        renewed,
        tuple(vanished),
    )


def _reviewed(facts: FactsNow, article_id: str, markdown: str) -> dict[str, str]:
    # A fact that the release lacks is remembered as such, so that its return is noticed.
    facts_cited = rules.cited(rules.parse(article_id, markdown))
    return dict.fromkeys(facts_cited, "") | facts.digests(facts_cited)


def _say_still(facts: FactsNow, reviewed: Mapping[str, str]) -> bool:
    return all(
        facts.says_still(fact, digest) if fact in facts.register else not digest
        for fact, digest in reviewed.items()
    )


def _new(article_id: str, markdown: str, known: _Standing | None, **fields: Any) -> versions.New:
    article = rules.parse(article_id, markdown)
    return versions.New(
        article_id,
        markdown,
        article.topic,
        article.title,
        origin=SEED,
        author=AUTHOR,
        began_from=known.number if known else None,
        seed_digest=rules.digest(markdown),
        **fields,
    )


def _published(
    article_id: str,
    markdown: str,
    known: _Standing | None,
    facts: FactsNow,
    day: date,
    now: datetime,
) -> versions.New:
    return _new(
        article_id,
        markdown,
        known,
        state=PUBLISHED,
        note="" if known is None else NEW_FACTORY_TEXT,
        effective_on=day,
        published_at=now,
        fact_digests=_reviewed(facts, article_id, markdown),
    )


def _draft(article_id: str, markdown: str, known: _Standing) -> versions.New:
    return _new(article_id, markdown, known, state=DRAFT, note=NEW_FACTORY_TEXT)


async def _write(
    session: AsyncSession,
    fresh: Sequence[versions.New],
    offered: Sequence[versions.New],
    day: date,
    now: datetime,
) -> None:
    changed = [one.article_id for one in (*fresh, *offered)]
    if not changed:
        return
    await session.execute(
        text(
            "UPDATE article_version SET state = 'superseded', review_note = :why "
            "WHERE article_id = ANY(:articles) AND origin = 'seed' AND state = 'draft'"
        ),
        {"why": REPLACED, "articles": changed},
    )
    await versions.add(session, [*fresh, *offered], now)
    await versions.supersede(session, changed, day)


async def _adopt(session: AsyncSession, ids: Sequence[int]) -> None:
    if ids:
        await session.execute(
            text("UPDATE article_version SET seed_digest = digest WHERE id = ANY(:ids)"),
            {"ids": [*ids]},
        )


async def _renew(
    session: AsyncSession, texts: Mapping[str, str], facts: FactsNow
) -> tuple[str, ...]:
    """Takes published texts that are the release's own as reviewed against its facts."""
    rows = await session.execute(
        text(
            "SELECT id, article_id, digest, fact_digests FROM article_version "
            "WHERE state = 'published' ORDER BY article_id"
        )
    )
    renewed: dict[int, tuple[str, dict[str, str]]] = {}
    for one, article_id, digest, reviewed in rows:
        if _say_still(facts, reviewed):
            continue
        markdown = texts.get(article_id)
        if markdown is not None and rules.digest(markdown) == digest:
            renewed[one] = (article_id, _reviewed(facts, article_id, markdown))
    if renewed:
        await session.execute(
            text(
                "UPDATE article_version SET fact_digests = CAST(:digests AS jsonb) WHERE id = :id"
            ),
            [{"id": one, "digests": json.dumps(now)} for one, (_, now) in renewed.items()],
        )
    return tuple(dict.fromkeys(article_id for article_id, _ in renewed.values()))
