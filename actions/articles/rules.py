"""Which versions are served on a day, and which are flagged because a fact under them moved.

Pure: versions, facts and days come in, decisions go out.

A version is reviewed against its facts, and keeps a digest of what each of them said. It is served
only while each still says the same: a fact that a release reworded, took out or gave another source
flags every version that rests on it, until somebody looks at the article again.

What staff say of a fact does not count as a fact that says something else. A confirmation only
improves it. An end is a matter of days: up to its last day the article is as true as when it was
reviewed, and from the next day on the fact is not in force, which flags the article by itself.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from actions.cases.hours import ZONE
from knowledge.articles import Article, parse_article
from knowledge.facts import Confidence, Fact, FactRegister
from knowledge.marked_yaml import SourceError

State = Literal["draft", "in_review", "published", "superseded", "withdrawn", "rejected"]
Origin = Literal["seed", "staff", "import"]

DRAFT: Final[State] = "draft"
IN_REVIEW: Final[State] = "in_review"
PUBLISHED: Final[State] = "published"
SUPERSEDED: Final[State] = "superseded"
WITHDRAWN: Final[State] = "withdrawn"
REJECTED: Final[State] = "rejected"

STATES: Final[Mapping[State, str]] = {
    DRAFT: "en borrador",
    IN_REVIEW: "en revisión",
    PUBLISHED: "publicada",
    SUPERSEDED: "reemplazada",
    WITHDRAWN: "retirada",
    REJECTED: "rechazada",
}
"""How each state of a version is told to the staff."""

SEED: Final[Origin] = "seed"
STAFF: Final[Origin] = "staff"
IMPORT: Final[Origin] = "import"

Parse = Callable[[str, str], Article]


def day_of(now: datetime) -> date:
    """The day in El Salvador."""
    return now.astimezone(ZONE).date()


def normalized(text: str) -> str:
    """An article's text as it is stored: no byte-order mark, one kind of line end, composed
    letters, one line end at the end. So an editor that changes only those changes nothing."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", plain).rstrip() + "\n"


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(article_id: str, markdown: str) -> Article:
    """The article of a version; its path is a name only. Raises SourceError."""
    return parse_article(article_id, markdown, Path(f"{article_id}.md"))


def cited(article: Article) -> tuple[str, ...]:
    """The ids of the facts it rests on, each once, in order."""
    return tuple(dict.fromkeys(fact for block in article.blocks for fact in block.facts))


def file_order(topic: str, article_id: str) -> tuple[str, str]:
    """Sorts as the files of ``knowledge/articles`` do: the search breaks ties by that order."""
    return topic, f"{article_id}.md"


@dataclass(frozen=True, slots=True)
class Change:
    """What staff said of a fact: that it ended (``ends_on`` is its last day) or is confirmed."""

    fact_id: str
    kind: Literal["ended", "confirmed"]
    ends_on: date | None = None


def fact_digest(fact: Fact, register: FactRegister) -> str:
    """What a fact says, whatever its note: text, confidence, days, use, and its source in full."""
    instrument = register.instrument(fact)
    source = (
        [fact.instrument]
        if instrument is None
        else [
            instrument.id,
            instrument.name,
            instrument.decree,
            instrument.date,
            instrument.gazette,
            instrument.in_force,
        ]
    )
    days = [None if day is None else day.isoformat() for day in (fact.valid_from, fact.valid_to)]
    said = [fact.text, fact.confidence, *days, fact.use, fact.locator, *source]
    return digest(json.dumps(said, ensure_ascii=False))


