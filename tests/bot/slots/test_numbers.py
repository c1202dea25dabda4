"""Slots: a whole number, or one with decimals, as they are written in El Salvador."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Value, Wrong
from tests.bot.slots.answering import TODAY, read, shown, slot, value, wrong

ANY = {"type": "decimal_number", "minimum": -(10**14)}
WHOLE = {"type": "whole_number"}

_UNITS = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
)
UNITS = dict(enumerate(_UNITS.split()))
TENS = {
    3: "treinta", 4: "cuarenta", 5: "cincuenta", 6: "sesenta", 7: "setenta", 8: "ochenta",
    9: "noventa",
}  # fmt: skip
HUNDREDS = {
    1: "ciento", 2: "doscientos", 3: "trescientos", 4: "cuatrocientos", 5: "quinientos",
    6: "seiscientos", 7: "setecientos", 8: "ochocientos", 9: "novecientos",
}  # fmt: skip


def _in_words(number: int) -> str:
    """A number below a thousand millions as it is said."""
    if number < 30:
        return UNITS[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return TENS[tens] + (f" y {UNITS[rest]}" if rest else "")
    if number == 100:
        return "cien"
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return HUNDREDS[hundreds] + (f" {_in_words(rest)}" if rest else "")
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        head = "mil" if thousands == 1 else f"{_in_words(thousands)} mil"
    else:
        millions, rest = divmod(number, 1_000_000)
        head = "un millón" if millions == 1 else f"{_in_words(millions)} millones"
    return head + (f" {_in_words(rest)}" if rest else "")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        (" 12 ", "12"),
        ("00012", "12"),
        ("1,500.50", "1500.50"),
        ("1,500", "1500"),
        ("1 500", "1500"),
        ("1 500 000", "1500000"),
        ("12\u00a0000", "12000"),
        ("1'500", "1500"),
        ("1’500.50", "1500.50"),
        ("1.500", "1.5"),
        ("12.000", "12"),
        ("1.500,50", "1500.50"),
        ("1.500.000", "1500000"),
        ("1,500,000.25", "1500000.25"),
        ("1500,5", "1500.5"),
        ("2,5", "2.5"),
        ("0,5", "0.5"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("trenta y dos", "32"),
        ("ventiuno", "21"),
        ("ventisinco mil", "25000"),
        ("deciocho", "18"),
        ("desiseis", "16"),
        ("viente", "20"),
        ("1500.", "1500"),
        ("123456789012345", "123456789012345"),
        ("-5", "-5"),
        ("menos 5", "-5"),
        ("mil quinientos", "1500"),
        ("mil quinientos cincuenta y dos", "1552"),
        ("cinco mil ochocientos noventa y tres", "5893"),
        ("20 mil", "20000"),
        ("20mil", "20000"),
        ("veinte mil", "20000"),
        ("1 mil", "1000"),
        ("mil", "1000"),
        ("3 mil 500", "3500"),
        ("dos mil quinientos", "2500"),
        ("quinientos mil", "500000"),
        ("1.5 millones", "1500000"),
        ("2 millones 300 mil", "2300000"),
        ("un millón doscientos mil", "1200000"),
        ("millon y medio", "1500000"),
        ("cien", "100"),
        ("beinte", "20"),
        ("sinco", "5"),
        ("treintaiuno", "31"),
        ("diez y seis", "16"),
        ("dies y ocho", "18"),
        ("veinte y cinco", "25"),
        ("ocho cientos cincuenta", "850"),
        ("dos y medio", "2.5"),
        ("2 y medio", "2.5"),
        ("2 1/2", "2.5"),
        ("2½", "2.5"),
        ("½", "0.5"),
        ("tres cuartos", "0.75"),
        ("un cuarto", "0.25"),
        ("media docena", "6"),
        ("docena y media", "18"),
        ("una docena", "12"),
        ("dos docenas", "24"),
        ("un par", "2"),
        ("unos 20", "20"),
        ("como 300", "300"),
        ("como unos 20", "20"),
        ("como 1,500 más o menos", "1500"),
        ("aprox. 30", "30"),
        ("~30", "30"),
        ("+-30", "30"),
        ("+/- 30", "30"),
        ("20?", "20"),
        ("¿20?", "20"),
        ("ninguno", "0"),
        ("cero", "0"),
        ("nadie", "0"),
        ("somos 12", "12"),
        ("tengo 5 empleados", "5"),
        ("5 personas más o menos", "5"),
    ],
)
def test_a_number_is_read_as_it_is_written_here(text: str, number: str) -> None:
    assert value(ANY, text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("entre 5 y 10", "number_several"),
        ("de 5 a 10", "number_several"),
        ("5 a 10", "number_several"),
        ("5-10", "number_several"),
        ("5 o 6", "number_several"),
        ("5 hombres y 3 mujeres", "number_several"),
        ("20 20", "number_several"),
        ("1, 500", "number_several"),
        ("más de 20", "number_several"),
        ("máximo 20", "number_several"),
        ("hasta 20", "number_several"),
        ("20 y pico", "number_several"),
        ("no sé", "number"),
        ("bastantes", "number"),
        ("miles", "number"),
        ("la mitad", "number"),
        ("veintitantos", "number"),
        ("mil y medio", "number"),
        ("20 mil y medio", "number"),
        ("1e5", "number"),
        ("12e3", "number"),
        ("20k", "number"),
        ("0x10", "number"),
        ("١٢", "number"),
        ("５", "number"),
        ("12²", "number"),
        ("Ⅻ", "number"),
        ("1,23,456", "number"),
        ("12,34.5", "number"),
        ("1.2.3", "number"),
        ("2 vacas", "number"),
        ("10%", "number"),
        ("$20", "number"),
        ("¿cuántos son 20 quintales?", "number"),
        ("1234567890123456", "number_digits"),
        ("9" * 150, "number_digits"),
        ("9" * 201, "too_long"),
        ("", "empty"),
        ("   ", "empty"),
    ],
)
def test_what_is_not_one_number_is_not_guessed(text: str, why: str) -> None:
    assert wrong(ANY, text) == why


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("1,500.50", "1,500.50"),
        ("1500", "1,500"),
        ("1.500", "1.5"),
        ("12.00", "12.00"),
        ("-1234567.8", "-1,234,567.8"),
        ("-0.5", "-0.5"),
        ("-0", "0"),
        ("20 mil", "20,000"),
    ],
)
def test_a_number_is_read_back_with_its_thousands(text: str, back: str) -> None:
    assert shown(ANY, text) == back


def test_a_whole_number_is_kept_as_one() -> None:
    assert value(WHOLE, "12.00") == 12
    assert value(WHOLE, "media docena") == 6
    assert value(WHOLE, "unos veinte empleados") == 20
    assert value(WHOLE | {"counts": ["vacas"]}, "2 vacas") == 2
    assert read(WHOLE, "1.5") == Wrong("utter_wrong_number_not_whole", {"number": "1.5"})
    assert wrong(WHOLE, "dos y medio") == "number_not_whole"


@pytest.mark.parametrize(
    ("text", "small", "large"),
    [("20.000", "20", "20,000"), ("1.500", "1.5", "1,500"), ("unos 350.000", "350", "350,000")],
)
def test_a_point_before_three_digits_is_not_taken_for_a_small_whole_number(
    text: str, small: str, large: str
) -> None:
    readings = {"small": small, "large": large}
    assert read(WHOLE, text) == Wrong("utter_wrong_number_thousands", readings)


@pytest.mark.parametrize(
    ("text", "why", "limit"),
    [
        ("0", "utter_wrong_number_too_small", {"minimum": "1"}),
        ("-3", "utter_wrong_number_too_small", {"minimum": "1"}),
        ("1,501", "utter_wrong_number_too_large", {"maximum": "1,500"}),
    ],
)
def test_limits_are_held_and_told(text: str, why: str, limit: dict[str, str]) -> None:
    assert read(WHOLE | {"minimum": 1, "maximum": 1500}, text) == Wrong(why, limit)


def test_limits_belong_to_the_numbers_allowed() -> None:
    limited = WHOLE | {"minimum": 1, "maximum": 1500}
    assert (value(limited, "1"), value(limited, "1500")) == (1, 1500)
    assert wrong(WHOLE, "-1") == "number_too_small"


def test_decimals_are_counted_without_their_end_zeros() -> None:
    cents = {"type": "decimal_number", "decimals": 2}
    assert value(cents, "1.5000") == "1.5"
    assert wrong(cents, "1.555") == "number_decimals"


@pytest.mark.parametrize(
    ("limits", "example"),
    [
        ({}, "12"),
        ({"maximum": 10}, "10"),
        ({"minimum": 100}, "100"),
        ({"minimum": 1, "maximum": 5}, "5"),
        ({"maximum": "10.5"}, "10"),
        ({"minimum": "12.5"}, "13"),
    ],
)
def test_the_example_of_a_hint_lies_within_the_limits(
    limits: dict[str, object], example: str
) -> None:
    assert slot(WHOLE | limits).hint == f"Por ejemplo: {example}"
    assert value(WHOLE | limits, example) == int(example)


@given(st.integers(0, 999_999_999))
def test_a_number_in_words_is_the_number(number: int) -> None:
    assert value(WHOLE, _in_words(number)) == number
    assert value(WHOLE, _in_words(number).upper()) == number


@given(st.integers(-999_999_999, 999_999_999), st.integers(0, 99))
def test_a_number_written_either_way_is_the_same_amount(whole: int, cents: int) -> None:
    written = f"{whole:,}.{cents:02}"
    exact = Decimal(f"{whole}.{cents:02}")
    assert Decimal(str(value(ANY, written))) == exact
    assert Decimal(str(value(ANY, f"{whole}.{cents:02}"))) == exact
    if abs(whole) >= 1000:
        european = written.translate(str.maketrans(",.", ".,"))
        assert Decimal(str(value(ANY, european))) == exact
        assert Decimal(str(value(ANY, written.replace(",", " ")))) == exact


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_read_back_is_the_same_number(number: Decimal) -> None:
    first = read(ANY, f"{number:f}")
    assert isinstance(first, Value)
    assert read(ANY, first.shown) == first
    assert slot(ANY).check(first.value, TODAY) == first


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from([" a ", " y ", " o ", "-"]))
def test_two_numbers_are_never_made_one(one: int, other: int, glue: str) -> None:
    assert wrong(ANY, f"{one}{glue}{other}") == "number_several"


@pytest.mark.parametrize("stored", ["1e5", "NaN", "Infinity", float("nan"), True, None, [], "1,5"])
def test_a_stored_value_that_is_no_number_is_stale(stored: object) -> None:
    for declared in (ANY, WHOLE):
        assert slot(declared).check(stored, TODAY) == Wrong("utter_wrong_stale")  # type: ignore[arg-type]


def test_a_stored_number_is_held_against_the_limits_of_today() -> None:
    assert slot(WHOLE | {"maximum": 5}).check(7, TODAY) == Wrong(
        "utter_wrong_number_too_large", {"maximum": "5"}
    )
