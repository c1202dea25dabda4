# mypy: disable-error-code="import-not-found,import-untyped"
"""Which label a text has: n-grams of mended words, word families, its meaning, a linear model.

Nothing here knows Rasa, so that what is measured in folds and what is served is one code.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import skops.io
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from nlu.components.meaning import meanings
from nlu.components.mending import Vocabulary, Word

OUT_OF_SCOPE: Final = "out_of_scope"
MOST_RARE: Final = 3
TRUSTED: Final = ["scipy.sparse._csr.csr_matrix"]
"""Types in a saved model that skops does not know as safe by itself; any other is refused."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the model is built.

    ``words`` and ``letters`` are the longest n-grams, of which those found in fewer than ``least``
    texts are left out. ``family`` is the weight of a word family beside them, ``rare`` that of
    unknown words, ``meaning`` that of the sentence as a whole; of its 512 directions the
    ``directions`` that tell most are used, with 0 all. ``freedom`` is the inverse strength of the
    regularisation. ``kept`` is the share of the weights that is kept, the largest ones: with many
    labels most are next to nothing. ``sharpness`` turns distances from the borders between labels
    into probabilities; measured, so that of the messages told with 0.8 about eight in ten are
    right. ``lean`` multiplies the odds of out_of_scope: whoever writes about something else is told
    so at the price of few false alarms.
    """

    words: int = 2
    letters: int = 5
    family: float = 0.4
    rare: float = 1.0
    meaning: float = 1.0
    directions: int = 0
    least: int = 1
    freedom: float = 1.0
    sharpness: float = 4.0
    lean: float = 1.0
    kept: float = 1.0


class TextClassifier:
    """Learns from labelled texts and gives the probability of each label."""

    def __init__(self, tuning: Tuning, families: Sequence[str]) -> None:
        """``families`` are regular expressions without accents, one feature each."""
        self.tuning = tuning
        self.families = list(families)
        self._patterns = [re.compile(one, re.IGNORECASE) for one in families]
        self._vocabulary = Vocabulary({}, {}, {})
        self._words: Any = None
        self._letters: Any = None
        self._directions: Any = None
        self._weights: Any = None
        self._bias: Any = None
        self.labels: list[str] = []
        """The labels it tells apart, in the order of the probabilities."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learns from texts and their labels, three at least."""
        self._vocabulary = Vocabulary.learn(texts)
        options = {
            "lowercase": False,
            "sublinear_tf": True,
            "token_pattern": r"\S+",
            "min_df": self.tuning.least,
        }
        self._words = TfidfVectorizer(
            analyzer="word", ngram_range=(1, self.tuning.words), **options
        )
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, self.tuning.letters), **options
        )
        read = [self._vocabulary.read(text) for text in texts]
        joined = [_heard(words) for words in read]
        self._words.fit(joined)
        self._letters.fit(joined)
        choice = LinearSVC(C=self.tuning.freedom, tol=1e-2, max_iter=300, random_state=42)
        meant = meanings([_written(words) for words in read])
        if self.tuning.directions:
            reduced = TruncatedSVD(self.tuning.directions, random_state=42).fit(meant)
            self._directions = np.ascontiguousarray(reduced.components_.T)
        choice.fit(self._features(read, meant), list(labels))
        self.labels = [str(label) for label in choice.classes_]
        weights = choice.coef_.T
        if self.tuning.kept < 1:
            least = np.quantile(np.abs(weights), 1 - self.tuning.kept)
            weights = np.where(np.abs(weights) < least, 0, weights)
        self._weights, self._bias = csr_matrix(weights), choice.intercept_

    def probabilities(self, texts: Sequence[str], meant: Any = None) -> Any:
        """An array of shape (texts, labels); each row adds up to 1."""
        scores = self.tuning.sharpness * self.margins(texts, meant)
        found = np.exp(scores - scores.max(axis=1, keepdims=True))
        if OUT_OF_SCOPE in self.labels:
            found[:, self.labels.index(OUT_OF_SCOPE)] *= self.tuning.lean
        return found / found.sum(axis=1, keepdims=True)

    def margins(self, texts: Sequence[str], meant: Any = None) -> Any:
        """An array of the same shape: how far within each label's border a text lies, about -1 to
        1. ``meant`` are the texts' meanings, where they are known already."""
        read = [self._vocabulary.read(text) for text in texts]
        if meant is None:
            meant = meanings([_written(words) for words in read])
        return (self._features(read, meant) @ self._weights).toarray() + self._bias

    def meanings(self, texts: Sequence[str]) -> Any:
        """What the texts mean, once they are mended: an array of shape (texts, 512)."""
        return meanings([_written(self._vocabulary.read(text)) for text in texts])

    def _features(self, read: Sequence[Sequence[Word]], meant: Any) -> Any:
        joined = [_heard(words) for words in read]
        if self._directions is not None:
            meant = meant @ self._directions
        return hstack(
            [
                self._words.transform(joined),
                self._letters.transform(joined),
                csr_matrix(np.array([self._marks(words) for words in read])),
                csr_matrix(self.tuning.meaning * meant),
            ]
        ).tocsr()

    def _marks(self, words: Sequence[Word]) -> list[float]:
        spelt = _written(words)
        rare = sum(self._vocabulary.is_rare(word.heard) for word in words)
        marks = [self.tuning.family * bool(one.search(spelt)) for one in self._patterns]
        count = min(rare, MOST_RARE) / MOST_RARE
        return [*marks, self.tuning.rare * count, self.tuning.rare * rare / (1 + len(words))]

    def save(self, folder: Path) -> None:
        learnt = {
            "words": self._words,
            "letters": self._letters,
            "directions": self._directions,
            "weights": self._weights,
            "bias": self._bias,
            "labels": self.labels,
        }
        skops.io.dump(learnt, folder / "learnt.skops")
        rest = {"families": self.families, "vocabulary": self._vocabulary.as_dict()}
        (folder / "vocabulary.json").write_text(json.dumps(rest), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, tuning: Tuning) -> "TextClassifier":
        """The model saved in ``folder``; types not known as safe are refused."""
        rest = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        model = cls(tuning, rest["families"])
        model._vocabulary = Vocabulary(**rest["vocabulary"])
        learnt = skops.io.load(folder / "learnt.skops", trusted=TRUSTED)
        model._words, model._letters = learnt["words"], learnt["letters"]
        model._directions = learnt["directions"]
        model._weights, model._bias = learnt["weights"], learnt["bias"]
        model.labels = learnt["labels"]
        # Dictionary and encoder are read now, and not while the first person waits.
        model.probabilities(["zzz hola"])
        return model


def _heard(words: Sequence[Word]) -> str:
    return " ".join(word.heard for word in words)


def _written(words: Sequence[Word]) -> str:
    return " ".join(word.written for word in words)
