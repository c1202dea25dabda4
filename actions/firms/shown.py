"""A firm's fields as staff read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actions.firms.rules import Size, size_class
from actions.firms.service import FIELDS, Known
from knowledge.sectors import sectors

LABELS: Final[dict[str, str]] = {
    "firm_name": "Nombre",
    "sector": "Rubro",
    "workers": "Personas que trabajan",
    "annual_sales_usd": "Ventas al año",
    "district": "Distrito",
    "municipality": "Municipio",
    "department": "Departamento",
    "permit_state": "Permiso ambiental",
}
PERMITS: Final[dict[str, str]] = {
    "has_permit": "Lo tiene",
    "in_process": "En trámite",
    "none": "No tiene",
    "unknown": "No sabe",
}
SIZES: Final[dict[Size, str]] = {
    "micro": "Microempresa",
    "pequena": "Pequeña empresa",
    "mediana": "Mediana empresa",
    "grande": "Gran empresa",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in actions.firms.service, its label, its value, and the value as text.

    ``value`` is None and ``text`` empty where nothing is known.
    """

    name: str
    label: str
    value: Known
    text: str


def shown(firm: Mapping[str, Known]) -> tuple[Field, ...]:
    """All fields in their order; ``firm`` is as in actions.firms.service.profile."""
    return tuple(Field(name, LABELS[name], firm.get(name), told(name, firm)) for name in FIELDS)


def told(name: str, firm: Mapping[str, Known]) -> str:
    """One field as text; empty where it is not known."""
    value = firm.get(name)
    if value is None:
        return ""
    if name == "sector":
        return sector_title(str(value))
    if name == "permit_state":
        return PERMITS.get(str(value), str(value))
    if name == "annual_sales_usd":
        return f"{value:,} USD"
    return f"{value:,}" if name == "workers" else str(value)


def sector_title(sector: str) -> str:
    """What a branch is called; its id where we do not know it any more."""
    known = sectors().get(sector)
    return sector if known is None else known.title


def size_of(firm: Mapping[str, Known]) -> Size | None:
    """The size of the firm by the law in force, or None where it is not known."""
    workers, sales = firm.get("workers"), firm.get("annual_sales_usd")
    found = size_class(
        workers if isinstance(workers, int) else None, sales if isinstance(sales, int) else None
    )
    return None if found is None else found.size
