"""Which of several spellings of one question staff read most easily."""

from collections.abc import Iterable
from typing import Final

from actions.people.masking import MASK
from knowledge.text import SHORTHAND, words

_REGIONAL: Final = frozenset({"ocupo", "ocupa", "ocupan", "ocupamos"})
"""Written out by the search, and right as they are."""
_RARELY_RIGHT: Final = "kw"
_RIGHT: Final = frozenset({"kg", "kilo", "kilos", "kw", "kwh", "watts", "whatsapp", "web", "www"})
_ALONE: Final = frozenset("aeouy")
_SHORT, _LONG = 4, 16
_LETTERS: Final = frozenset("áéíóúñÁÉÍÓÚÑ")
_ASKS: Final = "¿"


def clearness(text: str) -> float:
    """The greater, the easier to read: fewer shortened and misspelt words, neither one word nor a
    story, with the marks that Spanish has, and nothing masked. Compares within one cluster."""
    found = words(text)
    if not found:
        return -10.0
    clumsy = sum(map(_is_clumsy, found)) / len(found)
    length = 0.15 * max(0, _SHORT - len(found)) + 0.03 * max(0, len(found) - _LONG)
    masked = 0.3 if MASK in text else 0.0
    marked = 0.15 * bool(_LETTERS.intersection(text)) + 0.15 * (_ASKS in text)
    return marked - clumsy - length - masked


def clearest(texts: Iterable[str]) -> str:
    """The clearest of several, the first one of equals. Raises ValueError for none."""
    return max(texts, key=clearness)


def _is_clumsy(word: str) -> bool:
    if word in _RIGHT or word in _REGIONAL or word.isdigit():
        return False
    if len(word) == 1:
        return word not in _ALONE
    return (
        word in SHORTHAND
        or any(letter in word for letter in _RARELY_RIGHT)
        or not set("aeiouy").intersection(word)
    )
