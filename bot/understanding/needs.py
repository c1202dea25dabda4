"""What a sentence tells of the consultant who is looked for, and of whom one asks whether they are
registered. Pure."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from knowledge.territory import territory
from knowledge.text import fold, words

_FILE: Final = Path(__file__).with_name("needs.yml")
_BOOKS: Final = re.compile(
    r"(?:.*\b)?(?:necesito|nesesito|nececito|ocupo|okupo|busco|quiero|quisiera|consigo|conseguime|"
    r"recomend\w+|agendame|hay)\b (?!saber)(?:\w+ ){0,3}?(?:alguien|algien|consultor\w*|"
    r"konsultor\w*|quien me|un experto|una experta|un ingeniero|una ingeniera|cita)\b(?: .*)?"
)
_LISTED: Final = r"(?:re[gj]istrad|ins[ck]rit|autori[zs]ad|vi[gj]ente)\w*"
"""Registered, as it is written in a hurry."""
_VERIFIES: Final = re.compile(
    rf"(?:.*\b)?(?:(?:esta|estan|sigue) {_LISTED}|verific\w+|"
    r"consultor\w* (?:numero|no|nro) \w*\d)\b(?: .*)?"
)
_NUMBER: Final = re.compile(r"\b(?=[\w-]*\d)[A-Za-z]{0,8}-?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b")
_ABOUT: Final = frozenset(
    words("""
    esta estan sigue siga registrado registrada registrados inscrito inscrita autorizado autorizada
    vigente verificar verifica verifico verificame verifique verifiquen quiero quisiera puedo podes
    podria saber si consultor consultora consultores ambiental ambientales como el la los las un una
    en de del al marn ministerio registro nacional que se llama llamado llamada nombre numero no nro
    ing ingeniero ingeniera lic licenciado licenciada arq doctor doctora don dona me dijo dice ser
    es por favor porfa gracias hola buenas y o tiene permiso para a ver confirmar confirmame existe
    aparece aparecer hay todavia aun
    """)
)


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each way to say a category, the longest first."""
    known: Mapping[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    said = [(fold(one), one.endswith("*"), name) for name, them in known.items() for one in them]
    said.sort(key=lambda one: -len(one[0]))
    return tuple(
        (re.compile(rf"\b{re.escape(phrase)}" + (r"\w*" if begins else r"\b")), name)
        for phrase, begins, name in said
    )


def categories() -> frozenset[str]:
    """The categories that have words."""
    return frozenset(name for _, name in _phrases())


def category_in(text: str) -> str | None:
    """The one category that a text speaks of; None where it names none, or several."""
    left = fold(text)
    found: set[str] = set()
    for pattern, name in _phrases():
        left, times = pattern.subn("|", left)
        if times:
            found.add(name)
    return found.pop() if len(found) == 1 else None


def department_in(text: str) -> str | None:
    """The department that a text names, or that has the only district of that name after "en"."""
    said = fold(text)
    named = {
        one.name for one in territory().departments if re.search(rf"\b{fold(one.name)}\b", said)
    }
    if named:
        return named.pop() if len(named) == 1 else None
    homes = {
        one.department
        for one in territory().districts
        if re.search(rf"\ben (?:el |la )?{re.escape(fold(one.name))}\b", said)
    }
    return homes.pop() if len(homes) == 1 else None


def wish(text: str) -> str | None:
    """The intent of a sentence that asks for a consultant, or whether one is registered."""
    said = fold(text)
    if _VERIFIES.fullmatch(said) and whom_in(text) is not None:
        return "task_verify_consultant"
    if _BOOKS.fullmatch(said) and (category_in(text) or "cita" in said.split()):
        return "task_book"
    return None


def whom_in(text: str) -> str | None:
    """The number or the name of whoever is to be verified; None where there is neither."""
    number = _NUMBER.search(text)
    if number is not None:
        return number.group()
    left = [
        word
        for word in re.findall(r"[^\W\d_]+", text)
        if fold(word) not in _ABOUT and not re.fullmatch(_LISTED, fold(word))
    ]
    return " ".join(left) if sum(len(word) > 2 for word in left) >= 1 else None
