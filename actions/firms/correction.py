"""Fields of a firm as staff type them, checked as the chat checks what their owner says.

The limits are those of the questions in the chat (bot/flows/person.yml), so that a corrected
profile can be gone through there again.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from actions.firms.service import PLACE, BadValue, Given, UnknownField, checked
from actions.firms.shown import PERMITS
from knowledge.sectors import sectors
from knowledge.territory import territory

LEAST_NAME: Final = 2
MOST_NAME: Final = 80
LEAST_WORKERS: Final = 1
MOST_WORKERS: Final = 20_000
LONGEST: Final = 200
"""Letters of a field that are looked at."""
FIELDS: Final = (
    "firm_name",
    "sector",
    "workers",
    "annual_sales_usd",
    "district",
    "department",
    "permit_state",
)
"""What staff may change; the municipality follows from the district."""

_WHOLE: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+", re.ASCII)
_AMOUNT: Final = re.compile(rf"\$?\s*({_WHOLE.pattern})(\.[0-9]{{1,2}})?", re.ASCII)


class Problem(ValueError):
    """A field that cannot be taken; the text is a Spanish sentence."""


class Refused(ValueError):
    """Some fields cannot be taken: ``problems`` are Spanish sentences by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def read(fields: Mapping[str, str]) -> dict[str, Given]:
    """The values to be saved (see actions.firms.service.save) for fields as they were typed.

    An empty field is one that is not known from now on. A district and its department go together.
    Raises UnknownField for a field that there is not, and Refused.
    """
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise UnknownField(", ".join(unknown))
    typed = {name: _one_line(value) for name, value in fields.items()}
    values: dict[str, Given] = {}
    problems: dict[str, str] = {}
    for name, reader in _READERS.items():
        if name not in typed:
            continue
        try:
            value = reader(typed[name]) if typed[name] else None
            values[name] = checked(name, value)
        except Problem as problem:
            problems[name] = str(problem)
        except BadValue:
            problems[name] = "Ese número es demasiado grande: revíselo."
    if "district" in typed or "department" in typed:
        try:
            values |= _place(typed.get("district", ""), typed.get("department", ""))
        except Problem as problem:
            problems["district"] = str(problem)
    if problems:
        raise Refused(problems)
    return values


def _one_line(value: str) -> str:
    # One letter more than fits, so that what was too long is not taken for what fits.
    composed = unicodedata.normalize("NFC", value[: 10 * LONGEST])
    kept = (
        " " if one.isspace() else one
        for one in composed
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())[: LONGEST + 1]


def _name(value: str) -> Given:
    if not LEAST_NAME <= len(value) <= MOST_NAME:
        raise Problem(f"El nombre lleva entre {LEAST_NAME} y {MOST_NAME} letras.")
    if not any(unicodedata.category(one)[0] in "LN" for one in value):
        raise Problem("El nombre tiene que llevar letras o números.")
    return value


def _sector(value: str) -> Given:
    if sectors().get(value) is None:
        raise Problem("Ese rubro no está en la lista: elija uno de ella.")
    return value


def _workers(value: str) -> Given:
    number = int(value.replace(",", "")) if _WHOLE.fullmatch(value) else 0
    if not LEAST_WORKERS <= number <= MOST_WORKERS:
        raise Problem(
            f"Las personas que trabajan van en número entero, de {LEAST_WORKERS} a "
            f"{MOST_WORKERS:,}."
        )
    return number


def _sales(value: str) -> Given:
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise Problem("Las ventas van en dólares al año, por ejemplo 25,000.")
    return Decimal(found[1].replace(",", "") + (found[2] or ""))


def _permit(value: str) -> Given:
    if value not in PERMITS:
        raise Problem("Elija uno de los estados del permiso.")
    return value


def _place(district: str, department: str) -> dict[str, Given]:
    if not district and not department:
        return dict.fromkeys(PLACE)
    found = territory().district(district, department)
    if found is None:
        raise Problem("Elija el departamento y un distrito que sea de él.")
    return {
        "district": found.name,
        "municipality": found.municipality,
        "department": found.department,
    }


_READERS: Final[dict[str, Callable[[str], Given]]] = {
    "firm_name": _name,
    "sector": _sector,
    "workers": _workers,
    "annual_sales_usd": _sales,
    "permit_state": _permit,
}
