"""Slot: an amount with its unit."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.number_reading import MAX_DIGITS, Amount, Unread, read_amount
from bot.slots.numbers import Limits, canonical, example, kept, unread
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.units import UNITS, Unit, convert, for_reading, units_named, with_plain_units
from bot.slots.written import STALE, answer

_PERIODS: Final = {
    "day": ("al día", r"dia|diari[oa]s?|diariamente"),
    "week": ("a la semana", r"semana|semanal(?:es|mente)?"),
    "month": ("al mes", r"mes|mensual(?:es|mente)?"),
    "year": ("al año", r"ano|anual(?:es|mente)?"),
}
_EACH: Final = r"(?:\b(?:al|por|cada|x|a la|en el|en un|en una)\s+|/\s*)?\b"
_PERIOD: Final = re.compile(
    _EACH + "(?:" + "|".join(f"(?P<{key}>{words})" for key, (_, words) in _PERIODS.items()) + r")\b"
)
_OF_WHAT: Final = re.compile(r"(?<=[a-z3$])\s+(?:de|d)\s+(?!mas\b|menos\b)[a-z]{3,}(?:\s+[a-z]+)?$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``type: quantity``

    ``unit`` (needed): a code of ``bot.slots.units.UNITS``; a number alone is taken in it, and an
    amount in another unit of the same kind is converted. ``minimum`` (0 when not said) and
    ``maximum``, in that unit. ``barrel``: bbl (42 gallons) or drum (55), where "barril" can only
    mean one of them. ``period``: day, week, month or year, where "al mes" and the like may be said.

    Kept as ``{"amount": "1500.50", "unit": "kWh"}``, decimal texts, in the slot's unit; after a
    conversion also ``"said": {"amount": "2.5", "unit": "qq"}``.
    """

    name: ClassVar[str] = "quantity"
    unit: Unit
    limits: Limits
    barrel: Unit | None
    period: str | None
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        unit = declaration.one_of("unit", tuple(UNITS))
        if unit is None:
            raise InvalidSlot("a quantity slot needs 'unit'")
        barrel = declaration.one_of("barrel", ("bbl", "drum"))
        if barrel is not None and UNITS[unit].dimension != "volume":
            raise InvalidSlot(f"'barrel' means nothing where the unit is {unit}")
        return cls(
            UNITS[unit],
            Limits.declared(declaration),
            UNITS[barrel] if barrel else None,
            declaration.one_of("period", tuple(_PERIODS)),
        )

    @property
    def _example(self) -> str:
        return self.unit.shown(example(self.limits, Decimal(1500)))

    @property
    def hint(self) -> str:
        return f"Por ejemplo: {self._example}"

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        said = self._without_period(with_plain_units(text))
        if isinstance(said, Wrong):
            return said
        amount = read_amount(said)
        if isinstance(amount, Amount) and len(amount.words) > 1:
            amount = read_amount(_OF_WHAT.sub("", said))
        if isinstance(amount, Unread):
            return unread(amount, self._example)
        if not amount.words:
            return self._in_unit(amount.number, self.unit)
        # "$1,500 dólares" names one unit twice.
        if len({units_named(word) for word in amount.words}) > 1:
            return unread(Unread.NONE, self._example)
        return self._with_unit(amount.number, amount.words[0])

    def check(self, value: Stored, today: date) -> Value | Wrong:
        said = value.get("said", value) if isinstance(value, dict) else value
        if isinstance(said, dict):
            amount, code = kept(said.get("amount")), said.get("unit")
            unit = UNITS.get(code) if isinstance(code, str) else None
        else:
            amount, unit = kept(said), self.unit
        if amount is None or unit is None or unit.dimension != self.unit.dimension:
            return STALE
        return self._in_unit(amount, unit)

    def _without_period(self, text: str) -> str | Wrong:
        found = _PERIOD.search(text)
        if found is None or self.period is None:
            return text
        if found.lastgroup != self.period:
            return Wrong("utter_wrong_period", {"period": _PERIODS[self.period][0]})
        return text[: found.start()] + text[found.end() :]

    def _with_unit(self, number: Decimal, word: str) -> Value | Wrong | Choose:
        units = units_named(word)
        if len(units) > 1:
            units = (self.barrel,) if self.barrel else units
        fitting = [unit for unit in units if unit.dimension == self.unit.dimension]
        if not fitting:
            response = "utter_wrong_unit" if units else "utter_wrong_unit_unknown"
            return Wrong(response, {"unit": self.unit.plural, "example": self._example})
        readings = [(unit, self._in_unit(number, unit)) for unit in fitting]
        good = [(unit, value) for unit, value in readings if isinstance(value, Value)]
        if len(good) < 2:
            return good[0][1] if good else readings[0][1]
        return Choose(
            tuple(
                Option(unit.singular.capitalize(), value.value, value.shown) for unit, value in good
            )
        )

    def _in_unit(self, number: Decimal, unit: Unit) -> Value | Wrong:
        said = canonical(number)
        if len(said.partition(".")[2].rstrip("0")) > unit.decimals:
            return Wrong("utter_wrong_number_decimals", {"decimals": str(unit.decimals)})
        amount = convert(number, unit, self.unit)
        if abs(amount) >= 10**MAX_DIGITS:
            return unread(Unread.TOO_LONG, self._example)
        suffix = "" if self.unit.code == "USD" else f" {self.unit.plural}"
        if broken := self.limits.broken(amount, suffix):
            return broken
        value: dict[str, Stored] = {"amount": canonical(amount), "unit": self.unit.code}
        shown = unit.shown(number)
        if unit is not self.unit:
            value["said"] = {"amount": said, "unit": unit.code}
            shown = f"{shown} ({self.unit.shown(for_reading(amount))})"
        return Value(value, shown)
