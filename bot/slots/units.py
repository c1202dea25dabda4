"""Units of measure: their names as people type them, and exact conversion.

Sources of the factors: the international yard and pound agreement of 1959 (1 lb = 0.45359237 kg);
the US gallon of 231 cubic inches (3.785411784 l) and the petroleum barrel of 42 of them, NIST
Handbook 44, appendix C; the metric system for the rest. The quintal of El Salvador is 100 lb and
its arroba 25 lb (trade use in Central America). "Barril" may also be the drum of
55 gallons, in which water and chemicals are kept, so both stand here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from bot.slots.numbers import shown
from knowledge.spelling import sound
from knowledge.text import plain

STORED_DECIMALS: Final = 6
_READ_DECIMALS: Final = 2

_GALLON: Final = Fraction("3.785411784")
_POUND: Final = Fraction("0.45359237")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; ``factor`` is how many of its dimension's base unit it holds."""

    code: str
    dimension: str
    factor: Fraction
    singular: str
    plural: str
    names: tuple[str, ...] = ()
    decimals: int = STORED_DECIMALS

    def shown(self, amount: Decimal) -> str:
        """An amount of it as it is read: "1,500.50 kWh", "1 quintal", "$20"."""
        if self.code == "USD":
            sign = "-" if amount < 0 else ""
            return f"{sign}${shown(abs(amount))}"
        return f"{shown(amount)} {self.singular if amount == 1 else self.plural}"


def _unit(
    code: str, dimension: str, factor: Fraction | int, named: str, also: str = "", decimals: int = 6
) -> Unit:
    singular, _, plural = named.partition("|")
    names = tuple(name.strip() for name in also.split(",") if name.strip())
    return Unit(code, dimension, Fraction(factor), singular, plural or singular, names, decimals)


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        unit.code: unit
        for unit in (
            _unit("Wh", "energy", Fraction(1, 1000), "Wh"),
            # Bills are told in "kilovatios", so that power and energy share a name in speech.
            _unit("kWh", "energy", 1, "kWh", "kw, kws, kilowatt, kilowatts, kilowats, kilovatios"),
            _unit("MWh", "energy", 1000, "MWh", "mw, megas, megavatios, megawatts"),
            _unit("ml", "volume", Fraction(1, 1000), "ml", "mililitro, mililitros"),
            _unit("L", "volume", 1, "litro|litros", "l, lt, lts, ltr, ltrs, lits"),
            _unit("m3", "volume", 1000, "m³", "metros, metro, mts, mt, cubos, cubicos"),
            _unit("gal", "volume", _GALLON, "galón|galones", "gls, gln, glns, gals, gl"),
            _unit("bbl", "volume", 42 * _GALLON, "barril de 42 galones|barriles de 42 galones"),
            _unit("drum", "volume", 55 * _GALLON, "tonel de 55 galones|toneles de 55 galones"),
            _unit("g", "mass", Fraction(1, 1000), "gramo|gramos", "gr, grs"),
            _unit("oz", "mass", _POUND / 16, "onza|onzas"),
            _unit("lb", "mass", _POUND, "libra|libras", "lbs, libritas"),
            _unit("kg", "mass", 1, "kg", "kgs, kilo, kilos, kilogramo, kilogramos, kls, kilitos"),
            _unit("arroba", "mass", 25 * _POUND, "arroba|arrobas"),
            _unit("qq", "mass", 100 * _POUND, "quintal|quintales", "qqs"),
            _unit("t", "mass", 1000, "tonelada|toneladas", "tm, ton, tons, tns, tn"),
            _unit("USD", "money", 1, "dólar|dólares", "$, usd, us, pesos, peso, dolarcitos", 2),
            _unit("%", "share", 1, "%", "porciento, porcentaje"),
        )
    }
)
"""Every unit by its code, the word that a declaration and a kept value use."""

_BARREL: Final = frozenset(("barril", "barriles", "barrilito", "barrilitos"))
_BARREL_SOUNDS: Final = frozenset(map(sound, _BARREL))
BARRELS: Final = (UNITS["bbl"], UNITS["drum"])

