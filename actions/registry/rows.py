"""Rows of the registry as a source writes them, and what they mean. Pure.

A row is taken whole or not at all, but for how to reach somebody: without that it still says who is
in force. One with a problem is told with its number and a sentence, and whoever it is about is not
taken for gone: see :class:`Reading`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Final

from actions.registry import cells
from actions.registry.columns import COLUMNS
from knowledge.text import fold


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
    """What is wrong with a row: its number in the file (the first one under the names is 2; in a
    list of a service the first is 1), the column as staff know it, and a Spanish sentence for
    staff. ``is_taken`` where the rest of the row is used all the same."""

    row: int
    column: str
    sentence: str
    is_taken: bool = False


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
        if named is None and fold(cleaned.get("state", "")) in _ASKING:
            # Our own list, downloaded: who only asked to be in the registry is in it too.
            continue
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
                    _title("registration_number"),
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
    without: list[Problem] = []
    for name, reads in _READS.items():
        try:
            values[name] = reads(given.get(name, ""))
        except cells.Wrong as wrong:
            if name in _REACHES:
                values[name] = None
                said = f"{wrong} La fila se usa, sin ese dato."
                without.append(Problem(number, _title(name), said, is_taken=True))
            else:
                problems.append(Problem(number, _title(name), str(wrong)))
    if not problems:
        problems += [
            Problem(number, ", ".join(map(_title, names)), sentence)
            for names, sentence in _contradictions(values)
        ]
    if problems:
        # The whole row has to be mended anyway: so each of its cells is told.
        return None, [*problems, *(replace(one, is_taken=False) for one in without)]
    return RegistryRow(**values), without


def _contradictions(values: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """The columns that say it together, and what is wrong."""
    found: list[tuple[tuple[str, ...], str]] = []
    if values["valid_to"] < values["valid_from"]:
        found.append(
            (
                ("valid_from", "valid_to"),
                "La vigencia termina antes de empezar: revise las dos fechas.",
            )
        )
    low, high, unit = (values[name] for name in ("fee_min", "fee_max", "fee_unit"))
    if len({low is None, high is None, unit is None}) > 1:
        found.append(
            (
                ("fee_min", "fee_max", "fee_unit"),
                "Los honorarios van completos: desde, hasta y si son por hora, día o "
                "proyecto. Complételos o deje vacías las tres columnas.",
            )
        )
    elif low is not None and low > high:
        found.append(
            (
                ("fee_min", "fee_max"),
                "Los honorarios van de menos a más: revise desde y hasta.",
            )
        )
    if not (values["on_site"] or values["remote"]):
        found.append(
            (
                ("on_site", "remote"),
                "No atiende en el lugar ni a distancia: ponga sí en una.",
            )
        )
    return found


_READS: Final[dict[str, Callable[[str], Any]]] = {
    "registration_number": cells.registration_number,
    "kind": cells.kind,
    "name": cells.name,
    "categories": cells.categories,
    "valid_from": lambda cell: cells.day(cell, "en que empieza"),
    "valid_to": lambda cell: cells.day(cell, "en que termina"),
    "state": cells.state,
    "sectors": cells.sectors_of,
    "departments": cells.departments,
    "on_site": lambda cell: cells.yes(cell, True),
    "remote": lambda cell: cells.yes(cell, False),
    "languages": cells.languages,
    "fee_min": cells.dollars,
    "fee_max": cells.dollars,
    "fee_unit": cells.fee_unit,
    "phone": cells.phone,
    "email": cells.email,
}
"""By field, how its cell is read."""
_REACHES: Final = ("phone", "email")
_ASKING: Final = ("solicitada", "rechazada")


def _title(field: str) -> str:
    return COLUMNS[field][0]
