"""A question weighed against documents, and how likely each of them answers it.

The confidence is a logistic regression on labelled questions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_STORY: Final = 8
"""Words with content from which on a message is a story with a question in it."""
# People tell long stories: beyond its six heaviest words a question need not be covered.
_HEAVIEST: Final = 6


@dataclass(frozen=True)
class Term:
    """A word of the question: as it was typed (shorthand written out), the word of the corpus that
    it was corrected to, if it was, its stem, how far the correction is trusted, the stems it may
    match, each with a trust, and its weight (idf)."""

    typed: str
    corrected: str | None
    stem: str
    trust: float
    stems: tuple[tuple[str, float], ...]
    weight: float


@dataclass(frozen=True)
class Weighed:
    """A question weighed against all documents, which arrays have in the order of ``ids``.

    ``shares`` is what each term adds to the score of each document; ``likely`` what a model learnt
    of each, None where it knows none of them; ``named`` are the documents whose title or alias is
    asked word for word; ``none`` is what the model learnt of that no document answers.
    """

    ids: Sequence[str]
    terms: Sequence[Term]
    shares: NDArray[np.float64]
    scores: NDArray[np.float64]
    likely: NDArray[np.float64] | None
    named: Sequence[int]
    none: float
    rarest: float

    def covered(self, place: int) -> float:
        """How well the words of a document cover the question, from 0 to 1."""
        weights = [term.weight for term in self.terms]
        return _coverage(self.shares[:, place], weights, self.rarest)

    def confidence(self, place: int) -> float:
        """How likely a document answers the question, from 0 to 1."""
        if place in self.named:
            return min((term.trust for term in self.terms), default=1.0)
        if self.likely is None:
            others = np.delete(self.scores, place)
            lead = float(self.scores[place] - others.max(initial=0.0))
            return _of_words(self.covered(place), lead)
        weight = sum(term.weight for term in self.terms) or 1.0
        unknown = sum(term.weight for term in self.terms if not term.stems) / weight
        likely = float(self.likely[place])
        return _of_learnt(self.covered(place), likely, self.none, unknown, len(self.terms))


def _of_words(covered: float, lead: float) -> float:
    """How likely a document is right, from 0 to 1.

    `covered`: how well its words cover the question; `lead`: by how much it is before the next one.
    """
    return 1 / (1 + math.exp(-(5.45 * covered + 1.6 * lead - 2.34)))


def _of_learnt(covered: float, likely: float, none: float, unknown: float, words: int) -> float:
    """The same where a model's opinion is known: ``likely`` of the document, ``none`` of that no
    document answers, both in standard deviations above the usual document. ``unknown`` is the share
    of the question that no document has, 0 to 1. Of a story's many ``words`` few ask anything."""
    odds = 3.0 * covered + 0.87 * likely - 0.4 * none - 2.8 * unknown - 4.69
    odds += 3.0 * max(0.0, math.log((1 + words) / (1 + _STORY)))
    return 1 / (1 + math.exp(-odds))


def _coverage(shares: NDArray[np.float64], weights: Sequence[float], rarest: float) -> float:
    """From 0 to 1: high when a document covers the question, by several words, by telling ones.

    `shares`: what each word adds to its score; `weights`: the most it could add.
    """
    if not weights:
        return 0.0
    covered = min(1.0, float(shares.sum()) / sum(sorted(weights)[-_HEAVIEST:]))
    matched = [weight for share, weight in zip(shares, weights, strict=True) if share > 0]
    enough = 1 - math.exp(-0.7 * len(matched))
    telling = 1 - math.exp(-2 * sum(matched) / rarest)
    return covered * enough * telling
