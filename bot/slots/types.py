"""Every slot type by the word that stands for it in YAML."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.slots.availability import Availability
from bot.slots.choice import Choice, SeveralChoices
from bot.slots.code import Code
from bot.slots.contact import Email, Phone
from bot.slots.dates import Day, DayAndTime
from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.fee_range import FeeRange
from bot.slots.file import File
from bot.slots.free_text import FreeText
from bot.slots.numbers import DecimalNumber, WholeNumber
from bot.slots.offered import Offered
from bot.slots.papers import Dui, Nit, Nrc
from bot.slots.periods import Month, Quarter
from bot.slots.places import DepartmentSlot, DistrictSlot, Location, MunicipalitySlot
from bot.slots.protocol import SlotType
from bot.slots.quantity import Quantity
from bot.slots.registry_code import RegistryCode
from bot.slots.sector import SectorSlot
from bot.slots.yes_no import YesNo

__all__ = ["TYPES", "InvalidSlot", "slot_type"]

TYPES: Final[Mapping[str, Callable[[Declaration], SlotType]]] = MappingProxyType(
    {
        one.name: one.declared
        for one in (
            FreeText, YesNo, Choice, SeveralChoices, WholeNumber, DecimalNumber, Quantity, Day,
            DayAndTime, Month, Quarter, DepartmentSlot, MunicipalitySlot, DistrictSlot, SectorSlot,
            Phone, Email, Dui, Nit, Nrc, Code, File, Location,
            Availability, RegistryCode, FeeRange, Offered,
        )
    }
)  # fmt: skip


def slot_type(declared: Mapping[str, Any]) -> SlotType:
    """The slot type that a YAML mapping declares: ``{type: whole_number, maximum: 500}``.

    Each type's class tells which keys it takes. Raises InvalidSlot for an unknown type or key,
    for a value that a key cannot have, and for limits that contradict each other.
    """
    declaration = Declaration(declared)
    build = TYPES.get(declaration.type)
    if build is None:
        raise InvalidSlot(
            f"'type': there is no slot type {declaration.type!r}; known: {', '.join(TYPES)}"
        )
    slot = build(declaration)
    declaration.finish()
    return slot
