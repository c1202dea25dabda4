"""Slots: a whole number, or one with decimals. And how numbers are shown and kept."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration, in_order
from bot.slots.number_reading import MAX_DIGITS, Amount, Unread, read_amount
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.text import fold, words

_WRITTEN: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_PEOPLE: Final = frozenset(
    words("""
    empleado empleados empleada empleadas trabajador trabajadores trabajadora trabajadoras
    persona personas gente gentes obrero obreros operario operarios operarias colaborador
    colaboradores
    muchachos veces vez unidades unidad
    """)
)


def unread(why: Unread, example: str) -> Wrong:
    """What is wrong with an answer in which no number was found; an example of a good one."""
    if why is Unread.TOO_LONG:
        return Wrong("utter_wrong_number_digits", {"maximum": str(MAX_DIGITS)})
    if why is Unread.SEVERAL:
        return Wrong("utter_wrong_number_several", {"example": example})
    return Wrong("utter_wrong_number", {"example": example})


def canonical(number: Decimal) -> str:
    """A number as it is kept: "1500.50". Two decimals stay as said, other end zeros go.

    So that "1.500" comes back as 1.5 and its writer notices when another number was meant.
    """
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    if len(decimals) != 2:
        decimals = decimals.rstrip("0")
    if not number:
        whole = "0"
    return f"{whole}.{decimals}" if decimals else whole


def shown(number: Decimal) -> str:
    """A number as it is read: "1,500.50"."""
    whole, _, decimals = canonical(number).partition(".")
    grouped = f"{int(whole):,}"
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = f"-{grouped}"
    return f"{grouped}.{decimals}" if decimals else grouped


def kept(value: Stored) -> Decimal | None:
    """A number that was kept as a decimal text or as a JSON number, or None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    written = str(value)
    return Decimal(written) if _WRITTEN.fullmatch(written) else None


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the greatest number that a slot takes, both included."""

    minimum: Decimal | None
    maximum: Decimal | None

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        """``minimum`` (0 when not said) and ``maximum``."""
        minimum, maximum = declaration.decimal("minimum"), declaration.decimal("maximum")
        if minimum is None and (maximum is None or maximum >= 0):
            minimum = Decimal(0)
        in_order(minimum, maximum)
        return cls(minimum, maximum)

    def broken(self, number: Decimal, unit: str = "") -> Wrong | None:
        """What is wrong with a number outside them; the unit stands after the limit."""
        if self.minimum is not None and number < self.minimum:
            limit = shown(self.minimum) + unit
            return Wrong("utter_wrong_number_too_small", {"minimum": limit})
        if self.maximum is not None and number > self.maximum:
            limit = shown(self.maximum) + unit
            return Wrong("utter_wrong_number_too_large", {"maximum": limit})
        return None


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """``type: whole_number``

    ``minimum`` (0 when not said), ``maximum``. ``counts``: nouns that may follow the number
    ("trabajadores"); those for people always may. Kept as an integer of up to 15 digits.

    A point before three digits ("20.000") is not read: whoever writes one in a whole number may
    well mean thousands, and a number a thousand times too small would pass unseen.
    """

    name: ClassVar[str] = "whole_number"
    limits: Limits
    counts: frozenset[str]
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls(Limits.declared(declaration), _counted(declaration))

    @property
    def _example(self) -> str:
        number = example(self.limits, Decimal(12))
        inwards = ROUND_FLOOR if number == self.limits.maximum else ROUND_CEILING
        return shown(number.to_integral_value(inwards))

    @property
    def hint(self) -> str:
        return f"Por ejemplo: {self._example}"

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        number = _number(sent, self.counts, self._example)
        if isinstance(number, Wrong):
            return number
        if number.as_tuple().exponent == -3 and 1 <= abs(number) < 1000:
            return Wrong(
                "utter_wrong_number_thousands",
                {"small": shown(number), "large": shown(1000 * number)},
            )
        return self._checked(number)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        number = kept(value)
        return STALE if number is None else self._checked(number)

    def _checked(self, number: Decimal) -> Value | Wrong:
        if number != number.to_integral_value():
            return Wrong("utter_wrong_number_not_whole", {"number": shown(number)})
        whole = number.to_integral_value()
        return self.limits.broken(whole) or Value(int(whole), shown(whole))


@dataclass(frozen=True, slots=True)
class DecimalNumber:
    """``type: decimal_number``

    ``minimum`` (0 when not said), ``maximum``. ``decimals``: the most decimals taken, 6 when not
    said. ``counts`` as in a whole number. Kept as a decimal text: "1500.50".
    """

    name: ClassVar[str] = "decimal_number"
    limits: Limits
    decimals: int
    counts: frozenset[str]
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        decimals = declaration.whole("decimals", 1)
        return cls(
            Limits.declared(declaration), 6 if decimals is None else decimals, _counted(declaration)
        )

    @property
    def _example(self) -> str:
        return shown(example(self.limits, Decimal("1500.5")))

    @property
    def hint(self) -> str:
        return f"Por ejemplo: {self._example}"

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        number = _number(sent, self.counts, self._example)
        return number if isinstance(number, Wrong) else self._checked(number)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        number = kept(value)
        return STALE if number is None else self._checked(number)

    def _checked(self, number: Decimal) -> Value | Wrong:
        text = canonical(number)
        if len(text.partition(".")[2].rstrip("0")) > self.decimals:
            return Wrong("utter_wrong_number_decimals", {"decimals": str(self.decimals)})
        return self.limits.broken(number) or Value(text, shown(number))


def example(limits: Limits, usual: Decimal) -> Decimal:
    """A number to show: the usual one, or the limit nearest to it."""
    if limits.maximum is not None and usual > limits.maximum:
        return limits.maximum
    if limits.minimum is not None and usual < limits.minimum:
        return limits.minimum
    return usual


def _counted(declaration: Declaration) -> frozenset[str]:
    nouns = " ".join(map(fold, declaration.texts("counts"))).split()
    return _PEOPLE | frozenset(nouns)


def _number(sent: Sent, counts: frozenset[str], example: str) -> Decimal | Wrong:
    text = answer(sent)
    if isinstance(text, Wrong):
        return text
    amount = read_amount(text)
    if isinstance(amount, Amount):
        if counts.issuperset(amount.words):
            return amount.number
        return unread(Unread.NONE, example)
    return unread(amount, example)
