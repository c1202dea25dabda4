"""What a misspelt Spanish word was meant to be, among the words of a corpus."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

# How far a correction is trusted, by the way it was found: sounds alike, one letter off,
# vowels left out or cut short, or merely similar. Measured on misspelt questions; flat around here.
_ALIKE: Final = 0.95
_A_LETTER_OFF: Final = 0.85
_SHORTENED: Final = 0.75
_SIMILAR: Final = 0.7
_SIMILAR_FROM: Final = 0.9

_LONGEST: Final = 30

# In order. Capitals stand for sounds that have no letter of their own: C is "ch".
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"),
        ("qu(?=[ei])|q", "k"),
        ("gu(?=[ei])", "G"),
        ("g(?=[ei])", "j"),
        ("G", "g"),
        ("h?u(?=[aeio])", "w"),
        ("[cs]h", "C"),
        ("c(?=[eiy])|z", "s"),
        ("c", "k"),
        ("ks|x", "s"),
        ("v", "b"),
        ("ll", "y"),
        ("h", ""),
        ("[mn](?=[pb])", "m"),
        ("mn|m$", "n"),
        ("y$", "i"),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS: Final = re.compile("[aeiou]")


def sound(word: str) -> str:
    """How a folded word sounds in Salvadoran Spanish: "queso", "keso" and "kezo" have one sound."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


@dataclass(frozen=True)
class Correction:
    """A word of the corpus that a misspelt one may be; `trust` from 0 to 1."""

    word: str
    trust: float


class Spelling:
    """Finds corrections among known words. Built once, then only read: safe to share."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """`counts`: folded words of the corpus and how often each occurs."""
        self._counts = dict(counts)
        self._words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._counts):
            self._words[sound(word)].append(word)
        self._sorted = sorted(self._counts)
        self._near: dict[str, list[str]] = defaultdict(list)
        self._skeletons: dict[str, list[str]] = defaultdict(list)
        self._initials: dict[str, list[str]] = defaultdict(list)
        for known in sorted(self._words):
            for variant in _with_a_letter_left_out(known):
                self._near[variant].append(known)
            self._skeletons[_skeleton(known)].append(known)
            self._initials[known[:1]].append(known)

    def correct(self, word: str) -> Correction | None:
        """The likeliest known word for `word` (folded), or None when nothing is near."""
        if not 3 <= len(word) <= _LONGEST or word.isdigit():
            return None
        return max(
            self._candidates(word),
            key=lambda c: (
                c.trust + 0.05 * JaroWinkler.similarity(word, c.word),
                self._counts[c.word],
                c.word,
            ),
            default=None,
        )

    def _candidates(self, word: str) -> list[Correction]:
        heard = sound(word)
        if heard in self._words:
            return self._sounding([(heard, _ALIKE)])
        return (
            (len(word) > 3 and self._a_letter_off(heard))
            or self._without_vowels(heard)
            or (len(word) > 3 and self._cut_short(word))
            or (len(word) > 5 and self._similar(heard))
            or []
        )

    def _sounding(self, trusted: Iterable[tuple[str, float]]) -> list[Correction]:
        return [Correction(word, trust) for heard, trust in trusted for word in self._words[heard]]

    def _a_letter_off(self, heard: str) -> list[Correction]:
        near = {
            known
            for variant in _with_a_letter_left_out(heard)
            for known in self._near.get(variant, ())
            if known[:1] == heard[:1] and OSA.distance(heard, known) <= 1
        }
        return self._sounding(
            (known, _A_LETTER_OFF * JaroWinkler.similarity(heard, known)) for known in near
        )

    def _without_vowels(self, heard: str) -> list[Correction]:
        skeleton = _skeleton(heard)
        if len(skeleton) < 3:
            return []
        return self._sounding(
            (known, _SHORTENED)
            for known in self._skeletons.get(skeleton, ())
            if OSA.distance(heard, known) <= len(known) // 2
        )

    def _cut_short(self, word: str) -> list[Correction]:
        longer: list[str] = []
        for at in range(bisect_left(self._sorted, word), len(self._sorted)):
            if not self._sorted[at].startswith(word):
                break
            longer.append(self._sorted[at])
        most = max((self._counts[known] for known in longer), default=1)
        return [Correction(k, _SHORTENED - 0.05 * (1 - self._counts[k] / most)) for k in longer]

    def _similar(self, heard: str) -> list[Correction]:
        found = process.extract(
            heard,
            self._initials.get(heard[:1], []),
            scorer=JaroWinkler.similarity,
            score_cutoff=_SIMILAR_FROM,
            limit=3,
        )
        return self._sounding((known, _SIMILAR * likeness) for known, likeness, _ in found)


def _skeleton(heard: str) -> str:
    return heard[:1] + _VOWELS.sub("", heard[1:])


def _with_a_letter_left_out(heard: str) -> Iterable[str]:
    """`heard`, and what is left of it without one letter.

    Words one edit apart share one of these, so that near words are found by look-up.
    """
    return {heard, *(heard[:i] + heard[i + 1 :] for i in range(len(heard)))}
