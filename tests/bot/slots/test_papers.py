"""Slots: DUI, NIT and NRC.

Every number here is made up and given its check digit;
the NIT's day of birth is no day of the calendar.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.papers import is_dui
from bot.slots.protocol import Value, Wrong
from tests.bot.slots.answering import TODAY, read, slot, value, wrong

DUI = "12345678-4"
NIT = "0614-310290-001-1"


def _dui_of(eight: str) -> str:
    """The DUI of eight digits: what their sum, weighted from nine down to two, lacks to ten."""
    total = 0
    for place, digit in enumerate(eight):
        total += int(digit) * (9 - place)
    return f"{eight}-{-total % 10}"


def _nit_of(thirteen: str) -> str:
    """The NIT of thirteen digits, by either rule: up to serial number 100, and above."""
    digits = [int(digit) for digit in thirteen]
    if int(thirteen[10:13]) <= 100:
        last = sum(digit * (14 - place) for place, digit in enumerate(digits)) % 11 % 10
    else:
        weights = (2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
        last = -sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10
    return f"{thirteen[:4]}-{thirteen[4:10]}-{thirteen[10:]}-{last}"


@pytest.mark.parametrize(
    "text",
    [
        DUI, "123456784", "12345678 4", "1234 5678 4", "12345678–4", "12345678—4", "12345678 - 4",
        "1-2-3-4-5-6-7-8-4", "DUI: 12345678-4", "mi dui es 12345678-4", "dui 123456784",
        "N° 12345678-4", "número 12345678-4", "#12345678-4", "(12345678-4)", "12345678-4.",
        "12345678-4 gracias", "es el 12345678-4, por favor", "12.345.678-4",
    ],
)  # fmt: skip
def test_a_dui_is_read_with_or_without_its_signs(text: str) -> None:
    assert value("dui", text) == DUI
    assert value("nit", text) == DUI


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12345678-5", "dui_check"),
        ("00000000-0", "dui_check"),
        ("12345687-4", "dui_check"),
        ("12345", "dui_length"),
        ("1234567890", "dui_length"),
        (NIT, "dui_length"),
        ("no lo tengo", "dui"),
        ("1234567B-4", "dui"),
        ("١٢٣٤٥٦٧٨٤", "dui"),
        ("12345678-4 y 01234567-8", "dui"),
        ("¿para qué lo quieren?", "dui"),
        ("", "empty"),
    ],
)
def test_what_is_no_dui_is_told_apart(text: str, why: str) -> None:
    assert wrong("dui", text) == why


def test_zeros_lost_at_the_beginning_are_put_back_where_the_hyphen_tells() -> None:
    whole = _dui_of("00123456")
    assert value("dui", whole.lstrip("0")) == whole
    assert wrong("dui", whole.lstrip("0").replace("-", "")) == "dui_length"


def test_the_digits_seen_are_told() -> None:
    assert read("dui", "mi dui es 1234567") == Wrong("utter_wrong_dui_length", {"digits": "7"})
    assert read("nit", "06143102900011 5") == Wrong("utter_wrong_nit_length", {"digits": "15"})


@given(st.integers(1, 99_999_999))
def test_a_dui_with_its_check_digit_is_kept_and_no_other_last_digit(number: int) -> None:
    whole = _dui_of(f"{number:08}")
    assert value("dui", whole) == value("dui", whole.replace("-", "")) == whole
    assert slot("dui").check(whole, TODAY) == Value(whole, whole)
    for digit in "0123456789".replace(whole[-1], ""):
        assert wrong("dui", whole[:-1] + digit) == "dui_check"


@given(st.integers(1, 99_999_999), st.integers(0, 6))
def test_two_neighbours_exchanged_are_noticed(number: int, at: int) -> None:
    whole = _dui_of(f"{number:08}").replace("-", "")
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    assert is_dui(swapped) == (swapped == whole)


@pytest.mark.parametrize(
    "text",
    [
        NIT, "06143102900011", "0614 310290 001 1", "0614-310290-0011", "0614310290-001-1",
        "NIT: 0614-310290-001-1", "mi nit es 0614-310290-001-1", "0614–310290–001–1",
        "0614-310290-001-1 gracias", "0614.310290.001.1",
    ],
)  # fmt: skip
def test_a_nit_is_read_with_or_without_its_signs(text: str) -> None:
    assert _nit_of("0614310290001") == NIT
    assert value("nit", text) == NIT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0614-310290-001-2", "nit_check"),
        ("00000000000000", "nit_check"),
        ("9999-310290-001-1", "nit_check"),
        ("614-310290-001-1", "nit_length"),
        ("123", "nit_length"),
        ("12345678-5", "dui_check"),
        ("es el mismo dui", "nit"),
        ("no tengo", "nit"),
        ("0614-310290-001-1 y 0614", "nit"),
        ("", "empty"),
    ],
)
def test_what_is_no_nit_is_told_apart(text: str, why: str) -> None:
    assert wrong("nit", text) == why


@given(
    st.integers(1, 14),
    st.integers(1, 33),
    st.dates().map(lambda day: f"{day:%d%m}{day.year % 100:02}"),
    st.integers(1, 999),
)
def test_a_nit_with_its_check_digit_is_kept_and_no_other(
    department: int, town: int, born: str, serial: int
) -> None:
    whole = _nit_of(f"{department:02}{town:02}{born}{serial:03}")
    assert value("nit", whole) == value("nit", whole.replace("-", "")) == whole
    assert slot("nit").check(whole, TODAY) == Value(whole, whole)
    other = str((int(whole[-1]) + 1) % 10)
    assert wrong("nit", whole[:-1] + other) == "nit_check"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("123456-7", "123456-7"),
        ("1234567", "123456-7"),
        ("12345678", "1234567-8"),
        ("123 456-7", "123456-7"),
        ("123456 7", "123456-7"),
        ("0001234-5", "1234-5"),
        ("1-2", "1-2"),
        ("NRC 123456-7", "123456-7"),
        ("nrc: 1234-5", "1234-5"),
        ("registro 123456-7", "123456-7"),
        ("mi NRC es 2345-6", "2345-6"),
        ("Registro de IVA No. 123456-7", "123456-7"),
        ("123456-7 gracias", "123456-7"),
    ],
)
def test_an_nrc_is_read_with_or_without_its_signs(text: str, number: str) -> None:
    assert value("nrc", text) == number


@pytest.mark.parametrize(
    "text", ["1", "0", "000000-0", "123456789", "12345-67", "1-2-3", "no tengo", "abc", DUI, NIT]
)
def test_what_is_no_nrc_is_asked_again(text: str) -> None:
    assert wrong("nrc", text) == "nrc"


@given(st.integers(10, 99_999_999))
def test_an_nrc_read_back_is_the_same(number: int) -> None:
    kept = str(value("nrc", str(number)))
    assert kept == f"{str(number)[:-1]}-{str(number)[-1]}"
    assert slot("nrc").check(kept, TODAY) == Value(kept, kept)
    assert value("nrc", kept) == kept


@pytest.mark.parametrize("kind", ["dui", "nit", "nrc"])
@pytest.mark.parametrize("stored", ["123456789-5", "", "no", None, 123456784, True, []])
def test_a_kept_value_that_is_no_such_number_is_stale(kind: str, stored: object) -> None:
    assert slot(kind).check(stored, TODAY) == Wrong("utter_wrong_stale")  # type: ignore[arg-type]


@given(st.text("0123456789-. ", max_size=25))
def test_no_number_is_lost_on_its_way_into_a_paper(text: str) -> None:
    seen = "".join(filter(str.isdigit, text))
    for kind in ("dui", "nit", "nrc"):
        answer = read(kind, text)
        if isinstance(answer, Value):
            kept = "".join(filter(str.isdigit, str(answer.value)))
            assert kept.lstrip("0") == seen.lstrip("0")
