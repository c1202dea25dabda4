"""Slot: an amount with its unit, whatever unit it is said in."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Choose, Value, Wrong
from bot.slots.units import STORED_DECIMALS, UNITS, convert, units_named
from tests.bot.slots.answering import TODAY, offered, read, shown, slot, value, wrong


def _in(unit: str, **more: Any) -> dict[str, Any]:
    return {"type": "quantity", "unit": unit, **more}


@pytest.mark.parametrize(
    ("unit", "text", "amount"),
    [
        ("kWh", "1,500.50", "1500.50"),
        ("kWh", "1,500.50 kWh", "1500.50"),
        ("kWh", "1.500,50 kwh", "1500.50"),
        ("kWh", "1 500 kwh", "1500"),
        ("kWh", "500kWh", "500"),
        ("kWh", "500 kw/h", "500"),
        ("kWh", "500 KW-H", "500"),
        ("kWh", "500 kw.h", "500"),
        ("kWh", "500 k w h", "500"),
        ("kWh", "500 kw", "500"),
        ("kWh", "500 kilovatios hora", "500"),
        ("kWh", "500 kilowatts", "500"),
        ("kWh", "quinientos kilovatios", "500"),
        ("kWh", "como 500 kwh", "500"),
        ("qq", "kintal y medio", "1.5"),
        ("qq", "un quintal y medio", "1.5"),
        ("qq", "dos kintales y medio", "2.5"),
        ("qq", "medio quintal", "0.5"),
        ("qq", "5 qq", "5"),
        ("qq", "3 qq de café", "3"),
        ("m3", "15 m3", "15"),
        ("m3", "15m³", "15"),
        ("m3", "15 mts cúbicos", "15"),
        ("m3", "15 metros cubicos", "15"),
        ("m3", "15 mt3", "15"),
        ("m3", "15 cubos", "15"),
        ("m3", "15 metros", "15"),
        ("USD", "$20 mil", "20000"),
        ("USD", "$1,500", "1500"),
        ("USD", "$1.500,50", "1500.50"),
        ("USD", "20$", "20"),
        ("USD", "US$ 300", "300"),
        ("USD", "20 mil dólares", "20000"),
        ("USD", "$1,500 dólares", "1500"),
        ("USD", "mil quinientos dolares", "1500"),
        ("USD", "veinte pesos", "20"),
        ("USD", "dos dolares y medio", "2.5"),
        ("%", "20%", "20"),
        ("%", "20 por ciento", "20"),
        ("kg", "unos 20 kilos", "20"),
        ("lb", "docena y media de libras", "18"),
        ("gal", "5 galónes", "5"),
        ("gal", "5 galoñes", "5"),
        ("L", "20 lts", "20"),
    ],
)
def test_an_amount_in_the_slots_unit_is_kept_as_said(unit: str, text: str, amount: str) -> None:
    assert value(_in(unit), text) == {"amount": amount, "unit": unit}


@pytest.mark.parametrize(
    ("unit", "text", "amount", "said", "back"),
    [
        ("kWh", "1.5 mwh", "1500", ("1.5", "MWh"), "1.5 MWh (1,500 kWh)"),
        ("kWh", "1 megavatio hora", "1000", ("1", "MWh"), "1 MWh (1,000 kWh)"),
        ("qq", "250 lb", "2.5", ("250", "lb"), "250 libras (2.5 quintales)"),
        ("qq", "20 arrobas", "5", ("20", "arroba"), "20 arrobas (5 quintales)"),
        ("qq", "100 kg", "2.204623", ("100", "kg"), "100 kg (2.2 quintales)"),
        ("qq", "1 tm", "22.046226", ("1", "t"), "1 tonelada (22.05 quintales)"),
        ("lb", "kintal y medio", "150", ("1.5", "qq"), "1.5 quintales (150 libras)"),
        ("t", "22 quintales", "0.997903", ("22", "qq"), "22 quintales (1 tonelada)"),
        ("m3", "1500 litros", "1.5", ("1500", "L"), "1,500 litros (1.5 m³)"),
        ("m3", "200 galones", "0.757082", ("200", "gal"), "200 galones (0.76 m³)"),
        ("gal", "2 barriles de petroleo", "84", ("2", "bbl"),
         "2 barriles de 42 galones (84 galones)"),
        ("gal", "3 barriles de 55 galones", "165", ("3", "drum"),
         "3 toneles de 55 galones (165 galones)"),
        ("gal", "un tonel", "55", ("1", "drum"), "1 tonel de 55 galones (55 galones)"),
    ],
)  # fmt: skip
def test_another_unit_is_converted_and_both_are_kept(
    unit: str, text: str, amount: str, said: tuple[str, str], back: str
) -> None:
    kept = {"amount": amount, "unit": unit, "said": {"amount": said[0], "unit": said[1]}}
    assert value(_in(unit), text) == kept
    assert shown(_in(unit), text) == back


@pytest.mark.parametrize(
    ("unit", "text", "why"),
    [
        ("qq", "5 kwh", "unit"),
        ("kWh", "15 m3", "unit"),
        ("USD", "20 quintales", "unit"),
        ("qq", "5 sacos", "unit_unknown"),
        ("m3", "3 pipas", "unit_unknown"),
        ("USD", "1500 colones", "unit_unknown"),
        ("USD", "100 quetzales", "unit_unknown"),
        ("kWh", "500 watts", "unit_unknown"),
        ("qq", "entre 5 y 10 quintales", "number_several"),
        ("USD", "entre $5 y $10", "number_several"),
        ("qq", "más de 5 quintales", "number_several"),
        ("qq", "5 quintales y 20 libras", "number_several"),
        ("qq", "quintales", "number"),
        ("qq", "no sé", "number"),
        ("qq", "¿cuántas libras son 5 quintales?", "number"),
        ("kWh", "500 kwh 20 m3", "number_several"),
        ("kWh", "500 kwh galones", "number"),
        ("USD", "$20.555", "number_decimals"),
        ("kWh", "-5", "number_too_small"),
        ("kWh", "999999999999999 MWh", "number_digits"),
        ("kWh", "", "empty"),
    ],
)
def test_what_cannot_be_that_amount_is_told_apart(unit: str, text: str, why: str) -> None:
    assert wrong(_in(unit), text) == why


@pytest.mark.parametrize(
    "text",
    ["500 kwh al mes", "500 mensuales", "500 kwh/mes", "500 por mes", "500 kWh cada mes", "500"],
)
def test_the_period_asked_for_may_be_said(text: str) -> None:
    assert value(_in("kWh", period="month"), text) == {"amount": "500", "unit": "kWh"}


@pytest.mark.parametrize("text", ["500 kwh al año", "20 kwh diarios", "100 a la semana", "5 anual"])
def test_another_period_is_asked_again(text: str) -> None:
    answer = read(_in("kWh", period="month"), text)
    assert answer == Wrong("utter_wrong_period", {"period": "al mes"})


@pytest.mark.parametrize("text", ["3 barriles", "un barril", "barril y medio", "3 bariles"])
def test_a_barrel_is_asked_about(text: str) -> None:
    assert offered(_in("gal"), text) == ["Barril de 42 galones", "Tonel de 55 galones"]
    assert isinstance(read(_in("gal", barrel="drum"), text), Value)


def test_a_barrel_that_only_fits_the_limits_one_way_is_not_asked_about() -> None:
    assert value(_in("gal", maximum=130), "3 barriles") == {
        "amount": "126",
        "unit": "gal",
        "said": {"amount": "3", "unit": "bbl"},
    }


def test_limits_are_told_with_their_unit() -> None:
    limited = _in("qq", minimum=1, maximum=500)
    assert read(limited, "5 libras") == Wrong(
        "utter_wrong_number_too_small", {"minimum": "1 quintales"}
    )
    assert read(_in("USD", maximum=1000), "$1,001") == Wrong(
        "utter_wrong_number_too_large", {"maximum": "1,000"}
    )
    assert value(limited, "100 libras") == {
        "amount": "1",
        "unit": "qq",
        "said": {"amount": "100", "unit": "lb"},
    }


@pytest.mark.parametrize("code", sorted(UNITS))
def test_every_unit_is_read_by_all_its_names(code: str) -> None:
    unit = UNITS[code]
    for name in (code, unit.singular, unit.plural, *unit.names):
        if not any(map(str.isdigit, name)) and len(name.split()) == 1:
            assert value(_in(code), f"7 {name}") == {"amount": "7", "unit": code}, name


SAME_KIND = [
    (one, other)
    for one in UNITS.values()
    for other in UNITS.values()
    if one is not other and one.dimension == other.dimension
]


@given(st.sampled_from(SAME_KIND), st.decimals(0, 10**9, places=3))
def test_there_and_back_is_the_same_amount(pair: Any, amount: Decimal) -> None:
    said, wanted = pair
    there = convert(amount, said, wanted)
    exact = Fraction(amount) * said.factor / wanted.factor
    step = Fraction(1, 10**STORED_DECIMALS)
    assert abs(Fraction(there) - exact) <= step / 2
    back = convert(there, wanted, said)
    assert abs(Fraction(back) - Fraction(amount)) <= step * (1 + wanted.factor / said.factor)


@given(st.sampled_from(SAME_KIND), st.integers(1, 10**6))
def test_a_kept_amount_follows_the_slots_unit_from_what_was_said(pair: Any, number: int) -> None:
    said, wanted = pair
    kept = {"amount": "0", "unit": wanted.code, "said": {"amount": str(number), "unit": said.code}}
    now = slot(_in(said.code)).check(kept, TODAY)
    assert isinstance(now, Value)
    assert now.value == {"amount": str(number), "unit": said.code}


def test_the_factors_are_those_of_the_standards() -> None:
    assert convert(Decimal(1), UNITS["qq"], UNITS["lb"]) == 100
    assert convert(Decimal(1), UNITS["arroba"], UNITS["lb"]) == 25
    assert convert(Decimal(1), UNITS["bbl"], UNITS["gal"]) == 42
    assert convert(Decimal(1), UNITS["bbl"], UNITS["L"]) == Decimal("158.987295")
    assert convert(Decimal(1), UNITS["lb"], UNITS["g"]) == Decimal("453.59237")
    assert convert(Decimal(1), UNITS["lb"], UNITS["oz"]) == 16
    assert convert(Decimal(1), UNITS["m3"], UNITS["gal"]) == Decimal("264.172052")
    with pytest.raises(ValueError, match="do not measure the same"):
        convert(Decimal(1), UNITS["kWh"], UNITS["kg"])


@pytest.mark.parametrize(
    ("text", "code"),
    [("kintales", "qq"), ("kilobatios", "kWh"), ("galonez", "gal"), ("livras", "lb"),
     ("toneladaz", "t"), ("litroz", "L"), ("porsentaje", "%"), ("arroba", "arroba")],
)  # fmt: skip
def test_units_are_heard_through_their_spelling(text: str, code: str) -> None:
    assert [unit.code for unit in units_named(text)] == [code]


@pytest.mark.parametrize(
    "word",
    ["sacos", "pipas", "cajas", "bolsas", "personas", "pacas", "viajes", "colones", "h", "x"],
)
def test_other_measures_are_no_units(word: str) -> None:
    assert units_named(word) == ()


@pytest.mark.parametrize(
    "stored",
    [
        {"amount": "5", "unit": "m3"},
        {"amount": "5", "unit": "kwh"},
        {"amount": "five", "unit": "kWh"},
        {"amount": "5"},
        {"amount": ["5"], "unit": "kWh"},
        {"amount": "5", "unit": ["kWh"]},
        "5 kWh",
        True,
        None,
    ],
)
def test_a_kept_value_that_is_no_such_amount_is_stale(stored: Any) -> None:
    assert slot(_in("kWh")).check(stored, TODAY) == Wrong("utter_wrong_stale")


def test_the_choice_of_a_barrel_holds_whole_answers() -> None:
    answer = read(_in("m3"), "3 barriles")
    assert isinstance(answer, Choose)
    for option in answer.options:
        assert slot(_in("m3")).check(option.value, TODAY) == Value(option.value, option.shown)
