"""Spanish text as people type it: folding and words."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")


def plain(text: str) -> str:
    """`text` in lower case without accents, character by character: positions stay the same.

    Every white space but the line break becomes a blank.
    """
    return "".join(map(_plain_character, unicodedata.normalize("NFC", text)))


def _plain_character(character: str) -> str:
    if character.isspace():
        return "\n" if character == "\n" else " "
    return unicodedata.normalize("NFD", character)[0].lower()[0]


def words(text: str) -> list[str]:
    """The words of `text`, folded: lower case, no accents, no punctuation."""
    return _WORD.findall(plain(text))


def fold(text: str) -> str:
    """The words of `text`, folded, one blank between them."""
    return " ".join(words(text))
