"""Which department, municipality or district a text names."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from bot.slots.matching import Named, matches
from knowledge.territory import Department, District, Municipality, territory
from knowledge.text import fold, words

_WRITTEN_OUT: Final = {
    "sta": "santa", "snta": "santa", "sto": "santo", "sn": "san", "cd": "ciudad", "cdad": "ciudad",
    "nva": "nueva", "nvo": "nuevo", "pto": "puerto", "conc": "concepcion", "sivar": "san salvador",
}  # fmt: skip
_LEADING: Final = re.compile(
    r"(?:(?:es|en|soy|somos|estoy|estamos|queda|vivo|aqui|ahi|por|de) )*"
    r"(?:(?:el |la )?(?P<kind>municipio|distrito|departamento|depto|dpto|ciudad(?= de)|pueblo) )?"
    r"(?:de |del )?"
)
_JOINING: Final = frozenset(("en", "de", "departamento", "depto", "dpto", "municipio"))


def plain_name(text: str) -> str:
    """A text folded, abbreviations written out, without what leads up to a name."""
    spoken = _written_out(text)
    found = _LEADING.match(spoken)
    return spoken if found is None or spoken in _names() else spoken[found.end() :] or spoken


def names_a_department(text: str) -> Department | None:
    """The department that a text names as such: "departamento de ...", or no district's name."""
    name = plain_name(text)
    department = _departments_by_name().get(name)
    said_so = re.search(r"\b(?:departamento|depto|dpto)\b", _written_out(text)) is not None
    is_district = any(name in names for names in territory().district_names.values())
    return department if said_so or not is_district else None


def find_departments(text: str) -> list[Department]:
    """The departments that a text may name, itself or through one of its districts."""
    country, name = territory(), plain_name(text)
    if name in _departments_by_name():
        return [_departments_by_name()[name]]
    if name not in _names() and not _asks(text):
        names = [Named(country.department_names[one]) for one in country.departments]
        if found := matches(name, names):
            return [country.departments[at] for at in found]
    homes = {one.department for one in find_districts(text)}
    return [one for one in country.departments if one.name in homes]


def find_municipalities(text: str) -> list[Municipality]:
    """The municipalities that a text may name; an old one's name is that of a district."""
    country, name = territory(), plain_name(text)
    whole = [one for one in country.municipalities if fold(one.name) == name]
    if whole:
        return whole
    told_apart = {
        one.municipality
        for part, department in _with_department(name)
        for one in department.districts
        if part in country.district_names[one]
    }
    if told_apart:
        return [one for one in country.municipalities if one.name in told_apart]
    if not any(name in names for names in country.district_names.values()) and not _asks(text):
        names = [Named((fold(one.name),)) for one in country.municipalities]
        if found := matches(name, names):
            return [country.municipalities[at] for at in found]
    homes = {one.municipality for one in find_districts(text)}
    return [one for one in country.municipalities if one.name in homes]


def find_districts(text: str) -> list[District]:
    """The districts that a text may name, with or without their department."""
    country, name = territory(), plain_name(text)
    exact = [one for one in country.districts if name in country.district_names[one]]
    if exact:
        return exact
    whole = [one for one in country.municipalities if fold(one.name) == name]
    if whole:
        return list(whole[0].districts)
    if _asks(text):
        return []
    for part, department in _with_department(name):
        if found := _among(_without_municipality(part, department), department.districts):
            return found
    return _among(name, country.districts)


def _asks(text: str) -> bool:
    return "?" in text or "¿" in text


def _written_out(text: str) -> str:
    return " ".join(_WRITTEN_OUT.get(word, word) for word in words(text))


@cache
def _names() -> frozenset[str]:
    country = territory()
    return frozenset(
        name
        for names in (
            *country.district_names.values(),
            *country.department_names.values(),
            [fold(one.name) for one in country.municipalities],
        )
        for name in names
    )


@cache
def _departments_by_name() -> dict[str, Department]:
    return {name: one for one, names in territory().department_names.items() for name in names}


def _with_department(name: str) -> Iterable[tuple[str, Department]]:
    """The readings of "el rosario la paz" as a name with its department after or before it."""
    spoken = name.split()
    for cut in range(1, len(spoken)):
        for part, place in ((spoken[:cut], spoken[cut:]), (spoken[cut:], spoken[:cut])):
            while place and place[0] in _JOINING:
                place = place[1:]
            department = _departments_by_name().get(" ".join(place))
            if department is not None:
                yield " ".join(part), department


def _without_municipality(name: str, department: Department) -> str:
    for municipality in department.municipalities:
        name = name.removesuffix(f" {fold(municipality.name)}")
    return name


def _among(name: str, districts: Sequence[District]) -> list[District]:
    names = [Named(territory().district_names[one]) for one in districts]
    return [districts[at] for at in matches(name, names)]
