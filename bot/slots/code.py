"""Slot: a code of digits that was given to the person."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer

_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Code:
    """``type: code``

    ``digits``: how many it has. Spaces, points and hyphens between them do not matter, and words
    around them are left out. Kept as a text of digits.
    """

    name: ClassVar[str] = "code"
    digits: int
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        digits = declaration.whole("digits", 1)
        if digits is None:
            raise InvalidSlot("a code slot needs 'digits'")
        return cls(digits)

    @property
    def hint(self) -> str:
        return f"Son {self.digits} números seguidos."

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        groups = re.findall(r"[0-9][0-9 .\-]*", text)
        for group in groups:
            if len(_DIGIT.findall(group)) == self.digits:
                return self._value("".join(_DIGIT.findall(group)))
        return Wrong("utter_wrong_code", {"digits": str(self.digits)})

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if isinstance(value, str) and re.fullmatch(f"[0-9]{{{self.digits}}}", value):
            return self._value(value)
        return STALE

    def _value(self, code: str) -> Value:
        half = self.digits // 2
        shown = f"{code[:half]} {code[half:]}" if self.digits >= 6 else code
        return Value(code, shown)