_NAMES: Final = {
    plain(name): unit
    for unit in UNITS.values()
    for name in (unit.code, unit.singular, unit.plural, *unit.names)
} | {"tonel": UNITS["drum"], "toneles": UNITS["drum"], "m3": UNITS["m3"]}
_BY_SOUND: Final = {sound(name): unit for name, unit in _NAMES.items() if len(name) >= 4}

_HOUR: Final = r"\s*(?:[-/.·x]|por)?\s*h(?:r|rs|s|ra|ras|ora|oras)?(?![a-z])"
_COMPOUND: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (rf"(?<![a-z])(?:k\s?[wv]|kilo[wvbg]u?a[a-z]*){_HOUR}", " kwh "),
        (rf"(?<![a-z])(?:m\s?[wv]|mega[wvbg]u?a[a-z]*){_HOUR}", " mwh "),
        (r"(?<![a-z])m(?:ts?|trs?)?\.?\s*\^?\s*3(?![0-9])", " m3 "),
        (r"(?<![a-z])(?:metros?|mts?\.?|m)\s*cub[a-z]*", " m3 "),
        (r"(?<![a-z])(?:u\.?s\.?\s?\$|u\$s|\$\s?us[d]?|us\s?dolares)", " usd "),
        (r"(?<![a-z])t(?:oneladas?|on)?\.?\s?m(?:etricas?|\.)(?![a-z])", " tm "),
        (r"(?<![a-z])(?:barril(?:es)?|tonel(?:es)?|tambos?|bidon(?:es)?)\s+(?:de\s+)?55\s*"
         r"(?:gal[a-z]*|gls?)?(?![a-z0-9])", " tonel "),
        (r"(?<![a-z])barril(?:es)?\s+(?:de\s+)?(?:42\s*(?:gal[a-z]*|gls?)?(?![a-z0-9])"
         r"|(?:de\s+)?petroleo)", " bbl "),
        (r"(?<![a-z])por\s?ciento", " % "),
    )
)  # fmt: skip
"""Spellings of several words or signs, and the one name that stands for them."""


def with_plain_units(text: str) -> str:
    """A text, plain, with every compound spelling of a unit ("kw/h", "mts cúbicos") as one word."""
    text = plain(text.replace("³", "3"))
    for pattern, name in _COMPOUND:
        text = pattern.sub(name, text)
    return text


def units_named(word: str) -> tuple[Unit, ...]:
    """The units that a folded word may name: none, one, or both barrels."""
    if word in _BARREL:
        return BARRELS
    if word in _NAMES:
        return (_NAMES[word],)
    heard = sound(word)
    if len(word) >= 4 and heard in _BY_SOUND:
        return (_BY_SOUND[heard],)
    if heard in _BARREL_SOUNDS:
        return BARRELS
    if len(word) < 5:
        return ()
    near = {
        unit.code
        for name, unit in _BY_SOUND.items()
        if len(name) >= 5 and DamerauLevenshtein.distance(heard, name, score_cutoff=1) <= 1
    }
    return tuple(UNITS[code] for code in near) if len(near) == 1 else ()


def convert(amount: Decimal, said: Unit, wanted: Unit) -> Decimal:
    """An amount in another unit of the same dimension, to six decimals, halves to even.

    Raises ValueError for units of two dimensions.
    """
    if said.dimension != wanted.dimension:
        raise ValueError(f"{said.code} and {wanted.code} do not measure the same")
    if said is wanted:
        return amount
    exact = Fraction(amount) * said.factor / wanted.factor
    scaled = round(exact * 10**STORED_DECIMALS)
    sign, digits = int(scaled < 0), tuple(map(int, str(abs(scaled))))
    return Decimal((sign, digits, -STORED_DECIMALS))


def for_reading(amount: Decimal) -> Decimal:
    """A converted amount with two decimals, or with two digits that tell where it is small."""
    if abs(amount) >= 1 or not amount:
        places = _READ_DECIMALS
    else:
        places = min(STORED_DECIMALS, -amount.adjusted() + 1)
    rounded = round(Fraction(amount) * 10**places)
    number = Decimal((int(rounded < 0), tuple(map(int, str(abs(rounded)))), -places))
    whole, _, decimals = f"{number:f}".partition(".")
    return Decimal(f"{whole}.{decimals.rstrip('0')}" if decimals.rstrip("0") else whole)
