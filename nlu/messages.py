"""Labelled messages: the training data, the sets it is tested with, and folds of it."""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from nlu.components.spelling import folded

SIMILAR: Final = 0.9
"""Dice coefficient of two messages' words from which on they count as the same message."""
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and the intent that a person gave it."""

    text: str
    intent: str


def read_training(folder: Path) -> tuple[list[Labelled], list[str]]:
    """The examples in the YAML files of ``folder``, and the patterns of the word families."""
    examples: list[Labelled] = []
    patterns: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [
                line[2:].strip() for line in entry["examples"].splitlines() if line[:2] == "- "
            ]
            if "regex" in entry:
                patterns += lines
            else:
                examples += [Labelled(line, entry["intent"]) for line in lines]
    return examples, patterns


def read_set(path: Path) -> list[Labelled]:
    """The messages of a file with one JSON object, ``text`` and ``intent``, per line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [Labelled(row["text"], row["intent"]) for row in rows]


def groups(texts: Sequence[str]) -> list[int]:
    """A number for each text; near-duplicates (``SIMILAR``, of folded words) share theirs."""
    above = list(range(len(texts)))

    def top(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    words = [frozenset(folded(text).split()) for text in texts]
    often = Counter(word for found in words for word in found)
    having: dict[str, list[int]] = defaultdict(list)
    for one, own in enumerate(words):
        rarest = sorted(own, key=lambda word: (often[word], word))
        # Two similar sets share at least ``shared`` words, so they meet among the rarest others.
        shared = math.ceil(SIMILAR / (2 - SIMILAR) * len(own))
        for word in rarest[: len(own) - shared + 1]:
            for other in having[word]:
                if similarity(own, words[other]) >= SIMILAR:
                    above[top(one)] = top(other)
            having[word].append(one)
    return [top(one) for one in range(len(texts))]


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice coefficient of two sets of words, 0 to 1."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def folds(examples: Sequence[Labelled], count: int, seed: int = SEED) -> list[int]:
    """The fold of each example: near-duplicates in one, each intent spread evenly."""
    members: dict[int, list[int]] = defaultdict(list)
    for at, group in enumerate(groups([example.text for example in examples])):
        members[group].append(at)
    ordered = list(members.values())
    random.Random(seed).shuffle(ordered)
    ordered.sort(key=len, reverse=True)
    fold = [0] * len(examples)
    filled: list[Counter[str]] = [Counter() for _ in range(count)]
    for group_members in ordered:
        intents = {examples[at].intent for at in group_members}
        least = min(
            range(count),
            key=lambda one: (sum(filled[one][intent] for intent in intents), filled[one].total()),
        )
        for at in group_members:
            fold[at] = least
            filled[least][examples[at].intent] += 1
    return fold
