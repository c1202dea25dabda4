"""Slots: the numbers on a person's or a firm's papers: DUI, NIT and NRC."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from stdnum.sv import nit

from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer

_NUMBER: Final = re.compile(r"[0-9](?:[ .–—-]{0,3}[0-9])*")
_LABEL: Final = re.compile(
    r"(?:\b(?:mi|el|es|de|dui|nit|nrc|registro|n[uú]mero|num|nro|no|n|homologado|con|la|su|aqu[ií]"
    r"|va|este|documento|iva)\b|[\s.:,;#°º()\"'])+",
    re.IGNORECASE,
)
_THANKS: Final = re.compile(
    r"[\s,.]+(?:muchas\s+gracias|gracias|por\s?favor|porfa)\W*$", re.IGNORECASE
)
_DUI_WEIGHTS: Final = range(9, 1, -1)


def digits(text: str) -> str:
    """The digits of a number with its usual separators and label; "" where other words stand.

    A hyphen before the last digit is kept, so that zeros lost at the beginning can be put back.
    """
    label = _LABEL.match(text)
    rest = _THANKS.sub("", text[label.end() :] if label else text)
    written = rest.strip(" .;,:!*()\"'")
    if not _NUMBER.fullmatch(written):
        return ""
    return re.sub(r"[^0-9-]", "", written.replace("–", "-").replace("—", "-"))


def is_dui(number: str) -> bool:
    """Whether nine digits are a DUI: eight weighted 9 to 2, and their check digit.

    The check digit is what the last digit of their sum lacks to ten.
    """
    if not re.fullmatch(r"[0-9]{9}", number, re.ASCII) or not int(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _DUI_WEIGHTS, strict=False))
    return (10 - total % 10) % 10 == int(number[-1])


def _dui(number: str) -> Value:
    written = f"{number[:8]}-{number[8]}"
    return Value(written, written)


@dataclass(frozen=True, slots=True)
class Dui:
    """``type: dui``; nothing else to declare.

    The identity document of an adult, with or without its hyphen. Kept as "01234567-8".
    """

    name: ClassVar[str] = "dui"
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: 01234567-8"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        return text if isinstance(text, Wrong) else _read_dui(digits(text))

    def check(self, value: Stored, today: date) -> Value | Wrong:
        read = _read_dui(digits(value)) if isinstance(value, str) else STALE
        return read if isinstance(read, Value) else STALE


def _read_dui(written: str) -> Value | Wrong:
    _, hyphen, last = written.rpartition("-")
    bare = written.replace("-", "")
    if hyphen and len(last) == 1 and 5 <= len(bare) < 9:
        # Zeros at the beginning are often left out; the hyphen tells that the rest is whole.
        bare = bare.zfill(9)
    if not bare:
        return Wrong("utter_wrong_dui")
    if len(bare) != 9:
        return Wrong("utter_wrong_dui_length", {"digits": str(len(bare))})
    return _dui(bare) if is_dui(bare) else Wrong("utter_wrong_dui_check")


@dataclass(frozen=True, slots=True)
class Nit:
    """``type: nit``; nothing else to declare.

    The tax number: 14 digits with a check digit, or a DUI, which is the NIT of Salvadoran adults
    since 2021 (fact DOC-01). Kept as "0614-050707-104-8" or as a DUI.
    """

    name: ClassVar[str] = "nit"
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: 0614-050707-104-8"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        return text if isinstance(text, Wrong) else _read_nit(digits(text))

    def check(self, value: Stored, today: date) -> Value | Wrong:
        read = _read_nit(digits(value)) if isinstance(value, str) else STALE
        return read if isinstance(read, Value) else STALE


def _read_nit(written: str) -> Value | Wrong:
    bare = written.replace("-", "")
    if len(bare) == 14:
        if not int(bare) or not nit.is_valid(bare):
            return Wrong("utter_wrong_nit_check")
        return Value(nit.format(bare), nit.format(bare))
    if len(bare) == 9:
        return _read_dui(written)
    if not bare:
        return Wrong("utter_wrong_nit")
    return Wrong("utter_wrong_nit_length", {"digits": str(len(bare))})


@dataclass(frozen=True, slots=True)
class Nrc:
    """``type: nrc``; nothing else to declare.

    The VAT registration: up to eight digits, the last one a check digit whose rule is not
    published, so that only the form is checked. Kept as "123456-7".
    """

    name: ClassVar[str] = "nrc"
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: 123456-7"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        return text if isinstance(text, Wrong) else _read_nrc(digits(text))

    def check(self, value: Stored, today: date) -> Value | Wrong:
        read = _read_nrc(digits(value)) if isinstance(value, str) else STALE
        return read if isinstance(read, Value) else STALE


def _read_nrc(written: str) -> Value | Wrong:
    head, hyphen, last = written.rpartition("-")
    bare = written.replace("-", "").lstrip("0")
    if hyphen and (len(last) != 1 or "-" in head):
        return Wrong("utter_wrong_nrc")
    if not 2 <= len(bare) <= 8:
        return Wrong("utter_wrong_nrc")
    number = f"{bare[:-1]}-{bare[-1]}"
    return Value(number, number)
