"""Finds the one number in an answer, in digits or in words, as it is written in El Salvador.

The comma groups thousands and the point is decimal: "1,500.50". Where a text can only be meant
the European way ("1.500,50"), or only as a decimal comma ("2,5"), it is read so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from knowledge.number_words import NUMBER_WORD, SCALE, number_in_words
from knowledge.spelling import sound
from knowledge.text import plain, words

MAX_DIGITS: Final = 15


class Unread(Enum):
    """Why no number was found."""

    NONE = "there is none, or it cannot be told"
    SEVERAL = "more than one, or only a limit"
    TOO_LONG = "more than 15 digits"


@dataclass(frozen=True, slots=True)
class Amount:
    """The one number of a text, and the words that stood beside it (a unit, a noun), folded."""

    number: Decimal
    words: tuple[str, ...]


Token = Decimal | str

_FRACTIONS: Final = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_TOKEN: Final = re.compile(
    r"""
    (?P<fraction>[0-9]{1,2}\ ?/\ ?[0-9]{1,2}(?![0-9/]))
    | (?P<number>
        [0-9]{1,3}(?:\ [0-9]{3})+(?:[.,][0-9]+)?(?![0-9]|[.,'][0-9])
        | [0-9]+(?:[.,'][0-9]+)*
        | (?<![0-9.,])[.,][0-9]+
      )
    | (?P<word>[a-z][a-z]*[0-9]?(?![0-9])|[$%])
    | (?P<about>\+\ ?/?\ ?-|[~≈±])
    | (?P<sign>[-–—/?])
    | (?P<nothing>[\s.,;:!"'()¡¿*+_]+)
    """,
    re.VERBOSE,
)
_FORMS: Final = (
    (re.compile(r"[0-9]*\.?[0-9]+|,[0-9]+"), ""),
    (re.compile(r"[0-9]{1,3}(?:'[0-9]{3})+(?:,[0-9]{3})*(?:\.[0-9]+)?"), "',"),
    (re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"), ","),
    (re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]+)?"), " "),
    (re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"), "."),
    (re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"), "."),
    (re.compile(r"[0-9]+,[0-9]{1,2}|0,[0-9]+"), ""),
)
"""The ways to write a number, and what only groups its digits."""

_DENOMINATORS: Final = (2, 4, 5, 8, 10)
_HALVES: Final = {"medio": Decimal("0.5"), "media": Decimal("0.5"), "cuarto": Decimal("0.25")}
_COUNTS: Final = {
    "docena": 12, "docenas": 12, "decena": 10, "decenas": 10, "par": 2, "pares": 2,
    "centenar": 100, "centenares": 100, "quincena": 15, "veintena": 20, "treintena": 30,
    "cincuentena": 50, "millar": 1000, "millares": 1000,
}  # fmt: skip
_ZERO: Final = frozenset(words("cero zero sero ninguno ninguna ningun nadie"))
_ABOUT: Final = re.compile(
    r"\b(?:mas o menos|aproximada ?mente|aprox|alrededor de|cerca de|por ahi de|por ai de|ahi por"
    r"|a lo sumo|poco mas o menos|ponele|pongale|digamos|calculo|unos|unas|como|casi|tipo)\b"
)
_LIMIT: Final = frozenset(
    words(
        "entre mas menos maximo minimo minima maxima hasta desde mayor menor arriba abajo menor "
        "pico tantos pocos varios varias algunos algunas"
    )
)
_FILLERS: Final = frozenset(
    words("""
    son es somos seria serian tengo tenemos hay habemos eran era fue fueron gasto gastamos gaste
    gastamos use uso usamos consumo consumimos pague pago pagamos saco sacamos vendo vendemos
    compro compramos solo solamente nomas nada en total por todo todos todas el la los las de del
    lo me salio sale salieron creo que yo pues ahi ahorita actualmente ya si a cabal exacto y i
    exactamente justo contando conmigo nosotros trabajamos trabajan aqui vino llego marca marco
    """)
)

_NUMBER_BY_SOUND: Final = {sound(word): word for word in NUMBER_WORD.split("|") if len(word) > 2}
_SHORTENED: Final = tuple(
    (re.compile(spelt), meant)
    for spelt, meant in (
        ("^vent[ei]?(?=(?:un[oa]?|dos|tres|cuatro|[cs]inco|[cs]eis|siete|ocho|nueve)$)", "veinti"),
        ("^de[cs]i(?=(?:[cs]eis|siete|ocho|nueve)$)", "dieci"),
        ("^trenta", "treinta"),
        ("^viente$", "veinte"),
    )
)
_TENS: Final = re.compile(
    "(treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)[iy]"
    "(un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
)


_SPLIT: Final = (
    (re.compile(r"\bdie[zs] [iy] (s[ie][a-z]+|och?o|nueve)\b"), r"dieci\1"),
    (re.compile(r"\bveinte [iy] (un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b"),
     r"veinti\1"),
    (re.compile(r"\b(dos|tres|cuatro|seis|ocho) (cient[oa]s)\b"), r"\1\2"),
)  # fmt: skip
"""Numbers that are one word and often written as several."""


def read_amount(text: str) -> Amount | Unread:
    """The number in a text of up to a few hundred characters."""
    text = _ABOUT.sub(" ", plain(_fractions_written_out(text)))
    for pattern, joined in _SPLIT:
        text = pattern.sub(joined, text)
    items = _tokens(text)
    if isinstance(items, Unread):
        return items
    return _only_number(items)


def _fractions_written_out(text: str) -> str:
    for sign, written in _FRACTIONS.items():
        text = text.replace(sign, f" {written}")
    return text.replace("³", "3").replace("\u2019", "'")


def _tokens(text: str) -> "list[Token | _Part] | Unread":
    items: list[Token | _Part] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if text[at].isnumeric() or text[at].isalpha():
                return Unread.NONE
            at += 1
            continue
        at = found.end()
        kind, piece = found.lastgroup, found.group()
        if kind == "number":
            number = _in_digits(piece)
            if isinstance(number, Unread):
                return number
            items.append(number)
        elif kind == "fraction":
            items.extend(_fraction(piece))
        elif kind == "word":
            items.extend(_word(piece))
        elif kind == "sign":
            items.append("-" if piece in "–—" else piece)
    return items


@dataclass(frozen=True, slots=True)
class _Part:
    """A fraction written as one: "1/2"."""

    value: Decimal


def _in_digits(piece: str) -> Decimal | Unread:
    for form, grouping in _FORMS:
        if form.fullmatch(piece):
            if sum(map(str.isdigit, piece.lstrip("0"))) > MAX_DIGITS:
                return Unread.TOO_LONG
            bare = "".join(c for c in piece if c not in grouping) if grouping else piece
            return Decimal(bare.replace(",", "."))
    return Unread.NONE


def _fraction(piece: str) -> "list[Token | _Part]":
    over, under = map(int, piece.split("/"))
    if over < under and under in _DENOMINATORS:
        return [_Part(Decimal(over) / under)]
    return [Decimal(over), "/", Decimal(under)]


def _word(piece: str) -> list[Token]:
    for spelt, meant in _SHORTENED:
        piece = spelt.sub(meant, piece)
    joined = _TENS.fullmatch(piece)
    if joined is not None:
        return [joined[1], "y", joined[2]]
    return [as_number_word(piece)]


def as_number_word(word: str) -> str:
    """A folded word in the spelling of the number that it sounds like ("beinte" is "veinte")."""
    return _NUMBER_BY_SOUND.get(sound(word), word)


def _only_number(items: "list[Token | _Part]") -> Amount | Unread:
    number: Decimal | None = None
    scale = Decimal(1)
    others: list[str] = []
    at = 0
    while at < len(items):
        item = items[at]
        part, after = _part_after_and(items, at)
        if after > at and (number is not None or others):
            # "Dos y medio", "quintal y medio": the half is of what came before.
            if scale == 1000:
                return Unread.NONE
            number = (Decimal(1) if number is None else number) + part * scale
            at = after
            continue
        value, after, times = _number_at(items, at)
        if after > at:
            if number is not None:
                return Unread.SEVERAL
            number, scale, at = value, times, after
            continue
        if item == "-" and number is None and not others:
            value, after, times = _number_at(items, at + 1)
            if after == at + 1:
                return Unread.NONE
            number, scale, at = -value, times, after
            continue
        if not isinstance(item, str):
            return Unread.NONE
        if item in _LIMIT:
            if item == "menos" and number is None and not others and at + 1 < len(items):
                value, after, times = _number_at(items, at + 1)
                if after > at + 1 and len(items) == after:
                    return Amount(-value, ())
            return Unread.SEVERAL
        others.append(item)
        at += 1
    if number is None:
        return Unread.NONE
    if len(str(abs(number)).replace(".", "").lstrip("0")) > MAX_DIGITS:
        return Unread.TOO_LONG
    return _with_words(number, others)


def _with_words(number: Decimal, others: Sequence[str]) -> Amount | Unread:
    beside = tuple(word for word in others if word not in _FILLERS)
    if "?" in beside:
        # "¿Como 20?" is an unsure answer; with any other word it may be a question.
        return Amount(number, ()) if set(beside) == {"?"} else Unread.NONE
    return Amount(number, beside)


def _part_after_and(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int]:
    """The fraction after an "y" ("y medio", "y tres cuartos"), or of "2 1/2", and what follows."""
    item = items[at]
    if isinstance(item, _Part) and at and isinstance(items[at - 1], Decimal):
        return item.value, at + 1
    if item in ("y", "i", "con") and at + 1 < len(items):
        half, after = _half_at(items, at + 1)
        if after > at + 1:
            return half, after
    return Decimal(0), at


def _half_at(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int]:
    item = items[at]
    if isinstance(item, _Part):
        return item.value, at + 1
    following = items[at + 1] if at + 1 < len(items) else None
    if following == "cuartos":
        quarters = {"un": 1, "dos": 2, "tres": 3, Decimal(2): 2, Decimal(3): 3}.get(
            item if isinstance(item, str | Decimal) else "", 0
        )
        if quarters:
            return Decimal(quarters) / 4, at + 2
    if item == "un" and following in ("medio", "cuarto"):
        return _HALVES[str(following)], at + 2
    if isinstance(item, str) and item in _HALVES:
        return _HALVES[item], at + 1
    return Decimal(0), at


def _number_at(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int, Decimal]:
    """The number that begins at `at`, what follows it (`at` when none), and its last scale."""
    none = Decimal(0), at, Decimal(1)
    if at >= len(items):
        return none
    half, after = _half_at(items, at)
    if after > at:
        times, beyond = _count_at(items, after)
        return half * times, beyond, times
    if items[at] in _ZERO:
        return Decimal(0), at + 1, Decimal(1)
    value, after, times = _below_million(items, at)
    if after == at:
        times, beyond = _count_at(items, at)
        return (times, beyond, times) if beyond > at else none
    if after < len(items) and items[after] in ("millon", "millones"):
        value, after, times = value * SCALE["millon"], after + 1, Decimal(SCALE["millon"])
        rest, beyond, last = _below_million(items, after)
        if beyond > after and rest < SCALE["millon"]:
            value, after, times = value + rest, beyond, last
        return value, after, times
    factor, beyond = _count_at(items, after)
    return (value * factor, beyond, factor) if beyond > after else (value, after, times)


def _count_at(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int]:
    """What a word such as "docena" multiplies by, and what follows it and its "de"."""
    if at >= len(items):
        return Decimal(1), at
    word = items[at]
    if isinstance(word, str) and (word in _COUNTS or word in ("millon", "millones")):
        return Decimal(_COUNTS.get(word) or SCALE[word]), at + 1
    return Decimal(1), at


def _below_million(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int, Decimal]:
    value, after = _below_thousand(items, at)
    if after < len(items) and items[after] == "mil" and (after == at or 0 < value < 1000):
        thousands = (value if after > at else Decimal(1)) * 1000
        rest, beyond = _below_thousand(items, after + 1)
        if beyond > after + 1 and rest < 1000:
            return thousands + rest, beyond, Decimal(1)
        return thousands, after + 1, Decimal(1000)
    return value, after, Decimal(1)


def _below_thousand(items: "Sequence[Token | _Part]", at: int) -> tuple[Decimal, int]:
    """A number in digits, whatever its size, or one of up to three places in words."""
    if at < len(items) and isinstance(item := items[at], Decimal):
        return item, at + 1
    spelled: list[str] = []
    for item in items[at : at + 6]:
        if not isinstance(item, str) or item in SCALE:
            break
        spelled.append("y" if item == "i" else item)
    number, after = number_in_words(spelled, 0)
    return Decimal(number), at + after
