"""El Salvador's departments, municipalities and districts, and the names people give them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from knowledge.marked_yaml import Marked, parse_yaml, read_source
from knowledge.text import fold

DEFINITION: Final = Path(__file__).parent / "definitions" / "territory.yml"

_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True)
class District:
    """A district; until 2024 it was a municipality of the same name.

    Several districts share a name; none does within one department.
    """

    name: str
    municipality: str
    department: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """One of the municipalities since 2024: "San Salvador Este". Names are unique."""

    name: str
    department: str
    districts: tuple[District, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """One of the departments."""

    name: str
    municipalities: tuple[Municipality, ...]

    @property
    def districts(self) -> tuple[District, ...]:
        return tuple(one for each in self.municipalities for one in each.districts)


@dataclass(frozen=True, slots=True)
class Territory:
    """The whole country. Built once, then only read."""

    departments: tuple[Department, ...]
    district_names: Mapping[District, tuple[str, ...]]
    """Every name of a district, folded, its own one first; a name may belong to several."""
    department_names: Mapping[Department, tuple[str, ...]]
    """The same for departments."""

    @property
    def municipalities(self) -> tuple[Municipality, ...]:
        return tuple(one for each in self.departments for one in each.municipalities)

    @property
    def districts(self) -> tuple[District, ...]:
        return tuple(one for each in self.departments for one in each.districts)

    def department(self, name: str) -> Department | None:
        """The department of exactly that name."""
        return next((one for one in self.departments if one.name == name), None)

    def municipality(self, name: str) -> Municipality | None:
        """The municipality of exactly that name."""
        return next((one for one in self.municipalities if one.name == name), None)

    def district(self, name: str, department: str) -> District | None:
        """The district of exactly that name in a department."""
        return next(
            (one for one in self.districts if (one.name, one.department) == (name, department)),
            None,
        )


@cache
def territory() -> Territory:
    """The territory as our file defines it."""
    return read_territory(parse_yaml(read_source(DEFINITION), DEFINITION))


def read_territory(source: Marked) -> Territory:
    """The territory that a document defines.

    Raises SourceError where a name stands twice at its level (districts: within a department) or
    an alias names a place that is not defined.
    """
    fields = source.fields(
        "the territory", frozenset(("source", "confidence", "departments", "aliases"))
    )
    departments = _departments(fields["departments"])
    aliases = fields["aliases"].fields(
        "the aliases", frozenset(("districts", "departments", "places"))
    )
    by_name: dict[str, list[District]] = defaultdict(list)
    for department in departments:
        for district in department.districts:
            by_name[district.name].append(district)
    district_names = {one: [fold(one.name)] for each in by_name.values() for one in each}
    for entry in aliases["districts"].items("the aliases of districts"):
        name, also = _alias(entry, "also")
        for district in _known(entry, name, by_name):
            district_names[district] += map(fold, also)
    for entry in aliases["places"].items("the places"):
        name, within = _alias(entry, "in")
        for one in within:
            for district in _known(entry, one, by_name):
                district_names[district].append(fold(name))
    department_names = {one: [fold(one.name)] for one in departments}
    of_name = {one.name: [one] for one in departments}
    for entry in aliases["departments"].items("the aliases of departments"):
        name, also = _alias(entry, "also")
        for department in _known(entry, name, of_name):
            department_names[department] += map(fold, also)
    return Territory(
        departments,
        {one: tuple(dict.fromkeys(names)) for one, names in district_names.items()},
        {one: tuple(dict.fromkeys(names)) for one, names in department_names.items()},
    )


def _departments(marked: Marked) -> tuple[Department, ...]:
    departments = []
    seen: set[str] = set()
    for name, tree in _tree(marked, "the departments").items():
        municipalities = []
        districts_here: set[str] = set()
        for municipality, listed in _tree(tree, f"the municipalities of {name}").items():
            if municipality in seen:
                raise listed.error(f"the municipality {municipality} stands here twice")
            seen.add(municipality)
            districts = []
            for item in listed.items(f"the districts of {municipality}"):
                district = item.text("a district's name")
                if district in districts_here:
                    raise item.error(f"the district {district} stands twice in {name}")
                districts_here.add(district)
                districts.append(District(district, municipality, name))
            municipalities.append(Municipality(municipality, name, tuple(districts)))
        departments.append(Department(name, tuple(municipalities)))
    return tuple(departments)


def _tree(marked: Marked, what: str) -> dict[str, Marked]:
    if not isinstance(marked.value, dict) or not marked.value:
        raise marked.error(f"{what} must be a mapping of names")
    return marked.value


def _alias(entry: Marked, key: str) -> tuple[str, list[str]]:
    fields = entry.fields("an alias", frozenset(("name", key)))
    names = [item.text("a name") for item in fields[key].items(f"'{key}'")]
    return fields["name"].text("'name'"), names


def _known(entry: Marked, name: str, known: Mapping[str, list[_Place]]) -> list[_Place]:
    if name not in known:
        raise entry.error(f"there is no place called {name}")
    return known[name]
