"""Articles as staff page through them: what is served of each, what waits, how people rate it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final, Literal

from sqlalchemy import Row, text

from actions.articles import remembered, rules, versions
from actions.articles.differences import DiffLine
from actions.articles.differences import difference as of_texts
from actions.articles.errors import NoSuchVersion
from actions.articles.paging import Key, check, folded, page, searched_for
from actions.articles.rules import DRAFT, IN_REVIEW, PUBLISHED, FactsNow, Origin, Published, State
from actions.questions import ratings
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, one_of
from knowledge.facts import FactRegister
from knowledge.marked_yaml import SourceError
from knowledge.text import fold
from knowledge.topics import TOPICS

FILTERS: Final = ("tema", "estado")
STATES_ASKED: Final = ("borrador", "en_revision", "publicada", "detenida", "programada", "retirada")
"""Values of ``estado``. An article may be in several: served, and with a draft that waits."""
ORDERS: Final = ("titulo", "tema", "cambio", "valoraciones")
RATED_WITHIN: Final = timedelta(days=90)

Serving = Literal["served", "held", "scheduled", "unpublished", "withdrawn"]
SERVING: Final[Mapping[Serving, str]] = {
    "served": "servida",
    "held": "detenida",
    "scheduled": "programada",
    "unpublished": "sin publicar",
    "withdrawn": "retirada",
}
"""What is served of an article, as staff read it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits: a draft for its author, one in review for a second person."""

    number: int
    state: State
    author: str
    note: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A published version that begins to be served on a day to come."""

    number: int
    author: str
    first_day: date


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One article.

    ``number``, ``author`` and ``effective_on`` are of the version in effect, None where there is
    none; ``why`` tells in Spanish why that one is held back. ``scheduled`` are versions for days to
    come, the next one first. ``waiting`` are drafts and reviews, the newest first. ``changed_at``
    is when anything was last written, submitted, reviewed or published. ``useful`` and ``useless``
    count the ratings of the last 90 days, the day asked for included.
    """

    article_id: str
    title: str
    topic: str
    topic_name: str
    serving: Serving
    why: str | None
    number: int | None
    author: str | None
    effective_on: date | None
    scheduled: tuple[Scheduled, ...]
    waiting: tuple[Waiting, ...]
    changed_at: datetime
    useful: int
    useless: int


# Of each article the versions that count: a title and a text have to come from somewhere where none
# of them is published or waits, so there its newest one does.
_READ: Final = """
    WITH known AS (
        SELECT article_id, max(number) AS newest,
            max(GREATEST(created_at, submitted_at, reviewed_at, published_at)) AS changed_at,
            bool_or(published_at IS NOT NULL) AS was_published,
            bool_or(state IN ('draft', 'in_review', 'published')) AS is_current
        FROM article_version {of_one} GROUP BY article_id)
    SELECT v.article_id, v.number, v.state, v.topic, v.title, v.markdown, v.author, v.note,
        v.effective_on, v.created_at, v.submitted_at, v.fact_digests, known.changed_at,
        known.was_published
    FROM known JOIN article_version AS v ON v.article_id = known.article_id
    WHERE v.state IN ('draft', 'in_review', 'published')
        OR (NOT known.is_current AND v.number = known.newest)
    ORDER BY v.article_id, v.number
