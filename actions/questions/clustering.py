"""Which questions are the same one, asked by several people in their own words and spelling.

Two questions are as near as their words cover one another, rare words weighing more; a word meets
its misspelt twin, a shortened one, and one that means the same. Beside words, the runs of three
letters are compared, so that words written together or apart meet too. Two that each name what they
want to know, and name different things (a price, a day), are further apart. A new question joins
the open cluster that holds the nearest ones, or begins a cluster of its own.

Tuned on half of tests/actions/questions/clusters.yml. Two different questions in one cluster are
the worse mistake, for one of those who asked would be told of an answer that is none: so the
threshold is higher than the one at which most pairs are right.
"""

import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler

from actions.questions.words import is_wanted, related, weight

SAME_FROM: Final = 0.55
"""Similarity from which a question belongs to a cluster."""
NEAREST: Final = 3
"""A question is compared with a cluster by so many of its questions, the nearest ones: one alone
would draw chains of questions into a cluster, each near to the last only."""
WEIGHED: Final = 30
"""So many candidates are compared letter by letter: those that share most."""

_OF_LETTERS: Final = 0.2
_OTHER_WANTED: Final = 0.8
_MISSPELT: Final = 0.95
_SYNONYM: Final = 0.8
_SIMILAR: Final = 0.75
_MISSPELT_FROM: Final = 0.75
_SIMILAR_FROM: Final = 0.88
_JOINED_FROM: Final = 0.8
_SHORTEST: Final = 4
_LEFT_OUT: Final = 0.2


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """From 0 to 1: how near two questions are, each given as its words (see words_of)."""
    said, by = _said(one), _said(other)
    if not said or not by:
        return 0.0
    covered = math.sqrt(_coverage(said, by) * _coverage(by, said))
    near = (1 - _OF_LETTERS) * covered + _OF_LETTERS * _letters_shared(said, by)
    wanted, wanted_by = set(one).difference(said), set(other).difference(by)
    return near * _OTHER_WANTED if wanted and wanted_by and not wanted & wanted_by else near


def telling(words: Sequence[str]) -> list[str]:
    """Those of a question's words, rarest first, of which a question that is the same one has to
    have at least one; the others are too usual to look for."""
    ranked = sorted(_said(words) or words, key=lambda word: (-weight(word), word))
    left = _LEFT_OUT * sum(map(weight, ranked))
    while len(ranked) > 1 and weight(ranked[-1]) <= left:
        left -= weight(ranked.pop())
    return ranked


def nearest(words: Sequence[str], others: Iterable[tuple[int, Sequence[str]]]) -> int | None:
    """The cluster that a question belongs to, or None when it is near to none.

    ``others`` are questions asked before: each one's cluster and words.
    """
    candidates = sorted(others, key=lambda other: -_shared(words, other[1]))[:WEIGHED]
    near: dict[int, list[float]] = defaultdict(list)
    for cluster, said in candidates:
        near[cluster].append(similarity(words, said))
    scores = {
        cluster: sum(sorted(found)[-NEAREST:]) / min(len(found), NEAREST)
        for cluster, found in near.items()
    }
    best = max(scores, key=lambda cluster: (scores[cluster], -cluster), default=None)
    return best if best is not None and scores[best] >= SAME_FROM else None


def _said(words: Sequence[str]) -> list[str]:
    return [word for word in words if not is_wanted(word)]


def _coverage(words: Sequence[str], by: Sequence[str]) -> float:
    """The share of the words, by weight, that the other ones have too."""
    known = frozenset(by)
    met = [1.0 if word in known else max(_met(word, other) for other in by) for word in words]
    # "Auto lavado" and "autolavado": two neighbours that are one word of the other question.
    joined = [first + second for first, second in pairwise(by)]
    for at, word in enumerate(words):
        if met[at]:
            continue
        if any(_is_joined(word, whole) for whole in joined):
            met[at] = _MISSPELT
        elif at + 1 < len(met) and not met[at + 1]:
            whole = word + words[at + 1]
            if any(_is_joined(other, whole) for other in by):
                met[at] = met[at + 1] = _MISSPELT
    weights = [weight(word) for word in words]
    return math.fsum(map(operator.mul, met, weights)) / math.fsum(weights)


def _met(word: str, other: str) -> float:
    if other in related(word):
        return _SYNONYM
    # Whoever misspells a word hardly ever begins it with another sound.
    if word[0] != other[0] or min(len(word), len(other)) < _SHORTEST:
        return 0.0
    if _is_misspelt(word, other):
        return _MISSPELT
    return _SIMILAR if JaroWinkler.similarity(word, other) >= _SIMILAR_FROM else 0.0


def _is_misspelt(word: str, other: str) -> bool:
    return OSA.normalized_similarity(word, other, score_cutoff=_MISSPELT_FROM) > 0


def _is_joined(word: str, whole: str) -> bool:
    return word[0] == whole[0] and OSA.normalized_similarity(word, whole) >= _JOINED_FROM


def _letters_shared(one: Sequence[str], other: Sequence[str]) -> float:
    """The runs of three letters that both have, as the cosine of the angle between them."""
    of_one, of_other = _runs("".join(one)), _runs("".join(other))
    if not of_one or not of_other:
        return 0.0
    return len(of_one & of_other) / math.sqrt(len(of_one) * len(of_other))


def _runs(letters: str) -> frozenset[str]:
    return frozenset(letters[at : at + 3] for at in range(len(letters) - 2))


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """How near two are by words that are the same: quick, to tell which ones to look at."""
    same = sum(map(weight, frozenset(one).intersection(other)))
    return same / math.sqrt(sum(map(weight, other)))
