"""Cells of the registry's rows: what one says, or why it says nothing. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from rapidfuzz import fuzz, process

from actions.registry import rules
from knowledge.sectors import sectors
from knowledge.territory import territory
from knowledge.text import fold

LONGEST_NUMBER: Final = 40
LONGEST_NAME: Final = 200
LONGEST_CELL: Final = 2_000
EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2100, 1, 1)
"""Validities outside are slips of the keyboard."""
HIGHEST_FEE: Final = 1_000_000
ANGLES: Final = frozenset("<>")
"""No name has them, and a page of somebody else that shows it may take it for its own."""

_NUMBER: Final = re.compile(r"[A-Z0-9ÑÁÉÍÓÚÜ][A-Z0-9ÑÁÉÍÓÚÜ ./-]*")
_MOST_COMMAS: Final = 3
"""In one name."""
_SEPARATORS: Final = re.compile(r"[;|\n]+")
_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_EMAIL: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}\.[^\s@<>\".]{2,}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{6,24}")
_WHOLE: Final = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.0+)?")
_SAYS_YES: Final = frozenset(("si", "s", "true", "1", "x", "yes", "verdadero"))
_SAYS_NO: Final = frozenset(("no", "n", "false", "0", "falso"))
_EVERYWHERE: Final = frozenset(("todos", "todo el pais", "nacional", "a nivel nacional"))
_NEAR_ENOUGH: Final = 60.0
"""Of 100; below it a suggestion would only puzzle."""


class Wrong(Exception):
    """A cell that says nothing; the sentence tells why."""


def clean(cell: str) -> str:
    """The text without what is not seen, with single blanks. A database stores no NUL, and signs
    that turn the direction of a text would show a name otherwise than it is."""
    composed = unicodedata.normalize("NFC", cell[: 2 * LONGEST_CELL])
    seen = (
        " " if one.isspace() and one != "\n" else one
        for one in composed
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return "\n".join(" ".join(line.split()) for line in "".join(seen).split("\n")).strip()


def as_number(typed: str) -> str | None:
    """A registration number as it is stored; None where that is none."""
    number = " ".join(clean(typed).upper().split())
    if len(number) > LONGEST_NUMBER or not _NUMBER.fullmatch(number):
        return None
    return number


def registration_number(cell: str) -> str:
    if not cell:
        raise Wrong("Falta el número de registro.")
    number = as_number(cell)
    if number is None:
        raise Wrong(
            f"El número de registro no se puede leer: use letras, cifras, puntos y guiones, hasta "
            f"{LONGEST_NUMBER}."
        )
    return number


def name(cell: str) -> str:
    if not cell:
        raise Wrong("Falta el nombre.")
    if len(cell) > LONGEST_NAME or "\n" in cell:
        raise Wrong(f"El nombre es demasiado largo: caben {LONGEST_NAME} letras en una línea.")
    # A spreadsheet that opens our export would run what begins so.
    if cell[0] in "=+-@" or not any(one.isalpha() for one in cell):
        raise Wrong(f"«{cell[:40]}» no es un nombre: escríbalo con letras, sin signos delante.")
    if not ANGLES.isdisjoint(cell):
        raise Wrong("El nombre no lleva los signos < y >: quítelos.")
    return cell


def kind(cell: str) -> str:
    known = {"persona": "persona", "persona natural": "persona", "natural": "persona"} | {
        "empresa": "empresa",
        "persona juridica": "empresa",
        "juridica": "empresa",
    }
    if not cell:
        return "persona"
    return _known(cell, known, "el tipo", rules.KINDS)


def state(cell: str) -> str:
    if not cell:
        return "vigente"
    known = {"vigente": "vigente", "activo": "vigente", "activa": "vigente"} | {
        "suspendido": "suspendida",
        "suspendida": "suspendida",
        "vencido": "vencida",
        "vencida": "vencida",
    }
    return _known(cell, known, "el estado", {one: rules.STATES[one] for one in rules.REGISTERED})


def day(cell: str, what: str) -> date:
    if not cell:
        raise Wrong(f"Falta la fecha {what}.")
    local, iso = _DATE.fullmatch(cell), _ISO_DATE.fullmatch(cell)
    try:
        if local:
            found = date(int(local[3]), int(local[2]), int(local[1]))
        elif iso:
            found = date(int(iso[1]), int(iso[2]), int(iso[3]))
        else:
            raise Wrong(f"«{cell[:40]}» no es una fecha {what}: escríbala así, 31/12/2026.")
    except ValueError as error:
        raise Wrong(f"El {cell} no existe en el calendario: revise la fecha {what}.") from error
    if not EARLIEST <= found < LATEST:
        raise Wrong(f"El año {found.year} no puede ser: revise la fecha {what}.")
    return found


def categories(cell: str) -> tuple[str, ...]:
    if not cell:
        raise Wrong("Falta la categoría.")
    return _each(cell, category_names(), "la categoría", rules.CATEGORIES)


def departments(cell: str) -> tuple[str, ...]:
    names = department_names()
    if fold(cell) in _EVERYWHERE:
        return tuple(one.name for one in territory().departments)
    return _each(cell, names, "el departamento", {one: one for one in names.values()})


def sectors_of(cell: str) -> tuple[str, ...]:
    if fold(cell) in ("todos", "todos los rubros"):
        return ()
    names = sector_names()
    known = (*sectors().listed, sectors().other)
    return _each(cell, names, "el rubro", {one.id: one.title for one in known})


def languages(cell: str) -> tuple[str, ...]:
    if not cell:
        return ("es",)
    known = {fold(title): one for one, title in rules.LANGUAGES.items()}
    known |= {one: one for one in rules.LANGUAGES} | {"nahuatl": "nah", "nawat": "nah"}
    return _each(cell, known, "el idioma", rules.LANGUAGES)


def yes(cell: str, otherwise: bool) -> bool:
    said = fold(cell)
    if not said:
        return otherwise
    if said in _SAYS_YES or said in _SAYS_NO:
        return said in _SAYS_YES
    raise Wrong(f"«{cell[:40]}» no dice si sí o si no: escriba sí o no.")


def dollars(cell: str) -> int | None:
    if not cell:
        return None
    whole = _WHOLE.fullmatch(cell)
    amount = int(whole[1].replace(",", "")) if whole else HIGHEST_FEE + 1
    if amount > HIGHEST_FEE:
        raise Wrong(f"«{cell[:40]}» no son honorarios: escriba dólares enteros, 45 o 1200.")
    return amount


def fee_unit(cell: str) -> str | None:
    if not cell:
        return None
    known = {fold(title): one for one, title in rules.FEE_UNITS.items()}
    known |= {one: one for one in rules.FEE_UNITS}
    return _known(cell, known, "la forma de cobrar", rules.FEE_UNITS)


def phone(cell: str) -> str | None:
    if cell and not _PHONE.fullmatch(cell):
        raise Wrong(f"«{cell[:40]}» no es un teléfono: escriba solo cifras, 7000-1234.")
    return cell or None


def email(cell: str) -> str | None:
    if cell and not _EMAIL.fullmatch(cell):
        raise Wrong(f"«{cell[:60]}» no es un correo: revise que tenga @ y punto.")
    return cell or None


# -- names that are known --------------------------------------------------------------------------


@cache
def category_names() -> dict[str, str]:
    """Ids of categories by every folded name of theirs."""
    names = {fold(title): one for one, title in rules.CATEGORIES.items()}
    names |= {fold(one.replace("_", " ")): one for one in rules.CATEGORIES}
    names |= {one: one for one in rules.CATEGORIES}
    return names | {fold(word): one for one, also in rules.CATEGORY_NAMES.items() for word in also}


@cache
def department_names() -> dict[str, str]:
    """Names of departments by every folded name of theirs."""
    return {
        word: department.name
        for department, words in territory().department_names.items()
        for word in words
    }


@cache
def sector_names() -> dict[str, str]:
    """Ids of sectors by id and by folded title; other words may mean several sectors."""
    known = (*sectors().listed, sectors().other)
    return {one.id: one.id for one in known} | {one.names[0]: one.id for one in known}


def _each(
    cell: str, known: Mapping[str, str], what: str, shown: Mapping[str, str]
) -> tuple[str, ...]:
    """What a cell names, each once, in its order."""
    pieces = [piece for one in _SEPARATORS.split(cell) for piece in _by_commas(one, known)]
    return tuple(dict.fromkeys(_known(piece, known, what, shown) for piece in pieces))


def _by_commas(part: str, known: Mapping[str, str]) -> list[str]:
    """The pieces between commas; those that make a name together stay together, since some of our
    own have commas ("Emisiones, humo y ruido")."""
    words = [word for one in part.split(",") if (word := one.strip())]
    pieces = []
    while words:
        runs = range(min(len(words), _MOST_COMMAS + 1), 1, -1)
        whole = next((n for n in runs if fold(", ".join(words[:n])) in known), 1)
        pieces.append(", ".join(words[:whole]))
        words = words[whole:]
    return pieces


def _known(typed: str, known: Mapping[str, str], what: str, shown: Mapping[str, str]) -> str:
    """What a name stands for; ``known`` are all names, folded, ``shown`` those that staff read, by
    what they stand for. Raises Wrong, with the nearest one."""
    exact = known.get(typed) or known.get(fold(typed))
    if exact is not None:
        return exact
    near = process.extractOne(
        fold(typed), list(known), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH
    )
    sentence = f"No se conoce {what} «{typed[:60]}»."
    if near is None:
        some = ", ".join(list(shown.values())[:15])
        raise Wrong(f"{sentence} Use: {some}.")
    raise Wrong(f"{sentence} ¿Quiso decir «{shown[known[near[0]]]}»?")


def as_text(value: Any) -> str:
    """A cell of a spreadsheet, or a value of JSON, as its text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return "; ".join(map(as_text, value))
    return str(value)
