"""What a line about a week says beside its days and hours: "menos el miércoles", "agregame", and
days that are spelt as they sound."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from bot.slots.week_reading import Hours
from knowledge.text import plain

_DAY: Final = r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?)"
_BEGINNINGS: Final = ("lu", "ma", "mi", "ju", "vi", "sa", "do")
_SPELT: Final = tuple(
    (re.compile(rf"\b{heard}\b"), day)
    for heard, day in {
        r"lune[sz]?|lunez": "lunes",
        r"marte[sz]?|marrtes": "martes",
        r"mi?erc?[ck]?oles?|miercolez|miercole|mierkoles": "miercoles",
        r"jue[vb]e[sz]?|gueves": "jueves",
        r"[vb]iern?e[sz]?|[vb]ierne": "viernes",
        r"sa[vb]ad[oi]s?": "sabado",
        r"domin[gj]os?|domigo": "domingo",
    }.items()
)
_LEFT_OUT: Final = re.compile(
    r",?\s*\b(?:menos|exe?cepto|ex[cs]epto|salvo|sin|pero\s+(?:no|el\s+)?)\s*"
    rf"(?P<days>(?:(?:el|los|ni)\s+)?{_DAY}(?:\s*(?:,|y|e|ni)\s*(?:(?:el|los|ni)\s+)?{_DAY})*)"
    r"(?:\s+no\b)?"
)
_ADDS: Final = re.compile(
    r"\b(?:agreg\w*|agrega|anad\w+|sum(?:a|ar|ame|ale|alo|enme)|inclu\w+)\b"
    r"|^\W*(?:y\s+)?(?:tambien|tanbien|ademas)\b"
    rf"|{_DAY}\s+(?:tambien|tanbien|ademas)\b"
)


def spelt(text: str) -> str:
    """The line, plain, with the days of the week as they are spelt."""
    said = plain(text)
    for heard, day in _SPELT:
        said = heard.sub(day, said)
    return said


def left_out(said: str) -> tuple[str, frozenset[int]]:
    """A line, plain, without "menos el miércoles", and the weekdays that this leaves out."""
    days: set[int] = set()
    for found in _LEFT_OUT.finditer(said):
        days.update(_BEGINNINGS.index(one[:2]) for one in re.findall(_DAY, found["days"]))
    return (_LEFT_OUT.sub(" ", said), frozenset(days)) if days else (said, frozenset())


def adds(said: str) -> bool:
    """Whether a line, plain, tells time that comes to the week as it stands, and not a new one."""
    return _ADDS.search(said) is not None


def added(now: Sequence[Hours], more: Sequence[Hours]) -> tuple[Hours, ...]:
    """A week with more hours in it: stretches of a day that touch, for the same way to meet, are
    one."""
    ordered = sorted({*now, *more}, key=lambda one: (one.weekday, one.mode, one.starts))
    found = ordered[:1]
    for _, one in pairwise(ordered):
        last = found[-1]
        if (last.weekday, last.mode) == (one.weekday, one.mode) and one.starts <= last.ends:
            found[-1] = replace(last, ends=max(last.ends, one.ends))
        else:
            found.append(one)
    return tuple(sorted(found))
