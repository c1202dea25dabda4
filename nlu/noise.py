"""Slips of people who type in a hurry: what the understanding is tested against, never taught."""

import random
from collections.abc import Sequence
from typing import Final

from nlu.components.spelling import tokens

SEED: Final = 2026

SHORTENED: Final = {"que": "q", "porque": "xq", "para": "pa", "por": "x", "tambien": "tbn"}
CONFUSED: Final = (
    ("b", "v"), ("v", "b"), ("s", "c"), ("c", "s"), ("z", "s"), ("s", "z"), ("ll", "y"),
    ("y", "ll"), ("qu", "k"), ("c", "k"), ("g", "j"), ("h", ""),
)  # fmt: skip
ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

SHARE_SHORTENED: Final = 0.5
SHARE_CONFUSED: Final = 0.25
SHARE_SLIPPED: Final = 0.15
"""Of the words longer than ``SHORT_WORD`` letters, each."""
SHARE_JOINED: Final = 0.1
"""Of the messages: two neighbouring words lose the space between them."""
SHORT_WORD: Final = 3


def noisy(texts: Sequence[str], seed: int = SEED) -> list[str]:
    """The texts without accents and with slips; the same seed always gives the same ones."""
    chance = random.Random(seed)
    return [_noisy(text, chance) for text in texts]


def _noisy(text: str, chance: random.Random) -> str:
    words = [_slip(_confuse(_shorten(word, chance), chance), chance) for word in tokens(text)]
    if len(words) > 2 and chance.random() < SHARE_JOINED:
        at = chance.randrange(len(words) - 1)
        words[at : at + 2] = [words[at] + words[at + 1]]
    return " ".join(words)


def _shorten(word: str, chance: random.Random) -> str:
    if word in SHORTENED and chance.random() < SHARE_SHORTENED:
        return SHORTENED[word]
    return word


def _confuse(word: str, chance: random.Random) -> str:
    if len(word) <= SHORT_WORD or chance.random() >= SHARE_CONFUSED:
        return word
    possible = [pair for pair in CONFUSED if pair[0] in word]
    if not possible:
        return word
    right, wrong = chance.choice(possible)
    return word.replace(right, wrong, 1)


def _slip(word: str, chance: random.Random) -> str:
    if len(word) <= SHORT_WORD or not word.isalpha() or chance.random() >= SHARE_SLIPPED:
        return word
    at = chance.randrange(len(word))
    kind = chance.choice(("swapped", "missing", "doubled", "beside"))
    if kind == "swapped":
        return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    if kind == "missing":
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice(_beside(word[at])) + word[at + 1 :]


def _beside(letter: str) -> str:
    for row in ROWS:
        at = row.find(letter)
        if at >= 0:
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return letter