"""
_CURRENT: Final = text(_READ.format(of_one=""))
_CURRENT_OF_ONE: Final = text(_READ.format(of_one="WHERE article_id = :article"))


async def articles(
    session: Executor, register: FactRegister, asked: Asked, day: date
) -> Listed[ArticleLine]:
    """The articles as they stand on ``day``, by topic and title.

    ``register`` are the facts of the files. The search finds each of its words in the name, the
    title and the text of an article, accents or not. Raises NoSuchOrder, NoSuchFilter.
    """
    check(asked, FILTERS, ORDERS)
    topic, state = one_of(asked, "tema", tuple(TOPICS)), one_of(asked, "estado", STATES_ASKED)
    rows = (await session.execute(_CURRENT)).all()
    facts = await versions.facts_now(session, register)
    # Of ninety days, today is one.
    rated = await ratings.since(session, day - RATED_WITHIN + timedelta(days=1))
    return await asyncio.to_thread(_listed, rows, facts, rated, asked, topic, state, day)


async def article(
    session: Executor, register: FactRegister, article_id: str, day: date
) -> ArticleLine:
    """The line of one article. Raises NoSuchVersion where no version of it was ever written."""
    rows = (await session.execute(_CURRENT_OF_ONE, {"article": article_id})).all()
    if not rows:
        raise NoSuchVersion(article_id)
    facts = await versions.facts_now(session, register)
    rated = await ratings.since(session, day - RATED_WITHIN + timedelta(days=1))
    return _line(article_id, rows, facts, rated.get(article_id, (0, 0)), day)[0]


def _listed(
    rows: Sequence[Row[Any]],
    facts: FactsNow,
    rated: Mapping[str, tuple[int, int]],
    asked: Asked,
    topic: str | None,
    state: str | None,
    day: date,
) -> Listed[ArticleLine]:
    wanted = searched_for(asked)
    found = []
    for article_id, of_one in groupby(rows, key=lambda row: str(row.article_id)):
        own = list(of_one)
        line, said = _line(article_id, own, facts, rated.get(article_id, (0, 0)), day)
        if topic is not None and line.topic != topic:
            continue
        if state is not None and not _is_in(line, state):
            continue
        if all(word in article_id or word in folded(said) for word in wanted):
            found.append(line)
    orders: dict[str, Key[ArticleLine]] = {
        "titulo": lambda line: fold(line.title),
        "tema": lambda line: fold(line.topic_name),
        "cambio": lambda line: line.changed_at,
        "valoraciones": _liked,
    }
    return page(
        found,
        asked,
        orders,
        usual=lambda line: (fold(line.topic_name), fold(line.title)),
        tie=lambda line: line.article_id,
    )


def _line(
    article_id: str,
    rows: Sequence[Row[Any]],
    facts: FactsNow,
    rated: tuple[int, int],
    day: date,
) -> tuple[ArticleLine, str]:
    """An article's line, and the text that is searched."""
    by_number = {row.number: row for row in rows}
    there = [_published(row) for row in rows if row.state == PUBLISHED]
    to_come = sorted(
        (one for one in there if one.effective_on > day),
        key=lambda one: (one.effective_on, one.number),
    )
    in_effect = rules.in_effect(there, day)
    current = in_effect[0] if in_effect else None
    standing = next(iter([*in_effect, *to_come]), None)
    shown = rows[-1] if standing is None else by_number[standing.number]
    held = rules.shown_on(in_effect, facts, day, remembered.article).flagged
    why = held[0].reason if held else None
    serving: Serving
    if current is not None:
        serving = "served" if why is None else "held"
    elif to_come:
        serving = "scheduled"
    else:
        serving = "withdrawn" if shown.was_published else "unpublished"
    line = ArticleLine(
        article_id=article_id,
        title=shown.title,
        topic=shown.topic,
        topic_name=TOPICS.get(shown.topic, shown.topic),
        serving=serving,
        why=why,
        number=current.number if current else None,
        author=shown.author if current else None,
        effective_on=current.effective_on if current else None,
        scheduled=tuple(
            Scheduled(one.number, by_number[one.number].author, one.effective_on) for one in to_come
        ),
        waiting=tuple(_waiting(row) for row in reversed(rows) if row.state in (DRAFT, IN_REVIEW)),
        changed_at=shown.changed_at,
        useful=rated[0],
        useless=rated[1],
    )
    return line, _said(article_id, shown.markdown)


