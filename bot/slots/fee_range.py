"""Slot: what a consultant charges, from one amount to another, in whole dollars."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer

HIGHEST: Final = 1_000_000
_AMOUNT: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+")
_CENTS: Final = re.compile(r"[.][0-9]{1,2}(?![0-9])")


@dataclass(frozen=True, slots=True)
class FeeRange:
    """``type: fee_range``; nothing else to declare.

    Two amounts, or one for both ("40"). Kept as ``{"low", "high"}`` in whole dollars.
    """

    name: ClassVar[str] = "fee_range"
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: de 25 a 40"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        said = _CENTS.sub("", text)
        found = [int(one.replace(",", "")) for one in _AMOUNT.findall(said) if one.isascii()]
        if not 1 <= len(found) <= 2:
            return Wrong("utter_wrong_fee_range")
        return self._checked(found[0], found[-1])

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if not isinstance(value, dict):
            return STALE
        low, high = value.get("low"), value.get("high")
        if type(low) is not int or type(high) is not int:
            return STALE
        return self._checked(low, high)

    def _checked(self, low: int, high: int) -> Value | Wrong:
        if not 0 < low <= high <= HIGHEST:
            return Wrong("utter_wrong_fee_range")
        shown = f"{low:,} USD" if low == high else f"de {low:,} a {high:,} USD"
        return Value({"low": low, "high": high}, shown)
