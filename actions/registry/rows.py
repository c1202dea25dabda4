"""Rows of the registry as a source writes them, and what they mean. Pure.

A row is taken whole or not at all. One with a problem is told with its number and a sentence, and
whoever it is about is not taken for gone: see :class:`Reading`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from actions.registry import cells


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One consultant as the registry has them. Fields are as in actions.registry.models.Consultant;
    those that the consultant rules are the first values of somebody new."""

    registration_number: str
    kind: str
    name: str
    categories: tuple[str, ...]
    valid_from: date
    valid_to: date
    state: str
    sectors: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    on_site: bool = True
    remote: bool = False
    languages: tuple[str, ...] = ("es",)
    fee_min: int | None = None
    fee_max: int | None = None
    fee_unit: str | None = None
    phone: str | None = None
    email: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values: dates as ISO texts, tuples as lists."""
        return {name: plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "RegistryRow":
        """What :meth:`as_json` made."""
        given = {one.name: value[one.name] for one in fields(cls)}
        for name in ("categories", "sectors", "departments", "languages"):
            given[name] = tuple(given[name])
        for name in ("valid_from", "valid_to"):
            given[name] = date.fromisoformat(given[name])
        return cls(**given)


def plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken: its number in the file (the first one under the names is 2; in a
    list of a service the first is 1), the column, and a Spanish sentence for staff."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source holds. ``mentioned`` are the numbers of rows that are not taken: they are in
    the registry, whatever else is wrong with their rows."""

    rows: tuple[RegistryRow, ...]
    problems: tuple[Problem, ...]
    mentioned: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """Of the good rows, whatever their order: SHA-256 in hexadecimal."""
        lines = sorted(json.dumps(row.as_json(), sort_keys=True) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read(raw: Iterable[tuple[int, Mapping[str, str]]]) -> Reading:
    """The good rows and the problems of the others. ``raw`` are numbers of rows, each with its
    cells by the name of the field (see actions.registry.columns); a cell may be missing."""
    good: list[tuple[int, RegistryRow]] = []
    problems: list[Problem] = []
    places: dict[str, list[int]] = defaultdict(list)
    for number, given in raw:
        cleaned = {name: cells.clean(cell) for name, cell in given.items()}
        named = _number_or_none(cleaned)
        if named is not None:
            places[named].append(number)
        row, wrong = _row(number, cleaned)
        problems += wrong
        if row is not None:
            good.append((number, row))
    for named, numbers in places.items():
        if len(numbers) > 1:
            where = ", ".join(map(str, numbers))
            problems += [
                Problem(
                    number,
                    "numero",
                    f"El número {named} está en varias filas ({where}): deje solo una.",
                )
                for number in numbers
            ]
    taken = tuple(row for _, row in good if len(places[row.registration_number]) == 1)
    mentioned = frozenset(places) - {row.registration_number for row in taken}
    return Reading(taken, tuple(sorted(problems, key=lambda one: one.row)), mentioned)


def _number_or_none(given: Mapping[str, str]) -> str | None:
    return cells.as_number(given.get("registration_number", ""))


def _row(number: int, given: Mapping[str, str]) -> tuple[RegistryRow | None, list[Problem]]:
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name, (column, reads) in _READS.items():
        try:
            values[name] = reads(given.get(name, ""))
        except cells.Wrong as wrong:
            problems.append(Problem(number, column, str(wrong)))
    if not problems:
        problems += [
            Problem(number, column, sentence) for column, sentence in _contradictions(values)
        ]
    return (None, problems) if problems else (RegistryRow(**values), [])


def _contradictions(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    if values["valid_to"] < values["valid_from"]:
        found.append(("hasta", "La vigencia termina antes de empezar: revise las dos fechas."))
    low, high, unit = (values[name] for name in ("fee_min", "fee_max", "fee_unit"))
    if len({low is None, high is None, unit is None}) > 1:
        found.append(
            (
                "honorarios",
                "Los honorarios van completos: desde, hasta y si son por hora, día o "
                "proyecto. Complételos o deje vacías las tres columnas.",
            )
        )
    elif low is not None and low > high:
        found.append(("honorarios", "Los honorarios van de menos a más: revise desde y hasta."))
    if not (values["on_site"] or values["remote"]):
        found.append(("modalidad", "No atiende en el lugar ni a distancia: ponga sí en una."))
    return found


_READS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "registration_number": ("numero", cells.registration_number),
    "kind": ("tipo", cells.kind),
    "name": ("nombre", cells.name),
    "categories": ("categorias", cells.categories),
    "valid_from": ("desde", lambda cell: cells.day(cell, "en que empieza")),
    "valid_to": ("hasta", lambda cell: cells.day(cell, "en que termina")),
    "state": ("estado", cells.state),
    "sectors": ("rubros", cells.sectors_of),
    "departments": ("departamentos", cells.departments),
    "on_site": ("en_el_lugar", lambda cell: cells.yes(cell, True)),
    "remote": ("a_distancia", lambda cell: cells.yes(cell, False)),
    "languages": ("idiomas", cells.languages),
    "fee_min": ("honorarios_desde", cells.dollars),
    "fee_max": ("honorarios_hasta", cells.dollars),
    "fee_unit": ("cobra_por", cells.fee_unit),
    "phone": ("telefono", cells.phone),
    "email": ("correo", cells.email),
}
"""By field: the column's name in reports, and how its cell is read."""
