"""Slots of applying and joining: the ministry's code, and a range of fees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.registry_code import code_in
from tests.bot.slots.answering import shown, value, wrong

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@pytest.mark.parametrize(
    "text",
    [
        "AB2C-DEFG-H3JK",
        "ab2c-defg-h3jk",
        "AB2CDEFGH3JK",
        "AB2C DEFG H3JK",
        "ab2c.defg.h3jk",
        "es el AB2C-DEFG-H3JK",
    ],
)
def test_a_code_is_read_however_it_is_grouped(text: str) -> None:
    assert value("registry_code", text) == "AB2C-DEFG-H3JK"


@pytest.mark.parametrize("text", ["12345678", "AB2C-DEFG", "AB2CDEFGH", "no lo tengo", "?"])
def test_what_is_no_code_is_told_so(text: str) -> None:
    assert wrong("registry_code", text) == "registry_code"


@given(st.text(st.sampled_from(SIGNS), min_size=12, max_size=12))
def test_every_code_is_read(code: str) -> None:
    grouped = "-".join(code[at : at + 4] for at in (0, 4, 8))
    assert value("registry_code", grouped.lower()) == grouped
    assert code_in(f" mi codigo es {grouped.lower()}, gracias ") == grouped
    assert code_in(code) is None


@pytest.mark.parametrize("text", ["AB0C-DEFG-H3JK", "ABOCDEFGH3JK", "AB1C DEFG HIJK"])
def test_a_sign_that_no_code_has_is_named(text: str) -> None:
    assert wrong("registry_code", text) == "registry_code_signs"


def test_a_code_inside_a_long_text_is_not_handed_over() -> None:
    assert code_in("la pieza AB2C-DEFG-H3JK " + "de la planta " * 5) is None
    assert code_in("XAB2C-DEFG-H3JK") is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("de 25 a 40", 25, 40),
        ("25-40", 25, 40),
        ("entre $1,500 y $3,000", 1_500, 3_000),
        ("40", 40, 40),
        ("$25.00 a $40.50", 25, 40),
    ],
)
def test_fees_are_read_in_whole_dollars(text: str, low: int, high: int) -> None:
    assert value("fee_range", text) == {"low": low, "high": high}


def test_fees_are_read_back() -> None:
    assert shown("fee_range", "1500 a 3000") == "de 1,500 a 3,000 USD"
    assert shown("fee_range", "40 dólares") == "40 USD"


@pytest.mark.parametrize("text", ["de 40 a 25", "0", "depende", "1 2 3", "9999999"])
def test_fees_that_say_nothing(text: str) -> None:
    assert wrong("fee_range", text) == "fee_range"
