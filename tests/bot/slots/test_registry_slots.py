"""Slots of applying and joining: the ministry's code, and a range of fees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.registry_code import is_grouped_code
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


@pytest.mark.parametrize("text", ["12345678", "AB2C-DEFG", "AB0C-DEFG-H3JK", "no lo tengo", "?"])
def test_what_is_no_code_is_told_so(text: str) -> None:
    assert wrong("registry_code", text) == "registry_code"


@given(st.text(st.sampled_from(SIGNS), min_size=12, max_size=12))
def test_every_code_is_read(code: str) -> None:
    grouped = "-".join(code[at : at + 4] for at in (0, 4, 8))
    assert value("registry_code", grouped.lower()) == grouped
    assert is_grouped_code(f" {grouped.lower()} ")
    assert not is_grouped_code(code)


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
