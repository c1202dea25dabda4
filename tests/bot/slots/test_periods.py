"""Slots: a month or a quarter of a year. Seen from Monday, 23 November 2026."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Choose, Value, Wrong
from tests.bot.slots.answering import TODAY, read, shown, slot, value, wrong


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("marzo", "2026-03"),
        ("MARZO", "2026-03"),
        ("marso", "2026-03"),
        ("en marzo", "2026-03"),
        ("mes de marzo", "2026-03"),
        ("mar", "2026-03"),
        ("marzo 2026", "2026-03"),
        ("marzo/2026", "2026-03"),
        ("mar-26", "2026-03"),
        ("marzo de 2026", "2026-03"),
        ("marzo del 26", "2026-03"),
        ("mar 26", "2026-03"),
        ("sep 25", "2025-09"),
        ("setiembre", "2026-09"),
        ("nobiembre 2025", "2025-11"),
        ("3", "2026-03"),
        ("03", "2026-03"),
        ("3/26", "2026-03"),
        ("03/2026", "2026-03"),
        ("3-2026", "2026-03"),
        ("2026-03", "2026-03"),
        ("mes pasado", "2026-10"),
        ("el mes pasado", "2026-10"),
        ("el mes anterior", "2026-10"),
        ("este mes", "2026-11"),
        ("el mes que viene", "2026-12"),
        ("hace 2 meses", "2026-09"),
        ("hace un mes", "2026-10"),
        ("marzo de este año", "2026-03"),
        ("marzo del año pasado", "2025-03"),
        ("octubre", "2026-10"),
        ("noviembre", "2026-11"),
        ("diciembre", "2025-12"),
        ("diciembre 2026", "2026-12"),
    ],
)
def test_a_month_is_read_as_it_is_said(text: str, month: str) -> None:
    assert value("month", text) == month


@pytest.mark.parametrize(
    "text",
    ["", "0", "13", "13/26", "15 de marzo", "marzo y abril", "enero a marzo", "última", "no sé",
     "primer trimestre", "2026", "3/1850", "este año", "٣"],
)  # fmt: skip
def test_what_is_no_one_month_is_asked_again(text: str) -> None:
    assert wrong("month", text) == ("month" if text else "empty")


@pytest.mark.parametrize(
    ("text", "month"),
    [("marzo", "2027-03"), ("noviembre", "2026-11"), ("diciembre", "2026-12"), ("1", "2027-01")],
)
def test_a_month_to_come_is_the_next_one(text: str, month: str) -> None:
    assert value({"type": "month", "prefer": "future"}, text) == month


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("primer trimestre", "2026-T1"),
        ("1er trimestre", "2026-T1"),
        ("primero", "2026-T1"),
        ("el tercero", "2026-T3"),
        ("1", "2026-T1"),
        ("T1", "2026-T1"),
        ("t 1", "2026-T1"),
        ("T1 2026", "2026-T1"),
        ("T1-2026", "2026-T1"),
        ("2026-T1", "2026-T1"),
        ("2025 T1", "2025-T1"),
        ("1T26", "2026-T1"),
        ("Q1 2026", "2026-T1"),
        ("trimestre 2", "2026-T2"),
        ("III trimestre", "2026-T3"),
        ("IV trimestre 2025", "2025-T4"),
        ("cuarto trimestre", "2026-T4"),
        ("primer trimestre 2026", "2026-T1"),
        ("primer trimestre de 2026 (enero a marzo)", "2026-T1"),
        ("segundo trimestre del año pasado", "2025-T2"),
        ("tercer trimestre del 25", "2025-T3"),
        ("ene-mar 26", "2026-T1"),
        ("ene/mar 2026", "2026-T1"),
        ("enero a marzo", "2026-T1"),
        ("de enero a marzo de 2026", "2026-T1"),
        ("enero - marzo", "2026-T1"),
        ("enero, febrero y marzo", "2026-T1"),
        ("de abril a junio", "2026-T2"),
        ("jul-sep", "2026-T3"),
        ("octubre-diciembre 2025", "2025-T4"),
        ("el trimestre pasado", "2026-T3"),
        ("este trimestre", "2026-T4"),
        ("el próximo trimestre", "2027-T1"),
        ("trimestre que viene", "2027-T1"),
        ("primer trimestr", "2026-T1"),
    ],
)
def test_a_quarter_is_read_as_it_is_said(text: str, quarter: str) -> None:
    assert value("quarter", text) == quarter


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("febrero a abril", "quarter_months"),
        ("enero a abril", "quarter_months"),
        ("marzo a enero", "quarter_months"),
        ("nov-ene", "quarter_months"),
        ("enero", "quarter"),
        ("5", "quarter"),
        ("0", "quarter"),
        ("T5", "quarter"),
        ("trimestre 5", "quarter"),
        ("primer semestre", "quarter"),
        ("todo el año", "quarter"),
        ("2026", "quarter"),
        ("no sé", "quarter"),
        ("", "empty"),
    ],
)
def test_what_is_no_quarter_is_told_apart(text: str, why: str) -> None:
    assert wrong("quarter", text) == why


def test_the_last_quarter_has_two_readings() -> None:
    answer = read("quarter", "último trimestre")
    assert isinstance(answer, Choose)
    assert [option.value for option in answer.options] == ["2026-T4", "2026-T3"]
    assert value("quarter", "último trimestre de 2025") == "2025-T4"
    assert value("quarter", "último trimestre", date(2026, 2, 1)) == "2025-T4"


@pytest.mark.parametrize(
    ("text", "quarter"), [("primer trimestre", "2027-T1"), ("T4", "2026-T4"), ("t3", "2027-T3")]
)
def test_a_quarter_to_come_is_the_next_one(text: str, quarter: str) -> None:
    assert value({"type": "quarter", "prefer": "future"}, text) == quarter


@pytest.mark.parametrize(
    ("declared", "good", "late"), [("month", "noviembre", "12/2026"), ("quarter", "T4", "T1 2027")]
)
def test_the_present_period_is_within_today(declared: str, good: str, late: str) -> None:
    until: dict[str, Any] = {"type": declared, "maximum": "today"}
    assert isinstance(read(until, good), Value)
    assert read(until, late) == Wrong(
        "utter_wrong_date_too_late", {"maximum": "lunes 23 de noviembre de 2026"}
    )


def test_the_whole_period_lies_after_the_first_day() -> None:
    since: dict[str, Any] = {"minimum": "2026-02-15"}
    assert wrong(since | {"type": "month"}, "febrero 2026") == "date_too_early"
    assert value(since | {"type": "month"}, "marzo 2026") == "2026-03"
    assert wrong(since | {"type": "quarter"}, "T1 2026") == "date_too_early"
    assert value(since | {"type": "quarter"}, "T2 2026") == "2026-T2"


YEARS = st.integers(1980, 2079)


@given(YEARS, st.integers(1, 12))
def test_a_month_read_back_is_the_same_month(year: int, month: int) -> None:
    kept = f"{year}-{month:02}"
    written = shown("month", kept)
    for text in (written, f"{month}/{year}", f"{month:02}-{year}", f"{month}/{year % 100:02}"):
        assert value("month", text) == kept
    assert slot("month").check(kept, TODAY) == Value(kept, written)


@given(YEARS, st.integers(1, 4))
def test_a_quarter_read_back_is_the_same_quarter(year: int, number: int) -> None:
    kept = f"{year}-T{number}"
    written = shown("quarter", f"T{number} {year}")
    assert value("quarter", written) == value("quarter", kept) == kept
    assert slot("quarter").check(kept, TODAY) == Value(kept, written)


@given(st.dates(date(1990, 1, 1), date(2070, 1, 1)))
def test_a_period_without_its_year_is_never_far(today: date) -> None:
    for text in ("enero", "junio", "diciembre"):
        year, month = map(int, str(value("month", text, today)).split("-"))
        assert 0 <= 12 * (today.year - year) + today.month - month < 12
    for number in range(1, 5):
        year = int(str(value("quarter", f"T{number}", today))[:4])
        assert 0 <= 4 * (today.year - year) + (today.month + 2) // 3 - number < 4


@pytest.mark.parametrize("stored", ["2026-13", "2026-00", "2026", "2026-T5", "T1", 3, None, []])
def test_a_kept_period_that_is_none_is_stale(stored: Any) -> None:
    for declared in ("month", "quarter"):
        assert slot(declared).check(stored, TODAY) == Wrong("utter_wrong_stale")
