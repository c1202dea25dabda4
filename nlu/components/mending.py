# mypy: disable-error-code="import-not-found,import-untyped"
"""The known words that a misspelt message was meant to be, found all together.

Each word may be what it looks like, a known word that it is confused with, or two that were joined;
which of these, its neighbours tell: the cheapest path through the message is taken, by the cost of
the slips and the likelihood of each word after the one before it in the training messages.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import simplemma
from rapidfuzz.distance import OSA

from nlu.components.spelling import NUMBER, hurried, sound, tokens

# What a slip costs, in the unit of a natural logarithm: measured in five folds, flat around here.
CONFUSED: Final = 1.0
"""Letters that are taken for one another."""
ONE_SLIP: Final = 2.2
TWO_SLIPS: Final = 4.0
OTHER_BEGINNING: Final = 0.8
SHORT: Final = 0.7
"""More for a word of at most ``SHORT_WORD`` letters: many words lie near it."""
JOINED: Final = 2.0
UNKNOWN: Final = 6.0
UNKNOWN_BUT_SPANISH: Final = 0.5
"""A word that no message has, and dictionaries do, rarely is a slip."""
KNOWN_INSTEAD: Final = 2.0
"""More where the word as written is a known one too."""
NEIGHBOURS: Final = 0.35
"""The weight of the neighbours beside the cost of the slips."""
PRIOR: Final = 5
"""Sightings that a word's frequency counts for, beside those after its neighbour."""

SHORT_WORD: Final = 4
SHORTEST_MENDED: Final = 3
SHORTEST_TWICE_MENDED: Final = 6
SHORTEST_JOINED: Final = 5
USUAL: Final = 20
"""Messages from which on a word of two or three letters is what it looks like."""
PARTS: Final = 12
STATES: Final = 8
LEAST_MESSAGES: Final = 2
"""A word seen in fewer messages may be a slip itself, so nothing is mended into it."""
LEAST_OF_PART: Final[Mapping[int, int]] = {1: 30, 2: 8}
"""Messages that the part of a joined word must be met in, by its letters."""
LEAST_OF_LONG_PART: Final = 3
LEAST_OF_MENDED_PART: Final = 5
SHORTEST_MENDED_PART: Final = 4
MENDED_PARTS: Final = 4

_START: Final = "^"


class Word(NamedTuple):
    """A word of a message: its sound, and its usual spelling (as it was written if unknown)."""

    heard: str
    written: str


class _Reading(NamedTuple):
    """What a token may be: one word, or two that were joined, at a cost."""

    words: tuple[Word, ...]
    cost: float


