"""Words as they sound: two spellings of one word have one sound, whatever letters they are in."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

NUMBER: Final = "#"
"""What every number sounds like: which one it is tells nothing about a wish."""

_TOKEN: Final = re.compile(r"[a-zñ]+|\d+|[^\w\s¿¡]")
_TILDE: Final = "\N{COMBINING TILDE}"

SHORTHAND: Final[Mapping[str, str]] = {
    short: word
    for word, shorts in {
        "que": "q k ke qe",
        "porque": "xq xk pq porq pork xke",
        "por": "x xr",
        "para": "pa pra xa",
        "de": "d",
        "del": "dl",
        "con": "c",
        "como": "cm kmo",
        "cuando": "cdo qando",
        "donde": "dnd dond adonde aonde",
        "tambien": "tb tbn tmb tmbn",
        "favor": "xfavor pls plis",
        "porfa": "xfa",
        "gracias": "grax grs",
        "hay": "ay ai",
        "pues": "ps pue",
        "whatsapp": "wasap guasap wsp whats wasa",
        "informacion": "info",
    }.items()
    for short in shorts.split()
}

_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ll", "y"),
        (r"qu(?=[ei])|q", "k"),
        (r"gu(?=[ei])", "g!"),
        (r"g(?=[ei])", "j"),
        (r"g!", "g"),
        (r"c(?=[ei])", "s"),
        (r"ch", "C"),
        (r"c", "k"),
        (r"ph", "f"),
        (r"h", ""),
        (r"[zx]", "s"),
        (r"v", "b"),
        (r"w", "u"),
        (r"ñ", "n"),
        (r"y$", "i"),
        (r"(.)\1+", r"\1"),
    )
)


_CONFUSED: Final = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"ll", "y"),
        (r"qu(?=[ei])", "s"),
        (r"ch", "C"),
        (r"gu(?=[ei])", "g"),
        (r"h", ""),
        (r"[ckqzx]", "s"),
        (r"v", "b"),
        (r"j", "g"),
        (r"ñ", "n"),
        (r"w", "u"),
        (r"(.)\1+", r"\1"),
        (r"y$", "i"),
    )
)


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in lower case without accents (ñ stays); shorthand written out.

    Opening marks are left out: hardly anybody types them.
    """
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", text.lower()):
        if letter == _TILDE and letters and letters[-1] == "n":
            letters[-1] = "ñ"
        elif not unicodedata.combining(letter):
            letters.append(letter)
    return [SHORTHAND.get(token, token) for token in _TOKEN.findall("".join(letters))]


@lru_cache(maxsize=50_000)
def sound(token: str) -> str:
    """A key that spellings heard alike in El Salvador share: "recibo", "resivo" -> "resibo"."""
    if token.isdigit():
        return NUMBER
    for pattern, heard in _SOUNDS:
        token = pattern.sub(heard, token)
    return token


@lru_cache(maxsize=50_000)
def hurried(token: str) -> str:
    """A coarser key: letters that are taken for one another in a hurry are one, wherever they
    stand ("cita", "kita" and "sita"; "gente" and "jente"; "ajua" and "agua")."""
    for pattern, letter in _CONFUSED:
        token = pattern.sub(letter, token)
    return token


def folded(text: str) -> str:
    """A text by its sounds: two that fold alike differ in their spelling alone."""
    return " ".join(sound(token) for token in tokens(text))
