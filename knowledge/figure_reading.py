"""Reading the figures of a Spanish text: what each one is and where it stands."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from knowledge.number_words import NUMBER_WORD, SCALE, number_in_words
from knowledge.text import plain


@dataclass(frozen=True)
class Number:
    """A quantity. `unit` is "%", a unit of time or money, or None when it is some other thing."""

    value: Decimal
    unit: str | None = None


@dataclass(frozen=True)
class Day:
    """A date or the part of one that is stated; a month alone has neither year nor day."""

    year: int | None
    month: int
    day: int | None = None


@dataclass(frozen=True)
class Articles:
    """Article numbers of a law, first to last; a single article has both alike."""

    first: int
    last: int


@dataclass(frozen=True)
class Ordinal:
    """A rank, of a period when one follows ("primer trimestre")."""

    rank: int
    period: str | None


@dataclass(frozen=True)
class Code:
    """A name with digits: a norm, a category, a model. Compared as written."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """A quantity that is no plain number: "7:30", "3/4", "el doble". Compared as written."""

    text: str


Meaning = Number | Day | Articles | Ordinal | Code | Phrase


@dataclass(frozen=True)
class Figure:
    """A figure where it stands: `raw` is its text, from `start` up to `end`.

    `spelled` says that it is a number in words.
    """

    meaning: Meaning
    raw: str
    start: int
    end: int
    spelled: bool = False


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("enero", "ene"),
            ("febrero", "feb"),
            ("marzo", "mar"),
            ("abril", "abr"),
            ("mayo", "may"),
            ("junio", "jun"),
            ("julio", "jul"),
            ("agosto", "ago"),
            ("septiembre", "setiembre", "sept", "sep", "set"),
            ("octubre", "oct"),
            ("noviembre", "nov"),
            ("diciembre", "dic"),
        ),
        start=1,
    )
    for name in names
}
_LONG_MONTH: Final = "|".join(
    sorted((m for m in _MONTHS if len(m) > 4 or m == "mayo"), key=len)[::-1]
)
_ANY_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))

_ORDINAL_RANKS: Final = {
    "primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3,
    "tercero": 3, "tercera": 3, "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5, "sexto": 6,
    "sexta": 6, "septimo": 7, "octavo": 8, "noveno": 9, "decimo": 10,
}  # fmt: skip
_PERIOD: Final = r"trimestre|semestre|bimestre|cuatrimestre|quincena|semana|mes|ano|dia"

_UNITS: Final = {
    "%": "%", "por ciento": "%", "porciento": "%", "pct": "%",
    "ano": "year", "anos": "year", "mes": "month", "meses": "month", "semana": "week",
    "semanas": "week", "dia": "day", "dias": "day", "hora": "hour", "horas": "hour",
    "minuto": "minute", "minutos": "minute", "dolar": "usd", "dolares": "usd", "usd": "usd",
    "us$": "usd", "euro": "eur", "euros": "eur", "eur": "eur",
    "salario": "wage", "salarios": "wage",
}  # fmt: skip
_UNIT: Final = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_UNIT_AFTER: Final = re.compile(rf" ?(?:de )?({_UNIT})(?![a-z])")
_SCALE_AFTER: Final = re.compile(r" (?P<word>mil|millon|millones)(?![a-z])| (?P<m>m)(?![a-z\d])")
_CONNECTOR: Final = re.compile(
    r" ?(?:a|al|y|o|u|e|-|–|—|,|hasta) ?(?:y |o )?(?:un |el |las? |los )?(?:us)?\$? ?"
)
# Names of units and substances that carry a digit; they state no figure.
_NO_FIGURE: Final = frozenset(
    [
        "m2",
        "m3",
        "cm2",
        "cm3",
        "km2",
        "km3",
        "ft2",
        "ft3",
        "co2",
        "co2e",
        "co2eq",
        "n2o",
        "ch4",
        "no2",
        "so2",
        "so3",
        "h2s",
        "h2o",
        "o2",
        "o3",
        "nh3",
        "cl2",
        "dbo5",
        "pm10",
        "pm2",
    ]
)
# What may be glued to a number: "50kg", "22°c".
_GLUED: Final = frozenset(
    [
        "kg",
        "g",
        "t",
        "lb",
        "l",
        "ml",
        "m",
        "cm",
        "mm",
        "km",
        "m2",
        "m3",
        "ha",
        "h",
        "hr",
        "hrs",
        "min",
        "s",
        "kw",
        "kwh",
        "mw",
        "mwh",
        "w",
        "v",
        "hp",
        "psi",
        "bar",
        "ppm",
        "db",
        "gal",
        "mg",
        "usd",
        "x",
        "c",
        "d",
    ]
)

_DIGITS: Final = (
    r"(?:\d{1,3}(?:[ ]\d{3})+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?!\d)"
)
# A further number of a list of articles: no quantity of something.
_ARTICLE: Final = rf"\d+(?!\d|[.,]\d|[ ]\d{{3}}|[ ]?(?:{_UNIT})(?![a-z]))"
_TOKEN: Final = re.compile(
    rf"""
      (?<![\w.])(?P<iso>(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)(?![\d-])
    | (?<![\w.])(?P<slashed>\d{{1,2}}[/-]\d{{1,2}}[/-](?:19|20)\d\d)(?!\d)
    | (?<![\w.])(?P<day>(?:\d{{1,2}}(?:[.]?[º°]|ro|er)?|primero)(?:[ ]de)?[ ](?:{_LONG_MONTH})
        (?:(?:[ ]del?|,)?[ ](?:ano[ ])?(?:19|20)\d\d)?)(?!\w)
    | (?<!\w)(?P<month>(?:{_ANY_MONTH})[.]?(?:[ ]del?[ ](?:ano[ ])?|[ ]|-|/)(?:19|20)\d\d
        |(?:{_LONG_MONTH}))(?!\w)
    | (?<!\w)(?P<articles>art(?:iculo)?s[.]?[ ]?\d+
        (?:(?:[ ]?(?:,|-|–)[ ]?|[ ](?:y|e|o|u|a|al|hasta)[ ](?:el[ ]|los[ ])?){_ARTICLE})*)
    | (?<!\w)(?P<article>art(?:iculo)?[.]?[ ]?\d+
        (?:(?:-|–|[ ](?:y|e|a|al|hasta)[ ](?:el[ ])?){_ARTICLE})*)
    | (?<![\w.])(?P<norm>\d+(?:[.]\d+){{2,}}(?::\d+)?)(?!\d)
    | (?<![\w.])(?P<clock>\d{{1,2}}:\d\d)(?!\d)
    | (?<![\w.])(?P<fraction>\d+/\d+(?:/\d+)?)(?![\d])
    | (?<![\w.])(?P<phone>(?:[+]?[(]?503[)]?[ -])?[267]\d{{3}}[ -]?\d{{4}})(?!\d)
    | (?<!\w)(?P<label>categoria[ ]\d+)(?!\w)
    | (?<!\w)(?P<code>[a-z]{{1,6}}-\d+[a-z]*|[a-z]+\d[a-z0-9]*)(?!\w)
    | (?<![\w])(?P<rank>\d{{1,2}}(?:[.]?[ºª]|[.]°|er|ra|ro|do|da|to|ta|mo|ma|vo|va|no|na))(?!\w)
        (?:[ ](?P<rank_period>{_PERIOD})(?!\w))?
    | (?P<money>(?:us[ ]?)?[$][ ]?)?(?P<digits>{_DIGITS})(?P<glued>[a-z]+\d?)?
    | (?<!\w)(?P<ordinal>{"|".join(sorted(_ORDINAL_RANKS, key=len)[::-1])})
        [ ](?P<period>{_PERIOD})(?!\w)
    | (?<!\w)(?P<part>mitad|tercio|(?:tercera|cuarta|quinta|decima)[ ]parte
        |el[ ]doble|el[ ]triple)(?!\w)
    | (?<!\w)(?P<words>(?:{NUMBER_WORD})(?:[ ](?:y[ ])?(?:{NUMBER_WORD}))*)(?!\w)
    """,
    re.VERBOSE,
)
_LIST_MARK: Final = re.compile(r"^ *(?:\d{1,2}[.)]|[-*•])(?= )", re.MULTILINE)
_ARTICLE_RANGE: Final = re.compile(r"(\d+)(?:(?: (?:a|al|hasta) (?:el )?|[-–])(\d+))?")
_WORD: Final = re.compile(r"[a-z]+")


def figures(text: str) -> list[Figure]:
    """All figures of `text`, in order. List numbering ("1. ") is none; nor are "m3" or "CO2"."""
    text = unicodedata.normalize("NFC", text)
    folded = _LIST_MARK.sub(lambda mark: ";" * len(mark[0]), plain(text)).replace("\n", " ")
    found: list[Figure] = []
    at = 0
    while match := _TOKEN.search(folded, at):
        read = list(_read(match, folded, text))
        found += read
        at = max([match.end(), *(figure.end for figure in read)])
    return _with_shared_units(found, folded)


def _read(match: re.Match[str], folded: str, text: str) -> Iterator[Figure]:
    groups = match.groupdict()

    def figure(meaning: Meaning) -> Figure:
        return Figure(meaning, text[match.start() : match.end()], *match.span())

    if raw := groups["iso"]:
        parts = [int(part) for part in raw.split("-")]
        yield figure(Day(parts[0], parts[1], parts[2] if len(parts) > 2 else None))
    elif raw := groups["slashed"]:
        day, month, year = (int(part) for part in re.split("[/-]", raw))
        yield figure(Day(year, month, day))
    elif raw := groups["day"]:
        number = re.match(r"\d+", raw)
        yield figure(Day(_year(raw), _month(raw), int(number[0]) if number else 1))
    elif raw := groups["month"]:
        yield figure(Day(_year(raw), _month(raw)))
    elif raw := groups["articles"] or groups["article"]:
        for first, last in _ARTICLE_RANGE.findall(raw):
            yield figure(Articles(int(first), int(last or first)))
    elif raw := groups["norm"]:
        thousands = re.fullmatch(r"\d{1,3}(?:\.\d{3})+", raw)
        yield figure(Number(Decimal(raw.replace(".", ""))) if thousands else Code(raw))
    elif raw := groups["clock"] or groups["fraction"]:
        yield figure(Phrase(raw))
    elif raw := groups["phone"]:
        years = re.fullmatch(r"(20\d\d)[ -](20\d\d)", raw)
        phone = re.sub(r"^\D*503\D+|\D", "", raw)
        for digits in years.groups() if years else (phone,):
            yield figure(Number(Decimal(digits)))
    elif raw := groups["label"] or groups["code"]:
        code = re.sub(r"[ -]", "", raw)
        if code not in _NO_FIGURE:
            yield figure(Code(code))
    elif raw := groups["rank"]:
        yield figure(Ordinal(int(re.sub(r"\D", "", raw)), groups["rank_period"]))
    elif raw := groups["digits"]:
        yield _number(match, folded, text)
    elif raw := groups["ordinal"]:
        yield figure(Ordinal(_ORDINAL_RANKS[raw], groups["period"]))
    elif raw := groups["part"]:
        yield figure(Number(Decimal(50), "%") if raw == "mitad" else Phrase(raw))
    elif raw := groups["words"]:
        yield from _spelled(raw, match.start(), folded, text)


def _year(raw: str) -> int | None:
    found = re.search(r"(?:19|20)\d\d$", raw)
    return int(found[0]) if found else None


def _month(raw: str) -> int:
    found = re.search(rf"(?<!\w)(?:{_ANY_MONTH})(?!\w)", raw)
    assert found, raw
    return _MONTHS[found[0]]


def _number(match: re.Match[str], folded: str, text: str) -> Figure:
    raw, glued, start, end = match["digits"], match["glued"] or "", match.start(), match.end()
    in_millions = glued == "m" and text[end - 1] == "M"
    if glued and glued not in _GLUED and glued not in _UNITS:
        return Figure(Code(match[0]), text[start:end], start, end)
    value = _value(raw)
    if in_millions:
        value *= 1_000_000
    elif scale := _SCALE_AFTER.match(folded, end):
        if scale["word"]:
            value, end = value * SCALE[scale["word"]], scale.end()
        elif text[scale.end() - 1] == "M":
            value, end = value * 1_000_000, scale.end()
    unit = _UNITS.get(glued)
    if match["money"]:
        unit = "usd"
    elif not unit and (after := _UNIT_AFTER.match(folded, end)):
        unit, end = _UNITS[after[1]], after.end()
    return Figure(Number(value, unit), text[start:end], start, end)


def _value(raw: str) -> Decimal:
    """ "1 128", "1,128" -> 1128; "1.5", "1,5" -> 1.5"""
    raw = raw.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", raw):
        raw = raw.replace(",", "")
    return Decimal(raw.replace(",", "."))


def _spelled(raw: str, offset: int, folded: str, text: str) -> Iterator[Figure]:
    tokens = [(word[0], offset + word.start(), offset + word.end()) for word in _WORD.finditer(raw)]
    at = 0
    while at < len(tokens):
        value, after = number_in_words([word for word, _, _ in tokens], at)
        if after == at:
            at += 1
            continue
        start, end, unit = tokens[at][1], tokens[after - 1][2], None
        if following := _UNIT_AFTER.match(folded, end):
            unit, end = _UNITS[following[1]], following.end()
        # "un" and "una" are articles far more often than numbers.
        if value > 1 or unit:
            yield Figure(Number(Decimal(value), unit), text[start:end], start, end, spelled=True)
        at = after


def _with_shared_units(found: list[Figure], folded: str) -> list[Figure]:
    """In "20 a 30 %" or "2 o 3 años" the first number has the unit of the last."""
    shared = list(found)
    for index in range(len(shared) - 2, -1, -1):
        here, following = shared[index], shared[index + 1]
        if (
            isinstance(here.meaning, Number)
            and here.meaning.unit is None
            and isinstance(following.meaning, Number)
            and following.meaning.unit is not None
            and here.end <= following.start
            and _CONNECTOR.fullmatch(folded, here.end, following.start)
        ):
            meaning = replace(here.meaning, unit=following.meaning.unit)
            shared[index] = replace(here, meaning=meaning)
    return shared
