"""Slot: a code of digits that was given to the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Sent, Value, Wrong
from tests.bot.slots.answering import TODAY, read, shown, slot, value, wrong

SIX = {"type": "code", "digits": 6}


@pytest.mark.parametrize(
    "text",
    [
        "123456", "123 456", "123-456", "12 34 56", "1 2 3 4 5 6", "123.456", " 123456 ", "123456.",
        "mi codigo es 123456", "código: 123456", "el codigo 123 456 gracias", "es 123456!",
        "hoy 5 y 123456", "*123456*", "tel 71234567 codigo 123456",
    ],
)  # fmt: skip
def test_a_code_is_found_among_the_words_around_it(text: str) -> None:
    assert value(SIX, text) == "123456"


@pytest.mark.parametrize(
    "text",
    [
        "12345",
        "1234567",
        "5 123456",
        "123456 654321",
        "no me llegó",
        "١٢٣٤٥٦",
        "１２３４５６",
        "12a34b56",
    ],
)
def test_another_number_of_digits_is_no_code(text: str) -> None:
    assert read(SIX, text) == Wrong("utter_wrong_code", {"digits": "6"})


def test_a_longer_number_is_not_cut_down_to_a_code() -> None:
    assert wrong(SIX, "x" * 194 + "1234567") == "too_long"
    assert wrong(SIX, "7" * 200) == "code"


@pytest.mark.parametrize(("kind", "why"), [("image", "not_text"), ("text", "empty")])
def test_nothing_written_is_no_code(kind: str, why: str) -> None:
    assert slot(SIX).read(Sent("", kind), TODAY) == Wrong(f"utter_wrong_{why}")


def test_a_code_is_shown_in_two_halves_where_it_is_long() -> None:
    assert shown(SIX, "123456") == "123 456"
    assert shown({"type": "code", "digits": 4}, "1234") == "1234"
    assert slot(SIX).hint == "Son 6 números seguidos."


@given(st.integers(1, 12), st.data())
def test_a_code_of_any_length_keeps_its_zeros(digits: int, data: st.DataObject) -> None:
    code = data.draw(st.text("0123456789", min_size=digits, max_size=digits))
    declared = {"type": "code", "digits": digits}
    answer = read(declared, f"es {code}")
    assert isinstance(answer, Value)
    assert answer.value == code
    assert read(declared, answer.shown) == slot(declared).check(code, TODAY) == answer


@pytest.mark.parametrize("stored", ["12345", "1234567", "12345a", "123 456", 123456, None, []])
def test_a_kept_code_of_another_form_is_stale(stored: object) -> None:
    assert slot(SIX).check(stored, TODAY) == Wrong("utter_wrong_stale")  # type: ignore[arg-type]
