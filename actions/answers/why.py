"""Why the search finds what it finds: candidates, corrected words, how well each one fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import Stemmer

from knowledge.articles import Article
from knowledge.library import Library
from knowledge.text import content_words, words, written_out
from knowledge.weighed import Weighed

CANDIDATES: Final = 5


@dataclass(frozen=True, slots=True)
class Mended:
    """A word that is read as another one; ``trust`` from 0 to 1 tells how sure that is, and is 1
    for shorthand."""

    typed: str
    meant: str
    trust: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may answer, best first.

    ``passage`` is its block that has most of the question. ``confidence`` is how likely it is right
    and ``coverage`` how well its words cover the question, both from 0 to 1. ``learnt`` is how much
    likelier than the usual article a model takes it for, in standard deviations; None where there
    is no model or the article is newer. ``is_named``: its title or alias is asked word for word.
    """

    article: str
    title: str
    passage: str
    score: float
    confidence: float
    coverage: float
    learnt: float | None
    is_named: bool


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search makes of one question.

    ``unknown`` are words that no article has; ``none_learnt`` is what a model learnt of that no
    article answers, in standard deviations, None without one.
    """

    question: str
    candidates: tuple[Candidate, ...]
    mended: tuple[Mended, ...]
    unknown: tuple[str, ...]
    none_learnt: float | None

    @property
    def confidence(self) -> float:
        """Of the best candidate; 0 where there is none."""
        return self.candidates[0].confidence if self.candidates else 0.0


def why(
    library: Library,
    question: str,
    *,
    sector: str | None = None,
    learnt: Mapping[str, float] = MappingProxyType({}),
) -> Searched:
    """What actions.answers.service.answer has before it when it decides on one question."""
    weighed = library.index.weigh(question, sector=sector, learnt=learnt)
    shorthand = [
        Mended(typed, meant, 1.0)
        for typed, meant in zip(words(question), written_out(question), strict=True)
        if typed != meant
    ]
    none = None if weighed is None or weighed.likely is None else weighed.none
    if weighed is None:
        return Searched(question, (), tuple(shorthand), tuple(content_words(question)), none)
    corrected = [
        Mended(term.typed, term.corrected, term.trust)
        for term in weighed.terms
        if term.corrected is not None
    ]
    best = np.argsort(-weighed.scores, kind="stable")[:CANDIDATES]
    return Searched(
        question,
        tuple(
            _candidate(library, weighed, learnt, int(one))
            for one in best
            if weighed.scores[one] > 0
        ),
        (*shorthand, *corrected),
        tuple(term.typed for term in weighed.terms if not term.stems),
        none,
    )


def _candidate(
    library: Library, weighed: Weighed, learnt: Mapping[str, float], place: int
) -> Candidate:
    article = library.articles[weighed.ids[place]]
    return Candidate(
        article=article.id,
        title=article.title,
        passage=_passage(article, weighed),
        score=float(weighed.scores[place]),
        confidence=weighed.confidence(place),
        coverage=weighed.covered(place),
        learnt=learnt.get(article.id),
        is_named=place in weighed.named,
    )


def _passage(article: Article, weighed: Weighed) -> str:
    """The first block of those that have most of the question, rare words weighing more."""
    stemmer = Stemmer.Stemmer("spanish")

    def matched(text: str) -> float:
        stems = frozenset(stemmer.stemWords(content_words(text)))
        return sum(
            term.weight * max((trust for stem, trust in term.stems if stem in stems), default=0.0)
            for term in weighed.terms
        )

    return max((block.text for block in article.blocks), key=matched)
