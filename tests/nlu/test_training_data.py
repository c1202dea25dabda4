"""The examples that the understanding learns from."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from nlu.components.spelling import folded
from nlu.messages import Labelled, read_set, read_training

NLU = Path(__file__).parents[2] / "nlu"
MESSAGES = Path(__file__).parents[1] / "nlu_messages"


@pytest.fixture(scope="module")
def examples() -> list[Labelled]:
    return read_training(NLU / "data")[0]


@pytest.fixture(scope="module")
def intents() -> set[str]:
    domain = yaml.safe_load((NLU / "domain.yml").read_text(encoding="utf-8"))
    return set(domain["intents"])


def test_there_are_enough_examples_of_enough_intents(examples: list[Labelled]) -> None:
    assert len({one.intent for one in examples}) >= 35
    assert len({folded(one.text) for one in examples}) >= 3_000


def test_every_intent_has_examples_and_a_place_in_the_domain(
    examples: list[Labelled], intents: set[str]
) -> None:
    often = Counter(one.intent for one in examples)
    assert set(often) == intents
    assert min(often.values()) >= 60, often.most_common()[-3:]


def test_no_message_stands_under_two_intents(examples: list[Labelled]) -> None:
    found: dict[str, set[str]] = {}
    for one in examples:
        found.setdefault(folded(one.text), set()).add(one.intent)
    assert {text: both for text, both in found.items() if len(both) > 1} == {}


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_sets_name_intents_of_the_domain(path: Path, intents: set[str]) -> None:
    assert {one.intent for one in read_set(path)} <= intents
