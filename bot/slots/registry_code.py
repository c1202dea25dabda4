"""Slot: the code with which the ministry lets a registered consultant in."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer

_SIGN: Final = "[2-9A-HJ-NP-Z]"
_CODE: Final = re.compile(rf"(?<![0-9A-Z])(?:{_SIGN}[\s.-]*){{11}}{_SIGN}(?![0-9A-Z])")
_GROUPED: Final = re.compile(rf"(?<![0-9A-Z-]){_SIGN}{{4}}-{_SIGN}{{4}}-{_SIGN}{{4}}(?![0-9A-Z-])")
_WRONG_SIGNS: Final = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z][\s.-]*){11}[0-9A-Z](?![0-9A-Z])")
MOST_WORDS: Final = 8
"""Words of a text that hands a code over, the code among them."""


@dataclass(frozen=True, slots=True)
class RegistryCode:
    """``type: registry_code``; nothing else to declare.

    Twelve letters and digits without 0, O, 1 and I, however they are grouped. Kept grouped by
    four: "AB2C-DEFG-H3JK".
    """

    name: ClassVar[str] = "registry_code"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: AB2C-DEFG-H3JK"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        # "Es el ab2c-defg-h3jk": words before a grouped code are none of it.
        found = _GROUPED.search(text.upper()) or _CODE.search(text.upper())
        if found is None:
            has_length = _WRONG_SIGNS.fullmatch(text.strip().upper()) is not None
            name = "utter_wrong_registry_code_signs" if has_length else "utter_wrong_registry_code"
            return Wrong(name)
        code = re.sub(r"[\s.-]", "", found.group())
        grouped = "-".join(code[at : at + 4] for at in range(0, 12, 4))
        return Value(grouped, grouped)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if isinstance(value, str) and _GROUPED.fullmatch(value):
            return Value(value, value)
        return STALE


def code_in(text: str) -> str | None:
    """The code that a text hands over, grouped as the ministry gives it, with few words beside it;
    None where there is none."""
    found = _GROUPED.search(text.upper())
    return found.group() if found is not None and len(text.split()) <= MOST_WORDS else None
