"""How likely each document is to be asked with certain words: multinomial naive Bayes.

Each line of a document (title, alias, question, paragraph) is an example of it; features are stems
and pairs of neighbouring stems, weighted as usual (tf-idf, rows of length 1).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SMOOTHING: Final = 0.05
"""Measured on questions that were not used to build it; flat around here."""


class Likelihood:
    """Learnt from lines whose documents are known. Built once, then only read."""

    def __init__(self, lines: Sequence[Sequence[str]], owners: Sequence[int], count: int) -> None:
        """``lines`` are stems; ``owners`` their documents' numbers, of ``count`` documents."""
        features = [_features(line) for line in lines]
        often = Counter(feature for line in features for feature in line)
        self._idf = {
            feature: math.log((1 + len(lines)) / (1 + times)) + 1
            for feature, times in often.items()
        }
        self._number = {feature: number for number, feature in enumerate(often)}
        seen: dict[tuple[int, int], float] = defaultdict(float)
        for line, owner in zip(features, owners, strict=True):
            for feature, weight in self._weighed(line).items():
                seen[self._number[feature], owner] += weight
        table = np.zeros((len(often), count))
        if seen:
            rows, columns = zip(*seen, strict=True)
            table[list(rows), list(columns)] = list(seen.values())
        table += _SMOOTHING
        self._logs: NDArray[np.float32] = np.log(table / table.sum(axis=0)).astype(np.float32)

    def of(self, stems: Sequence[str]) -> NDArray[np.float64]:
        """For each document how much likelier than usual it is asked so: mean 0, spread 1; all 0
        where nothing of the question is known."""
        known = {one: times for one, times in _features(stems).items() if one in self._number}
        count = self._logs.shape[1]
        if not known or count < 2:
            return np.zeros(count)
        weights = self._weighed(known)
        rows = self._logs[[self._number[feature] for feature in weights]]
        likely = np.asarray(list(weights.values())) @ rows.astype(np.float64)
        spread = likely.std()
        return np.zeros(count) if spread == 0 else (likely - likely.mean()) / spread

    def _weighed(self, line: Counter[str] | dict[str, int]) -> dict[str, float]:
        weights = {one: (1 + math.log(times)) * self._idf[one] for one, times in line.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {one: weight / length for one, weight in weights.items()}


def _features(stems: Sequence[str]) -> Counter[str]:
    return Counter([*stems, *(f"{one} {other}" for one, other in pairwise(stems))])
