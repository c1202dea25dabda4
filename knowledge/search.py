"""Search over articles: which one answers a question, and how sure that one does.

A question's words are folded, shorthand is written out, words without content are dropped. A word
the corpus has, in any inflexion, counts in full; else its likeliest correction or a synonym counts
for less. Three things rank the documents together: BM25 over those words, titles and aliases
weighing more; how likely each document is asked with such words (knowledge.likelihood); and, where
the caller has it, what a model has learnt of how people ask for each. One whose title or alias is
asked word for word comes first.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from knowledge.likelihood import Likelihood
from knowledge.spelling import Spelling, sound
from knowledge.synonyms import SYNONYMS
from knowledge.text import STOP_WORDS, content_words, written_out
from knowledge.weighed import Term, Weighed

# Measured on misspelt questions over corpora of 150 to 2,000 documents; flat around these values.
_TITLE_WEIGHT: Final = 5
_ALIAS_WEIGHT: Final = 4
_BM25_SATURATION: Final = 1.6
_BM25_LENGTH: Final = 0.5
# A synonym is trusted more where the corpus lacks the word itself.
_SYNONYM_TRUST: Final = 0.5
_SYNONYM_TRUST_IN_PLACE: Final = 0.7
# A correction is taken for a misspelt stop word only when it sounds alike or is a letter off.
_STOP_WORD_TRUST: Final = 0.75
# A title or alias is asked word for word when every word is right, or sounds right.
_WORD_FOR_WORD_TRUST: Final = 0.9

_CONTEXT: Final = 0.5
"""Weight of a word of the last answer's title beside one that was asked."""
_SAME: Final = 1.3
"""Of a question that goes on from an answer, how much likelier its topic is."""
# Added to the score: a dairy that asks about dirty water means its whey. More than this costs firms
# the general article that they ask for.
_OWN_SECTOR: Final = 1.0
_OTHER_SECTOR: Final = -0.4

_LIKELIHOOD: Final = 0.25
"""Of one standard deviation, beside the best match of the words, which counts 1."""
NO_DOCUMENT: Final = "none"
"""In the place of an id, in what a model learnt: what no document answers."""
_LEARNT: Final = 2.0
"""Of one standard deviation of what a model learnt, beside the same: it knows three times the
lines, and their meaning."""
_SCALE: Final = 6.0
"""By which the sum of all is divided, so that what sector and context add weighs as before."""
_MOST_WORDS: Final = 80
_MOST_TERMS: Final = 64