class FactsNow:
    """The facts of the files with what staff said of them; ``register`` holds the outcome."""

    def __init__(self, files: FactRegister, changes: Iterable[Change] = ()) -> None:
        """``changes`` are oldest first: of each kind the newest about a fact holds."""
        ends: dict[str, list[date]] = {}
        confirmed: set[str] = set()
        for change in changes:
            if change.kind == "ended" and change.ends_on is not None:
                ends.setdefault(change.fact_id, []).append(change.ends_on)
            elif change.kind == "confirmed":
                confirmed.add(change.fact_id)
        self._files = files
        self._ends = ends
        self.register = FactRegister(
            {
                fact.id: self._changed(fact, ends.get(fact.id, [None])[-1], fact.id in confirmed)
                for fact in files.values()
            },
            files.instruments,
        )

    @staticmethod
    def _changed(fact: Fact, end: date | None, is_confirmed: bool) -> Fact:
        if end is not None:
            # Staff end a fact; to prolong one is to say something new, which is for the files.
            fact = replace(fact, valid_to=_earlier(fact.valid_to, end))
        if is_confirmed:
            fact = replace(fact, confidence="confirmed", pending=None)
        return fact

    def digests(self, facts: Iterable[str]) -> dict[str, str]:
        """What these facts say now, for a version that is reviewed now; unknown ones left out."""
        return {
            fact: fact_digest(self.register[fact], self.register)
            for fact in facts
            if fact in self.register
        }

    def says_still(self, fact_id: str, reviewed: str | None) -> bool:
        """Whether a fact says what it said when it was reviewed, or the same and surer."""
        fact = self.register[fact_id]
        if reviewed == fact_digest(fact, self.register):
            return True
        sure: tuple[Confidence, ...] = (
            ("confirmed", "recalled") if fact.confidence == "confirmed" else (fact.confidence,)
        )
        filed = self._files[fact_id].valid_to
        lasts = {filed, *(_earlier(filed, end) for end in self._ends.get(fact_id, ()))}
        return any(
            reviewed == fact_digest(replace(fact, confidence=one, valid_to=last), self.register)
            for one in sure
            for last in lasts
        )


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


@dataclass(frozen=True, slots=True)
class Published:
    """What is needed of a published version to decide whether it is served."""

    article_id: str
    number: int
    topic: str
    title: str
    markdown: str
    effective_on: date
    fact_digests: Mapping[str, str]


def in_effect(versions: Iterable[Published], day: date) -> list[Published]:
    """Of each article the version with the latest first day up to ``day``, as files are sorted.

    Of two with the same first day the one with the higher number, which was written later.
    """
    newest: dict[str, Published] = {}
    for one in versions:
        if one.effective_on > day:
            continue
        known = newest.get(one.article_id)
        if known is None or (known.effective_on, known.number) < (one.effective_on, one.number):
            newest[one.article_id] = one
    return sorted(newest.values(), key=lambda one: file_order(one.topic, one.article_id))


def why_flagged(
    facts_cited: Sequence[str], fact_digests: Mapping[str, str], facts: FactsNow, day: date
) -> str | None:
    """Why a version that cites these facts is not served on ``day``, in Spanish; None if it is."""
    register = facts.register
    for fact_id in facts_cited:
        fact = register.get(fact_id)
        if fact is None:
            return f"el hecho {fact_id} ya no está en el registro"
        if fact.confidence == "uncertain":
            return f"el hecho {fact_id} es incierto: no se puede afirmar"
        if fact.use == "background":
            return f"el hecho {fact_id} es solo de contexto: no se cita"
        if not register.in_force(fact, day):
            return f"el hecho {fact_id} no rige el {day:%d/%m/%Y}{_its_days(fact, day)}"
        if not facts.says_still(fact_id, fact_digests.get(fact_id)):
            return f"el hecho {fact_id} cambió desde que se revisó el artículo"
    return None


def _its_days(fact: Fact, day: date) -> str:
    if fact.valid_to is not None and fact.valid_to < day:
        return f" (rigió hasta el {fact.valid_to:%d/%m/%Y})"
    if fact.valid_from is not None and day < fact.valid_from:
        return f" (rige desde el {fact.valid_from:%d/%m/%Y})"
    return " (su norma todavía no rige)"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A version in effect that is not served, and why, in Spanish."""

    article_id: str
    number: int
    topic: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a day shows: the articles that are served, and the versions that are held back."""

    articles: tuple[Article, ...]
    flagged: tuple[Flagged, ...]


def shown_on(
    versions: Iterable[Published], facts: FactsNow, day: date, read: Parse = parse
) -> Shown:
    """What is served on ``day``. ``read`` may remember articles that it has read before."""
    articles: list[Article] = []
    flagged: list[Flagged] = []
    for one in in_effect(versions, day):
        try:
            article = read(one.article_id, one.markdown)
        except SourceError as error:
            # A text that an earlier release took: one of them must not silence all the others.
            reason: str | None = f"no se puede leer (línea {error.line})"
        else:
            reason = why_flagged(cited(article), one.fact_digests, facts, day)
            if reason is None:
                articles.append(article)
        if reason is not None:
            flagged.append(Flagged(one.article_id, one.number, one.topic, one.title, reason))
    return Shown(tuple(articles), tuple(flagged))
