"""A firm's size, at and around every limit of the rules in force."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.firms.rules import MINIMUM_WAGE_USD, SizeClass, size_class
from knowledge.library import Library

SIZES = ("micro", "pequena", "mediana", "grande")
MICRO_SALES = 500 * Decimal("408.80")
SMALL_SALES = 5_000 * Decimal("408.80")
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("workers", "size"),
    [
        (0, "micro"),
        (1, "micro"),
        (10, "micro"),
        (11, "pequena"),
        (50, "pequena"),
        (51, "mediana"),
        (99, "mediana"),
        (100, "grande"),
        (5_000, "grande"),
    ],
)
def test_by_workers_alone(workers: int, size: str) -> None:
    found = size_class(workers, None)
    assert found is not None
    assert (found.size, found.basis) == (size, "por trabajadores")


@pytest.mark.parametrize(
    ("sales", "size"),
    [
        (Decimal(0), "micro"),
        (MICRO_SALES, "micro"),
        (MICRO_SALES + CENT, "pequena"),
        (SMALL_SALES, "pequena"),
        (SMALL_SALES + CENT, "mediana"),
        (Decimal(7_000_000), "mediana"),
        (Decimal(7_000_000) + CENT, "grande"),
    ],
)
def test_by_sales_alone(sales: Decimal, size: str) -> None:
    found = size_class(None, sales)
    assert found is not None
    assert (found.size, found.basis) == (size, "por ventas")


@pytest.mark.parametrize(
    ("workers", "sales", "expected"),
    [
        (10, MICRO_SALES, SizeClass("micro", "por trabajadores y ventas", ("SME-01",))),
        (3, MICRO_SALES + CENT, SizeClass("pequena", "por trabajadores y ventas", ("SME-03",))),
        (11, Decimal(1), SizeClass("pequena", "por trabajadores y ventas", ("SME-03",))),
        (
            60,
            SMALL_SALES,
            SizeClass("mediana", "por trabajadores y ventas", ("SME-03", "SME-05")),
        ),
        (100, Decimal(1), SizeClass("grande", "por trabajadores y ventas", ("SME-05",))),
    ],
)
def test_the_larger_of_both_counts(workers: int, sales: Decimal, expected: SizeClass) -> None:
    assert size_class(workers, sales) == expected


def test_nothing_known_gives_no_size() -> None:
    assert size_class(None, None) is None


def test_limits_of_the_law_follow_the_minimum_wage() -> None:
    at_the_old_limit = size_class(None, MICRO_SALES, minimum_wage=Decimal(400))
    assert at_the_old_limit is not None
    assert at_the_old_limit.size == "pequena"


@pytest.mark.parametrize(("workers", "sales"), [(-1, None), (None, Decimal(-1)), (5, -1)])
def test_less_than_nothing_is_refused(workers: int | None, sales: Decimal | None) -> None:
    with pytest.raises(ValueError, match="a firm has no"):
        size_class(workers, sales)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_firm_that_grows_never_gets_smaller(
    workers: int, more: int, sales: int, more_sales: int
) -> None:
    before, after = size_class(workers, sales), size_class(workers + more, sales + more_sales)
    assert before is not None
    assert after is not None
    assert SIZES.index(after.size) >= SIZES.index(before.size)


def test_the_limits_are_those_of_the_facts_named(project: Path) -> None:
    facts = Library.load(date(2026, 11, 23)).facts
    for fact, said in {
        "SME-01": ("hasta 500 salarios", "hasta 10 trabajadores", "408.80", "204,400"),
        "SME-03": ("hasta 5 000 salarios", "de 11 a 50 trabajadores", "2,044,000"),
        "SME-05": ("menos de 100 empleados", "7 millones"),
        "SALMIN-01": ("comercio y servicios", str(MINIMUM_WAGE_USD)),
    }.items():
        text = " ".join(facts[fact].text.split())
        for piece in said:
            assert piece in text, (fact, piece)
