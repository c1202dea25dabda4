"""The figures of a Spanish text: numbers, dates, article numbers, ordinals and codes.

Two texts are compared by what their figures mean, not by how they are written: "1 128" and
"1,128", "30 %" and "treinta por ciento", "1 de junio de 2025" and "2025-06-01" are the same.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from knowledge.figure_reading import (
    Articles,
    Code,
    Day,
    Figure,
    Meaning,
    Number,
    Ordinal,
    figures,
)
from knowledge.text import plain

_GROUP_AND_CATEGORY: Final = (re.compile(r"\bgrupo b\b"), re.compile(r"\bcategoria (\d)\b"))


def claims(text: str) -> list[Figure]:
    """The figures of `text` that a source must support.

    Left out: "un", "uno", "una", and "dos" unless it counts time, money or a share.
    """
    return [figure for figure in figures(text) if not _is_plain_word(figure)]


def _is_plain_word(figure: Figure) -> bool:
    match figure.meaning:
        case Number(value, unit) if figure.spelled:
            return value < 2 or (value == 2 and unit is None)
        case _:
            return False


def evidence(text: str) -> list[Meaning]:
    """What the figures of a source text support: its figures and what follows from them.

    A date supports its parts, a dotted number both its readings, and "Grupo B ... Categoría 1"
    the short form "B-1".
    """
    supported: list[Meaning] = []
    for figure in figures(text):
        supported.append(figure.meaning)
        supported.extend(_implied(figure))
    folded = plain(text)
    group, category = _GROUP_AND_CATEGORY
    if group.search(folded):
        supported += [Code(f"b{number}") for number in category.findall(folded)]
    return supported


def is_supported(claim: Meaning, sources: Iterable[Meaning]) -> bool:
    """Does one of `sources` (from `evidence`) state `claim`?"""
    return any(_states(source, claim) for source in sources)


def _states(source: Meaning, claim: Meaning) -> bool:
    match source, claim:
        case Number(value, unit), Number(wanted, wanted_unit):
            if value != wanted:
                return False
            return unit is None or unit == wanted_unit or (wanted_unit is None and unit != "%")
        case Day(year, month, day), Day(wanted_year, wanted_month, wanted_day):
            return (
                month == wanted_month and wanted_year in (None, year) and wanted_day in (None, day)
            )
        case Articles(first, last), Articles(wanted_first, wanted_last):
            return first <= wanted_first and wanted_last <= last
        case Ordinal(rank, period), Ordinal(wanted_rank, wanted_period):
            return rank == wanted_rank and wanted_period in (None, period)
        case Number(value, _), Ordinal(wanted_rank, None):
            return value == wanted_rank
        case _:
            return source == claim


def _implied(figure: Figure) -> Iterator[Meaning]:
    match figure.meaning:
        case Day(year, _, day):
            if year is not None:
                yield Number(Decimal(year))
            if day is not None:
                yield Number(Decimal(day))
        case Code(text) if re.fullmatch(r"b\d", text):
            yield Code(f"categoria{text[1]}")
        case Number(_, unit) if re.search(r"\d\.\d{3}(?!\d)", figure.raw):
            # A foreign source may group thousands with a dot.
            yield Number(Decimal(re.sub(r"\D", "", figure.raw)), unit)
        case _:
            return
