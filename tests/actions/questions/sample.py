"""The labelled sample of clusters.yml, and how well a clustering of it fits the labels."""

import itertools
import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and which one it is; ``tuned_on`` tells that the threshold was chosen on it."""

    text: str
    label: str
    tuned_on: bool


def sample() -> list[Asked]:
    """All questions of the file, in its order."""
    data = yaml.safe_load((Path(__file__).parent / "clusters.yml").read_text(encoding="utf-8"))
    groups = [(f"c{at}", texts, at) for at, texts in enumerate(data["clusters"])]
    groups += [(f"s{at}", [text], at) for at, text in enumerate(data["singletons"])]
    return [Asked(text, label, at % 2 == 0) for label, texts, at in groups for text in texts]


def shuffled(asked: Sequence[Asked], seed: int) -> list[Asked]:
    """As they may come in."""
    order = list(asked)
    random.Random(seed).shuffle(order)
    return order


def fit(labels: Sequence[str], found: Sequence[Hashable]) -> tuple[float, float]:
    """Precision and recall over pairs: of those put together, how many belong so; of those that
    belong together, how many are."""
    both = together = belong = 0
    for one, other in itertools.combinations(range(len(labels)), 2):
        same, put = labels[one] == labels[other], found[one] == found[other]
        both, together, belong = both + (same and put), together + put, belong + same
    return both / together, both / belong
