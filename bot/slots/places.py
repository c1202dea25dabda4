"""Slots: a department, a municipality, a district, or a place on the map."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Self

from bot.slots.declaration import Declaration
from bot.slots.place_reading import (
    find_departments,
    find_districts,
    find_municipalities,
    names_a_department,
)
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.territory import Department, District, Municipality, territory

MOST_OFFERED: Final = 10
"""Places offered to choose from; beyond that the answer says too little."""

_BOX: Final = (13.0, 14.5, -90.2, -87.6)
"""South, north, west and east of El Salvador in degrees, with a little room."""
_COORDINATES: Final = re.compile(
    r"\(?(?P<latitude>1[34]\.[0-9]{2,15})\s*[,; ]\s*(?P<longitude>-(?:8[789]|90)\.[0-9]{2,15})\)?"
)


def _one_of(found: Sequence[tuple[str, Value]], response: str) -> Value | Wrong | Choose:
    if len(found) == 1:
        return found[0][1]
    if not found or len(found) > MOST_OFFERED:
        return Wrong(response)
    return Choose(tuple(Option(title, value.value, value.shown) for title, value in found))


def _department(one: Department) -> Value:
    return Value(one.name, one.name)


def _municipality(one: Municipality) -> Value:
    value: Stored = {"municipality": one.name, "department": one.department}
    return Value(value, f"{one.name} ({one.department})")


def _district(one: District) -> Value:
    value: Stored = {
        "district": one.name,
        "municipality": one.municipality,
        "department": one.department,
    }
    return Value(value, f"{one.name}, {one.municipality} ({one.department})")


def _district_title(one: District) -> str:
    alike = sum(other.name == one.name for other in territory().districts)
    return one.name if alike == 1 else f"{one.name} ({one.department})"


@dataclass(frozen=True, slots=True)
class DepartmentSlot:
    """``type: department``; nothing else to declare. Kept as the department's name."""

    name: ClassVar[str] = "department"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: La Libertad"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        found = [(one.name, _department(one)) for one in find_departments(text)]
        return _one_of(found, "utter_wrong_department")

    def check(self, value: Stored, today: date) -> Value | Wrong:
        department = territory().department(value) if isinstance(value, str) else None
        return _department(department) if department else STALE


@dataclass(frozen=True, slots=True)
class MunicipalitySlot:
    """``type: municipality``; nothing else to declare.

    The name of an old municipality gives the one its district belongs to. Kept as
    ``{"municipality", "department"}``.
    """

    name: ClassVar[str] = "municipality"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: San Salvador Este"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        found = [(one.name, _municipality(one)) for one in find_municipalities(text)]
        return _one_of(found, "utter_wrong_municipality")

    def check(self, value: Stored, today: date) -> Value | Wrong:
        name = value.get("municipality") if isinstance(value, dict) else None
        municipality = territory().municipality(name) if isinstance(name, str) else None
        return _municipality(municipality) if municipality else STALE


@dataclass(frozen=True, slots=True)
class DistrictSlot:
    """``type: district``; nothing else to declare.

    Kept as ``{"district", "municipality", "department"}``.
    """

    name: ClassVar[str] = "district"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: Soyapango"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        return text if isinstance(text, Wrong) else _read_district(text)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        return _stored_district(value) or STALE


def _read_district(text: str) -> Value | Wrong | Choose:
    department = names_a_department(text)
    if department is not None:
        return Wrong("utter_wrong_district_department", {"department": department.name})
    districts = find_districts(text)
    homes = {one.municipality for one in districts}
    if len(districts) > MOST_OFFERED and len(homes) == 1:
        return Wrong("utter_wrong_district_municipality", {"municipality": homes.pop()})
    found = [(_district_title(one), _district(one)) for one in districts]
    return _one_of(found, "utter_wrong_district")


def _stored_district(value: Stored) -> Value | None:
    if not isinstance(value, dict):
        return None
    district = territory().district(str(value.get("district")), str(value.get("department")))
    return _district(district) if district else None


@dataclass(frozen=True, slots=True)
class Location:
    """``type: location``; nothing else to declare.

    A shared location, two coordinates in degrees, or the name of a district. Kept as
    ``{"latitude", "longitude"}`` (numbers, six decimals) or like a district.
    """

    name: ClassVar[str] = "location"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Mandá tu ubicación, o escribí tu distrito: Soyapango"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if sent.kind == "location":
            point = _point(sent.detail.get("latitude"), sent.detail.get("longitude"))
            return point or Wrong("utter_wrong_location")
        text = answer(sent)
        if isinstance(text, Wrong):
            return Wrong("utter_wrong_location_missing")
        found = _COORDINATES.fullmatch(text)
        if found is not None:
            return _point(found["latitude"], found["longitude"]) or Wrong("utter_wrong_location")
        return _read_district(text)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if isinstance(value, dict) and "latitude" in value:
            return _point(value.get("latitude"), value.get("longitude")) or STALE
        return _stored_district(value) or STALE


def _point(latitude: Any, longitude: Any) -> Value | None:
    """The point as a value, or None when it is none or lies outside the country."""
    degrees = []
    for given in (latitude, longitude):
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            return None
        try:
            degrees.append(round(float(given), 6))
        except (ValueError, OverflowError):
            return None
    north, east = degrees
    if not (_BOX[0] <= north <= _BOX[1] and _BOX[2] <= east <= _BOX[3]):
        return None
    return Value({"latitude": north, "longitude": east}, f"{north:.6f}, {east:.6f}")