class Vocabulary:
    """The words of the training messages, by sound: how often each is met, what follows it, how it
    is written."""

    def __init__(
        self, messages: Mapping[str, int], written: Mapping[str, str], pairs: Mapping[str, int]
    ) -> None:
        """``messages``: in how many messages a sound is met; ``written``: its usual spelling;
        ``pairs``: how often one follows another, by both with a blank between them."""
        self.messages = dict(messages)
        self.written = dict(written)
        self.pairs = dict(pairs)
        self._times: Counter[str] = Counter()
        self._followed: Counter[str] = Counter()
        for pair, count in self.pairs.items():
            before, after = pair.split(" ")
            self._times[after] += count
            self._followed[before] += count
        self._all = self._times.total()
        self._confused: dict[str, list[str]] = defaultdict(list)
        self._near: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for heard in sorted(self.messages):
            if not heard.isalpha():
                continue
            key = hurried(self.written[heard])
            self._confused[key].append(heard)
            if len(key) >= SHORTEST_MENDED and self.messages[heard] >= LEAST_MESSAGES:
                for shorter in _shortened(key):
                    self._near[shorter].append((key, heard))
        self._readings = lru_cache(maxsize=20_000)(self._read)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> "Vocabulary":
        """The vocabulary of some messages."""
        messages: Counter[str] = Counter()
        pairs: Counter[str] = Counter()
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            before, seen = _START, set()
            for token in tokens(text):
                heard = sound(token)
                spellings[heard][token] += 1
                pairs[f"{before} {heard}"] += 1
                before = heard
                seen.add(heard)
            messages.update(seen)
        written = {
            heard: max(found, key=lambda one: (found[one], one))
            for heard, found in spellings.items()
        }
        return cls(messages, written, pairs)

    def read(self, text: str) -> list[Word]:
        """The words of a message; misspelt ones replaced by known ones where that is likelier."""
        paths: dict[str, tuple[float, list[Word]]] = {_START: (0.0, [])}
        for token in tokens(text):
            longer: dict[str, tuple[float, list[Word]]] = {}
            for words, cost in self._readings(token):
                best, path = min(
                    (
                        (so_far + cost + self._unlikely(before, words), path)
                        for before, (so_far, path) in paths.items()
                    ),
                    key=lambda one: one[0],
                )
                last = words[-1].heard
                if last not in longer or best < longer[last][0]:
                    longer[last] = (best, [*path, *words])
            paths = dict(sorted(longer.items(), key=lambda one: one[1][0])[:STATES])
        return min(paths.values(), key=lambda one: one[0])[1]

    def is_rare(self, heard: str) -> bool:
        """Whether hardly any message has this word: such a one rather comes from elsewhere."""
        return heard.isalpha() and len(heard) > 3 and self.messages.get(heard, 0) <= 1

    def as_dict(self) -> dict[str, Any]:
        """What ``__init__`` takes, ready for JSON."""
        return {"messages": self.messages, "written": self.written, "pairs": self.pairs}

    def _unlikely(self, before: str, words: tuple[Word, ...]) -> float:
        cost = 0.0
        for word in words:
            usual = (self._times[word.heard] + 0.1) / self._all
            seen = self.pairs.get(f"{before} {word.heard}", 0) + PRIOR * usual
            cost -= math.log(seen / (self._followed[before] + PRIOR))
            before = word.heard
        return NEIGHBOURS * cost

    def _read(self, token: str) -> tuple[_Reading, ...]:
        heard = sound(token)
        if heard == NUMBER or not heard.isalpha():
            return (_Reading((Word(heard, token),), 0.0),)
        times = self.messages.get(heard, 0)
        if times:
            readings = [_Reading((self._word(heard),), 0.0)]
        else:
            cost = UNKNOWN_BUT_SPANISH if _is_spanish(token) else UNKNOWN
            readings = [_Reading((Word(heard, token),), cost)]
        if len(heard) >= SHORTEST_MENDED and not (len(heard) == SHORTEST_MENDED and times > USUAL):
            more = KNOWN_INSTEAD if times >= LEAST_MESSAGES else 0.0
            readings += [
                _Reading((self._word(known),), cost + more)
                for known, cost in self._meant(token, slips=times < LEAST_MESSAGES).items()
                if known != heard
            ]
        if not times and len(token) >= SHORTEST_JOINED:
            readings += sorted(self._parted(token), key=lambda one: one.cost)[:PARTS]
        return tuple(readings)

    def _word(self, heard: str) -> Word:
        return Word(heard, self.written[heard])

    def _meant(self, token: str, *, slips: bool) -> dict[str, float]:
        """The known words that a token may be meant for, with what the slip costs."""
        key = hurried(token)
        found = dict.fromkeys(self._confused.get(key, ()), CONFUSED)
        if not slips or len(key) < SHORTEST_MENDED:
            return found
        for shorter in _shortened(key):
            for other, known in self._near.get(shorter, ()):
                distance = OSA.distance(key, other, score_cutoff=2)
                if known in found or distance > (2 if len(key) >= SHORTEST_TWICE_MENDED else 1):
                    continue
                cost = TWO_SLIPS if distance == 2 else ONE_SLIP
                cost += OTHER_BEGINNING * (other[0] != key[0])
                found[known] = cost + SHORT * (len(key) <= SHORT_WORD)
        return found

    def _parted(self, token: str) -> Iterator[_Reading]:
        for at in range(1, len(token)):
            seconds = list(self._parts(token[at:]))
            for one, cost in self._parts(token[:at]) if seconds else ():
                for other, more in seconds:
                    words = (self._word(one), self._word(other))
                    yield _Reading(words, JOINED + cost + more)

    def _parts(self, token: str) -> Iterator[tuple[str, float]]:
        heard = sound(token)
        if self.messages.get(heard, 0) >= LEAST_OF_PART.get(len(heard), LEAST_OF_LONG_PART):
            yield heard, 0.0
        elif len(token) >= SHORTEST_MENDED_PART:
            meant = self._meant(token, slips=len(token) > SHORTEST_MENDED_PART).items()
            usual = [one for one in meant if self.messages[one[0]] >= LEAST_OF_MENDED_PART]
            yield from usual[:MENDED_PARTS]


@lru_cache(maxsize=50_000)
def _is_spanish(token: str) -> bool:
    return bool(simplemma.is_known(token, lang="es"))


def _shortened(word: str) -> set[str]:
    """The word, and it with one letter left out: two words at most one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
