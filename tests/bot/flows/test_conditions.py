"""Conditions: what they say of the slots, and that a file cannot hold one that would fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.conditions import LONGEST, InvalidCondition, parse

SLOTS: dict[str, Any] = {
    "workers": 12,
    "power": "7.5",
    "amount": {"amount": "1500", "unit": "USD"},
    "sector": "dairy",
    "day": "2026-11-23",
    "agreed": True,
    "refused": False,
    "fuels": ["wood", "gas"],
    "empty": None,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("slots.workers > 10", True),
        ("slots.workers > 12", False),
        ("slots.workers >= 12", True),
        ("slots.workers == 12", True),
        ("slots.workers == 12.0", True),
        ("slots.workers != 12", False),
        ("5 < slots.workers < 20", True),
        ("5 < slots.workers < 10", False),
        ("slots.workers > -1", True),
        # Decimals are kept as texts, quantities with their unit.
        ("slots.power > 7", True),
        ("slots.power < 10", True),
        ("slots.power == 7.50", True),
        ("slots.amount > 999", True),
        ("slots.amount == 1500", True),
        ("slots.sector == 'dairy'", True),
        ('slots.sector != "dairy"', False),
        ("slots.sector in ['bread', 'dairy']", True),
        ("slots.sector not in ('bread', 'dairy')", False),
        ("slots.workers in [11, 12]", True),
        ("'wood' in slots.fuels", True),
        ("'coal' in slots.fuels", False),
        ("slots.day < '2026-12-01'", True),
        ("slots.day >= '2026-11-24'", False),
        ("slots.agreed", True),
        ("slots.refused", False),
        ("not slots.refused", True),
        ("slots.agreed == true", True),
        ("slots.agreed == 1", False),
        ("slots.refused == 0", False),
        ("slots.refused is false", True),
        ("slots.agreed and slots.workers > 10", True),
        ("slots.refused or slots.workers > 10", True),
        ("not (slots.agreed and slots.refused)", True),
        ("slots.empty is null", True),
        ("slots.empty == null", True),
        ("slots.workers is not null", True),
        ("slots.never_set == null", True),
        ("slots.empty", False),
        ("not slots.empty", True),
        ("slots.empty in ['a']", False),
        ("'a' in slots.empty", False),
        ("true", True),
        ("null", False),
    ],
)
def test_what_a_condition_says(text: str, holds: bool) -> None:
    assert parse(text).holds(SLOTS) is holds


@pytest.mark.parametrize("order", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("other", ["0", "-1", "'a'", "''", "null", "true", "slots.empty", "[1]"])
def test_null_is_neither_smaller_nor_greater(order: str, other: str) -> None:
    assert not parse(f"slots.empty {order} {other}").holds(SLOTS)
    assert not parse(f"{other} {order} slots.empty").holds(SLOTS)


@pytest.mark.parametrize("other", ["0", "''", "false", "'null'", "[]"])
def test_null_equals_nothing_else(other: str) -> None:
    assert not parse(f"slots.empty == {other}").holds(SLOTS)
    assert parse(f"slots.empty != {other}").holds(SLOTS)


def test_the_slots_that_are_read_are_known() -> None:
    text = "slots.a > 1 and not (slots.b in [slots.c, 2] or slots.a == null)"
    assert parse(text).slots == {"a", "b", "c"}
    assert parse("true").slots == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "slots.a >",
        "slots.a = 1",
        "slots.a == 1; slots.b",
        "a == 1",
        "slots",
        "slots.a.b == 1",
        "context.a",
        "len(slots.a) > 1",
        "slots.a()",
        "slots.a.lower() == 'x'",
        "__import__('os')",
        "slots['a']",
        "slots.a[0]",
        "slots.a[0:1]",
        "lambda: 1",
        "lambda slots: slots.a",
        "f'{slots.a}' == 'x'",
        "b'x' == slots.a",
        "1j",
        "...",
        "slots.a + 1 > 2",
        "slots.a * 9 ** 9 > 2",
        "+slots.a",
        "-slots.a > 1",
        "~slots.a",
        "-'x'",
        "1 if slots.a else 2",
        "[x for x in slots.a]",
        "{1: 2}",
        "{1, 2}",
        "(x := 1)",
        "slots.a if slots.b",
        "await slots.a",
        "*slots.a",
        "[*slots.a]",
        "slots.a && slots.b",
        "!slots.a",
        "\0",
        "not " * LONGEST + "slots.a",
        "(" * 150 + "slots.a" + ")" * 150 + " and slots.a" * 40,
        "[" * 300 + "]" * 300,
        "slots.a" + " and slots.a" * LONGEST,
        "9" * (LONGEST + 1),
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InvalidCondition):
        parse(text)


def test_nested_as_deeply_as_it_may_be_it_still_holds() -> None:
    for text in (
        "not " * 123 + "true",
        "(" * 90 + "true" + " and true)" * 25 + ")" * 65,
        "[" * 90 + "1" + "]" * 90 + " == null",
    ):
        assert len(text) <= LONGEST
        assert parse(text).holds({}) in (True, False)


def test_a_number_of_any_length_is_compared() -> None:
    huge = "0x" + "f" * (LONGEST - 20)
    assert parse(f"slots.a == {huge}").holds({"a": 1}) is False
    assert parse("slots.a > 1").holds({"a": 10**5_000}) in (True, False)
    assert parse("slots.a > 1").holds({"a": "9" * 5_000}) is True


_stored = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["NaN", "sNaN", "Infinity", "-0", "1e999999999", "٣", "1_0", " 7 ", "1E+"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["amount", "unit", "x"]), inner, max_size=2),
    ),
    max_leaves=6,
)
_operands = st.one_of(
    st.sampled_from(["slots.a", "slots.b", "null", "true", "''", "'x'", "[]", "['x', 1]", "-3"]),
    st.integers(0, 10**30).map(str),
    st.floats(0, allow_nan=False, allow_infinity=False).map(str),
    st.just("1e999"),
)
_comparisons = st.builds(
    "{} {} {}".format,
    _operands,
    st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not"]),
    _operands,
)
_conditions = st.recursive(
    st.one_of(_operands, _comparisons),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=5,
).filter(lambda text: len(text) <= LONGEST)


@given(_conditions, st.fixed_dictionaries({}, optional={"a": _stored, "b": _stored}))
def test_a_condition_that_was_read_never_fails(text: str, values: dict[str, Any]) -> None:
    condition = parse(text)
    held = condition.holds(values)
    assert isinstance(held, bool)
    assert condition.holds(values) is held
    if len(text) <= LONGEST - 6:
        assert parse(f"not ({text})").holds(values) is not held


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        condition = parse(text)
    except InvalidCondition:
        return
    assert condition.holds({}) in (True, False)