def _published(row: Row[Any]) -> Published:
    return Published(
        row.article_id,
        row.number,
        row.topic,
        row.title,
        row.markdown,
        row.effective_on,
        row.fact_digests,
    )


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(row.number, row.state, row.author, row.note, row.submitted_at or row.created_at)


def _said(article_id: str, markdown: str) -> str:
    """What an article says, and by which words it is found; not which others it leads to."""
    try:
        article = remembered.article(article_id, markdown)
    except SourceError:
        return markdown
    return "\n".join((article.title, *article.aliases, *article.questions, article.body))


def _is_in(line: ArticleLine, state: str) -> bool:
    match state:
        case "borrador":
            return any(one.state == DRAFT for one in line.waiting)
        case "en_revision":
            return any(one.state == IN_REVIEW for one in line.waiting)
        case "programada":
            return bool(line.scheduled)
        case "publicada":
            return line.serving == "served"
        case "detenida":
            return line.serving == "held"
        case _:
            return line.serving == "withdrawn"


def _liked(line: ArticleLine) -> int | None:
    """By how many more people it was of use than not; None where nobody said."""
    return line.useful - line.useless if line.useful or line.useless else None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in an article's history; the fields are those of
    actions.articles.models.ArticleVersion. ``text_of`` is the oldest version of that same text,
    where there was one before."""

    number: int
    state: State
    origin: Origin
    title: str
    author: str
    note: str
    began_from: int | None
    created_at: datetime
    submitted_at: datetime | None
    reviewer: str | None
    reviewed_at: datetime | None
    review_note: str
    published_at: datetime | None
    effective_on: date | None
    digest: str
    text_of: int | None


async def versions_of(session: Executor, article_id: str) -> list[VersionLine]:
    """All versions of an article without their texts, newest first.

    Raises NoSuchVersion when there are none.
    """
    rows = await session.execute(
        text(
            """
            SELECT number, state, origin, title, author, note, began_from, created_at,
                submitted_at, reviewer, reviewed_at, review_note, published_at, effective_on,
                digest, NULLIF(min(number) OVER (PARTITION BY digest), number) AS text_of
            FROM article_version WHERE article_id = :article ORDER BY number DESC
            """
        ),
        {"article": article_id},
    )
    found = [VersionLine(*row) for row in rows]
    if not found:
        raise NoSuchVersion(article_id)
    return found


async def difference(session: Executor, article_id: str, one: int, other: int) -> list[DiffLine]:
    """What changed from version ``one`` of an article to ``other``; empty where nothing did.

    Raises NoSuchVersion.
    """
    before = await versions.version(session, article_id, one)
    after = await versions.version(session, article_id, other)
    return await asyncio.to_thread(of_texts, before.markdown, after.markdown)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A version that waits for a second person.

    ``published`` is the version that was published last, None for a new article; ``overtaken``
    tells that this one was published after the draft was begun, so that it cannot be approved.
    """

    article_id: str
    number: int
    title: str
    topic: str
    topic_name: str
    origin: Origin
    author: str
    note: str
    began_from: int | None
    submitted_at: datetime
    published: int | None
    overtaken: bool


async def reviews_waiting(session: Executor) -> list[ReviewLine]:
    """The versions in review, those that wait longest first."""
    rows = await session.execute(
        text(
            """
            SELECT v.article_id, v.number, v.title, v.topic, v.origin, v.author, v.note,
                v.began_from, v.submitted_at,
                (SELECT max(p.number) FROM article_version AS p
                    WHERE p.article_id = v.article_id AND p.published_at IS NOT NULL) AS published
            FROM article_version AS v WHERE v.state = 'in_review'
            ORDER BY v.submitted_at, v.id
            """
        )
    )
    return [
        ReviewLine(
            **row._mapping,
            topic_name=TOPICS.get(row.topic, row.topic),
            overtaken=(row.published or 0) > (row.began_from or 0),
        )
        for row in rows
    ]
