"""The register of facts as staff page through it: what it says, with what they said on top."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text

from actions.articles import facts as saying
from actions.articles import rules, versions
from actions.articles.errors import NoSuchFact
from actions.articles.facts import Said
from actions.articles.paging import Key, check, folded, page, searched_for
from actions.articles.rules import Published
from actions.articles.to_confirm import CONFIDENCE
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, one_of
from knowledge.facts import Confidence, Fact, FactRegister, Instrument, Use
from knowledge.text import fold
from knowledge.topics import TOPICS

FILTERS: Final = ("certeza", "tema", "vigencia", "pendiente")
CERTAINTIES: Final[Mapping[str, Confidence]] = {
    "confirmado": "confirmed",
    "por_confirmar": "recalled",
    "incierto": "uncertain",
}
"""Values of ``certeza``."""
IN_FORCE: Final = ("vigente", "terminado", "por_empezar")
"""Values of ``vigencia``."""
PENDING: Final = ("si", "no")
"""Values of ``pendiente``: whether a part of the fact is to be confirmed."""
ORDERS: Final = ("articulos", "hecho", "tema")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact on a day.

    ``instrument`` is the source's name; ``certainty`` is ``confidence`` in Spanish. ``valid_from``
    and ``valid_to`` are its first and last day, by the register, its instrument and the staff;
    ``standing`` is one of IN_FORCE. ``pending`` is the part of it that is to be confirmed, empty
    for none. ``articles`` are the ids of those in effect that rest on it, sorted; ``said`` is what
    staff said of it last.
    """

    fact_id: str
    topic: str
    topic_name: str
    text: str
    instrument: str
    locator: str
    confidence: Confidence
    certainty: str
    valid_from: date | None
    valid_to: date | None
    standing: str
    pending: str
    articles: tuple[str, ...]
    said: Said | None


async def facts(
    session: Executor, register: FactRegister, asked: Asked, day: date
) -> Listed[FactLine]:
    """The facts as they stand on ``day``, those first that most articles rest on.

    ``register`` are the facts of the files. The search finds each of its words in the id, the text
    and the source of a fact, accents or not. Raises NoSuchOrder, NoSuchFilter.
    """
    check(asked, FILTERS, ORDERS)
    certainty = one_of(asked, "certeza", tuple(CERTAINTIES))
    topic = one_of(asked, "tema", tuple(TOPICS))
    standing = one_of(asked, "vigencia", IN_FORCE)
    pending = one_of(asked, "pendiente", PENDING)
    present = (await versions.facts_now(session, register)).register
    there = await versions.published(session)
    said = await _last_said(session)

    def listed() -> Listed[FactLine]:
        lines = _lines(present, there, said, day)
        return _page(lines, asked, certainty, topic, standing, pending)

    return await asyncio.to_thread(listed)


def _page(
    lines: Sequence[FactLine],
    asked: Asked,
    certainty: str | None,
    topic: str | None,
    standing: str | None,
    pending: str | None,
) -> Listed[FactLine]:
    wanted = searched_for(asked)
    found = [
        line
        for line in lines
        if (certainty is None or line.confidence == CERTAINTIES[certainty])
        and (topic is None or line.topic == topic)
        and (standing is None or line.standing == standing)
        and (pending is None or bool(line.pending) == (pending == "si"))
        and all(_has(line, word) for word in wanted)
    ]
    orders: dict[str, Key[FactLine]] = {
        "articulos": lambda line: len(line.articles),
        "hecho": lambda line: line.fact_id,
        "tema": lambda line: fold(line.topic_name),
    }
    return page(
        found,
        asked,
        orders,
        usual=lambda line: -len(line.articles),
        tie=lambda line: line.fact_id,
    )


@dataclass(frozen=True, slots=True)
class FactDetail:
    """A fact in full: its ``line``, what else the register has of it and of its source (None for a
    source that is a free name), the articles that rest on it by id and title, and all that staff
    said of it, newest first."""

    line: FactLine
    use: Use | None
    seen_in: str | None
    note: str | None
    instrument: Instrument | None
    articles: tuple[tuple[str, str], ...]
    said: tuple[Said, ...]


async def fact(session: Executor, register: FactRegister, fact_id: str, day: date) -> FactDetail:
    """One fact as it stands on ``day``. Raises NoSuchFact."""
    if fact_id not in register:
        raise NoSuchFact(fact_id)
    present = (await versions.facts_now(session, register)).register
    in_effect = rules.in_effect(await versions.published(session), day)
    said = await saying.said_of(session, fact_id)
    one = present[fact_id]
    resting = [article for article in in_effect if fact_id in article.fact_digests]
    titles = sorted((article.article_id, article.title) for article in resting)
    line = _line(present, one, [name for name, _ in titles], said[0] if said else None, day)
    return FactDetail(
        line, one.use, one.seen_in, one.note, present.instrument(one), tuple(titles), tuple(said)
    )


def _lines(
    present: FactRegister, there: Sequence[Published], said: Mapping[str, Said], day: date
) -> list[FactLine]:
    resting = _resting(rules.in_effect(there, day))
    return [
        _line(present, one, resting.get(one.id, ()), said.get(one.id), day)
        for one in present.values()
    ]


def _resting(in_effect: Sequence[Published]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for article in in_effect:
        # What a version was reviewed against is what it cites.
        for fact_id in article.fact_digests:
            found.setdefault(fact_id, []).append(article.article_id)
    return found


async def _last_said(session: Executor) -> Mapping[str, Said]:
    rows = await session.execute(
        text(
            'SELECT DISTINCT ON (fact_id) fact_id, kind, ends_on, source, "by", at, note '
            "FROM fact_change ORDER BY fact_id, id DESC"
        )
    )
    return {fact_id: Said(*said) for fact_id, *said in rows}


def _line(
    register: FactRegister, one: Fact, articles: Sequence[str], said: Said | None, day: date
) -> FactLine:
    instrument = register.instrument(one)
    starts = [one.valid_from, instrument.in_force_from if instrument else None]
    first = max((start for start in starts if start is not None), default=None)
    if register.in_force(one, day):
        standing = "vigente"
    else:
        standing = "terminado" if one.valid_to is not None and one.valid_to < day else "por_empezar"
    return FactLine(
        fact_id=one.id,
        topic=one.topic,
        topic_name=TOPICS[one.topic],
        text=" ".join(one.text.split()),
        instrument=register.instrument_name(one),
        locator=one.locator or "",
        confidence=one.confidence,
        certainty=CONFIDENCE[one.confidence],
        valid_from=first,
        valid_to=one.valid_to,
        standing=standing,
        pending=one.pending or "",
        articles=tuple(sorted(articles)),
        said=said,
    )


def _has(line: FactLine, word: str) -> bool:
    texts = (line.fact_id, line.text, line.instrument, line.locator)
    return any(word in folded(one) for one in texts)