class Searchable(Protocol):
    """What is indexed: an id, a title, a body, further names people use for it, ways in which they
    ask for it, its topic, and the branches of industry it is written for (none: all)."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def questions(self) -> Sequence[str]: ...
    @property
    def topic(self) -> str: ...
    @property
    def sectors(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Hit:
    """A document and its score for the question, above 0. Scores compare within one answer only."""

    id: str
    score: float


@dataclass(frozen=True)
class Found:
    """Hits, best first, and how likely the best one answers the question, from 0 to 1.

    The confidence says how likely the best hit is right: it is high where its words cover the
    question, its lines are near in meaning and no other comes close; near 1 when its title or alias
    is asked word for word.
    """

    hits: tuple[Hit, ...]
    confidence: float


class Index:
    """A searchable set of documents. Built once, then only read: safe to share among threads."""

    def __init__(self, documents: Sequence[Searchable]) -> None:
        stemmer = Stemmer.Stemmer("spanish")
        counts: Counter[str] = Counter()
        stems: dict[str, str] = {}
        texts: list[list[str]] = []
        lines = [(n, line) for n, one in enumerate(documents) for line in _lines(one)]
        phrases: dict[frozenset[str], list[int]] = {}
        for number, document in enumerate(documents):
            text: list[str] = []
            fields = [(document.title, _TITLE_WEIGHT), (document.body, 1)]
            fields += [(alias, _ALIAS_WEIGHT) for alias in document.aliases]
            fields += [(question, 1) for question in document.questions]
            for field, weight in fields:
                for word in content_words(field):
                    counts[word] += 1
                    if word not in stems:
                        stems[word] = stemmer.stemWord(word)
                    text += [stems[word]] * weight
            texts.append(text)
            for phrase in {_phrase(field, stems) for field in (document.title, *document.aliases)}:
                phrases.setdefault(phrase, []).append(number)
        self._ids = [document.id for document in documents]
        self._known = {document.id: number for number, document in enumerate(documents)}
        self._titles = [document.title for document in documents]
        self._topics = np.array([document.topic for document in documents])
        self._sectors = [frozenset(document.sectors) for document in documents]
        self._stems = stems
        self._phrases = phrases
        self._spelling = Spelling(counts)
        written = [written_out(line) for _, line in lines]
        self._words = Counter(word for line in written for word in line)
        self._any_spelling = Spelling(self._words)
        self._likelihood = Likelihood(
            [stemmer.stemWords(line) for line in written], [n for n, _ in lines], len(documents)
        )
        self._stop_spelling = Spelling({word: 1 for word in STOP_WORDS if len(word) > 2})
        frequency = Counter(stem for text in texts for stem in set(text))
        self._weights = {stem: self._weight(times) for stem, times in frequency.items()}
        self._rarest = self._weight(0)
        self._bm25: bm25s.BM25 | None = None
        if frequency:
            self._bm25 = bm25s.BM25(k1=_BM25_SATURATION, b=_BM25_LENGTH, method="lucene")
            self._bm25.index(texts, show_progress=False)

    @classmethod
    def build(cls, documents: Sequence[Searchable]) -> "Index":
        """Index `documents`; their order breaks ties."""
        return cls(documents)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._known

    def __len__(self) -> int:
        return len(self._ids)

    def search(
        self,
        question: str,
        limit: int = 3,
        *,
        after: str | None = None,
        sector: str | None = None,
        learnt: Mapping[str, float] = MappingProxyType({}),
    ) -> Found:
        """The best `limit` documents for `question`; none when no word of it is in the corpus.

        `after` is the document that the question goes on from, `sector` the branch of who asks.
        `learnt` tells, by id, how much likelier than the usual document a model that knows how
        people ask takes each for, in standard deviations; a document newer than the model may lack.
        """
        weighed = self.weigh(question, after=after, sector=sector, learnt=learnt)
        if weighed is None or limit < 1:
            return Found((), 0.0)
        best = np.argsort(-weighed.scores, kind="stable")[:limit]
        hits = tuple(
            Hit(self._ids[i], score) for i in best if (score := float(weighed.scores[i])) > 0
        )
        return Found(hits, weighed.confidence(int(best[0])) if hits else 0.0)

    def weigh(
        self,
        question: str,
        *,
        after: str | None = None,
        sector: str | None = None,
        learnt: Mapping[str, float] = MappingProxyType({}),
    ) -> Weighed | None:
        """The question weighed against each document, as `search` does it and with its arguments.

        None where nothing of it is known: no word, no name, nothing learnt.
        """
        terms = self._terms(question)
        if after is not None:
            terms = self._with_context(terms, after)
        named = self._named(question, terms)
        if not (terms or named or learnt) or not self._ids:
            return None
        shares = np.zeros((len(terms) + 1, len(self._ids)))
        for row, term in enumerate(terms):
            shares[row] = self._share(term)
        shares[-1, named] = sum((term.weight for term in terms), start=self._rarest)
        # Words without content ("qué es") stand anywhere: alone they tell nothing.
        if not (shares.any() or learnt):
            return None
        scores = self._weighed(question, shares.sum(axis=0))
        likely = self._learnt(scores, learnt)
        if likely is not None:
            scores = (scores + _LEARNT * likely) / _SCALE
        if after is not None:
            scores = scores * np.where(self._topics == self._topics[self._known[after]], _SAME, 1)
        if sector is not None:
            scores = scores + self._for_sector(sector)
        if named:
            # Asked word for word: before all others, however likely these are.
            scores[named] += 1 + np.ptp(scores)
        return Weighed(
            ids=self._ids,
            terms=terms,
            shares=shares[:-1],
            scores=scores,
            likely=likely,
            named=named,
            none=learnt.get(NO_DOCUMENT, 0.0),
            rarest=self._rarest,
        )

    def _weighed(self, question: str, matched: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the words match, with how likely each document is asked with them."""
        words = [self._mended(word) for word in written_out(question)[:_MOST_WORDS]]
        stems = Stemmer.Stemmer("spanish").stemWords(words)
        best = matched.max(initial=0.0)
        # What is less likely than usual counts nothing, lest a document whose words match is lost.
        likely = np.maximum(self._likelihood.of(stems), 0)
        return (matched / best if best else matched) + _LIKELIHOOD * likely

    def _learnt(
        self, scores: NDArray[np.float64], learnt: Mapping[str, float]
    ) -> NDArray[np.float64] | None:
        """What a model learnt of each document; None if it knows none of them. One that is newer
        than the model gets as much of the best as its words score of the best of the others."""
        likely = np.array([learnt.get(one, np.nan) for one in self._ids])
        new = np.isnan(likely)
        if new.all():
            return None
        best = scores[~new].max()
        shares = np.minimum(scores[new] / best, 1) if best > 0 else np.sign(scores[new])
        likely[new] = np.nanmax(likely) * shares
        return likely

    def _mended(self, word: str) -> str:
        if word in self._words or len(word) <= 3:
            return word
        correction = self._any_spelling.correct(word)
        trust = 0.0 if correction is None else correction.trust
        stop = self._stop_word(word, trust)
        if stop is not None:
            return stop
        return word if correction is None else correction.word

    def _named(self, question: str, terms: Sequence[Term]) -> list[int]:
        """The documents whose title or alias is asked word for word."""
        if any(t.trust < _WORD_FOR_WORD_TRUST or t.stem not in self._weights for t in terms):
            return []
        phrase = frozenset(term.stem for term in terms) or _without_content(question)
        return self._phrases.get(phrase, []) if phrase else []

    def _with_context(self, terms: Sequence[Term], after: str) -> list[Term]:
        """The terms, and those of the title of the document that the question goes on from."""
        known = {term.stem for term in terms}
        context = self._terms(self._titles[self._known[after]])
        return [
            *terms,
            *(
                replace(
                    term,
                    stems=tuple((stem, trust * _CONTEXT) for stem, trust in term.stems),
                    weight=term.weight * _CONTEXT,
                )
                for term in context
                if term.stem not in known
            ),
        ]

    def _for_sector(self, sector: str) -> NDArray[np.float64]:
        """What each document gains or loses for a firm of that branch."""
        return np.array(
            [
                0.0 if not sectors else _OWN_SECTOR if sector in sectors else _OTHER_SECTOR
                for sectors in self._sectors
            ]
        )

    def _weight(self, frequency: int) -> float:
        """Inverse document frequency, as BM25 has it."""
        return math.log(1 + (len(self._ids) - frequency + 0.5) / (frequency + 0.5))

    def _terms(self, question: str) -> list[Term]:
        # A stemmer is not safe to share among threads, and cheap to make.
        stemmer = Stemmer.Stemmer("spanish")
        terms: dict[str, Term] = {}
        for word in content_words(question):
            stem = self._stems.get(word) or stemmer.stemWord(word)
            trust, corrected = 1.0, None
            if stem not in self._weights:
                correction = self._spelling.correct(word)
                if self._stop_word(word, correction.trust if correction else 0.0) is not None:
                    continue
                if correction:
                    corrected, trust = correction.word, correction.trust
                    stem = self._stems[corrected]
            if stem not in terms:
                terms[stem] = self._term(word, corrected, stem, trust)
            if len(terms) == _MOST_TERMS:
                break
        return list(terms.values())

    def _stop_word(self, word: str, trust: float) -> str | None:
        """The stop word that `word` is taken for rather than for a correction of that trust."""
        stop = self._stop_spelling.correct(word)
        if stop is None or stop.trust <= max(trust, _STOP_WORD_TRUST):
            return None
        return stop.word if len(word) > 4 or sound(word) == sound(stop.word) else None

    def _term(self, typed: str, corrected: str | None, stem: str, trust: float) -> Term:
        synonyms = _SYNONYM_STEMS.get(stem, frozenset())
        if stem in self._weights:
            stems, less = [(stem, trust)], _SYNONYM_TRUST
        else:
            stems, less = [], _SYNONYM_TRUST_IN_PLACE
        stems += [(s, trust * less) for s in sorted(synonyms) if s in self._weights]
        weight = self._weights.get(stem)
        if weight is None:
            weight = max((self._weights[s] for s, _ in stems), default=self._rarest)
        return Term(typed, corrected, stem, trust, tuple(stems), weight)

    def _share(self, term: Term) -> NDArray[np.float64]:
        """What `term` adds to the score of each document: the best of its stems."""
        share = np.zeros(len(self._ids))
        if self._bm25 is None:
            return share
        for stem, trust in term.stems:
            scores = self._bm25.get_scores_from_ids(self._bm25.get_tokens_ids([stem]))
            np.maximum(share, trust * scores, out=share)
        return share


def _lines(document: Searchable) -> Iterator[str]:
    """What a document says of itself, line by line."""
    yield document.title
    yield from document.aliases
    yield from document.questions
    yield from (block for block in document.body.split("\n\n") if block.strip())


def _phrase(text: str, stems: Mapping[str, str]) -> frozenset[str]:
    """What `text` must share with a question to be asked word for word."""
    return frozenset(stems[word] for word in content_words(text)) or _without_content(text)


def _without_content(text: str) -> frozenset[str]:
    """All words of a text that has none with content, such as "¿qué es esto?"."""
    return frozenset(written_out(text))


def _synonym_stems() -> Mapping[str, frozenset[str]]:
    stemmer = Stemmer.Stemmer("spanish")
    stems: dict[str, set[str]] = {}
    for word, others in SYNONYMS.items():
        stem = stemmer.stemWord(word)
        stems.setdefault(stem, set()).update(map(stemmer.stemWord, others))
    return {stem: frozenset(others - {stem}) for stem, others in stems.items()}


_SYNONYM_STEMS: Final = _synonym_stems()
