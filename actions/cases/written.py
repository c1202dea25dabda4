"""What staff type: cleaned of what no database or phone can show, and of a length that fits."""

import re
from typing import Final

from actions.cases.errors import Empty, TooLong

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def length(words: str) -> int:
    """UTF-16 code units, as the providers count: an emoji is two."""
    return len(words.encode("utf-16-le")) // 2


def cleaned(words: str) -> str:
    """The words without control characters and lone surrogates, nor white space around them. Line
    breaks stay."""
    return _UNPRINTABLE.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def checked(words: str, what: str, most: int) -> str:
    """The words, cleaned. ``what`` names them with its article: "la nota".

    Raises Empty where nothing is left, and TooLong for more than ``most`` UTF-16 units.
    """
    words = cleaned(words)
    if not words:
        raise Empty(what)
    check_length(words, what, most)
    return words


def check_length(words: str, what: str, most: int) -> None:
    """Raises TooLong."""
    size = length(words)
    if size > most:
        raise TooLong(what[:1].upper() + what[1:], size, most)
