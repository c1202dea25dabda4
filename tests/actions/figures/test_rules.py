"""Days of El Salvador, what counts as an answer, and when a channel needs looking at."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from actions.figures import rules
from actions.figures.rules import Counted, Figures, channel_state

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_a_day_goes_from_midnight_to_midnight_in_el_salvador() -> None:
    begins, ends = rules.span_of(date(2026, 11, 23))
    assert begins.astimezone(UTC) == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert ends - begins == timedelta(days=1)
    assert rules.day_of(begins) == date(2026, 11, 23)
    assert rules.day_of(begins - timedelta(microseconds=1)) == date(2026, 11, 22)
    assert rules.last_finished(NOW) == date(2026, 11, 22)
    with pytest.raises(ValueError, match="zone"):
        rules.day_of(datetime(2026, 11, 23))  # noqa: DTZ001


def test_every_outcome_that_the_dialogue_writes_is_sorted(project: Path) -> None:
    written = {
        call.args[0].value
        for file in (project / "bot").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Note"
        and isinstance(call.args[0], ast.Constant)
    }
    assert {"answered", "abstained", "clarify"} <= written
    groups = (rules.ANSWERED, rules.NOT_ANSWERED, rules.NO_QUESTION)
    assert written <= frozenset().union(*groups)
    assert sum(map(len, groups)) == len(frozenset().union(*groups))


def test_figures_come_back_as_they_were_stored() -> None:
    figures = Figures(
        turns=3,
        outcomes={"answered": 2, "clarify": 1},
        outbound={"web": {"sent": 3}},
        topics=(Counted("agua", 2),),
        first_reply_minutes=2.5,
    )
    assert Figures.from_json(figures.as_json()) == figures
    # A day that was stored before something was counted at all.
    assert Figures.from_json({"turns": 3}) == Figures(turns=3)


@pytest.mark.parametrize(
    ("hours", "settled", "failed", "state"),
    [
        (1, 100, 0, "good"),
        (1, 0, 0, "good"),
        (1, 2, 2, "good"),
        (1, 3, 3, "attention"),
        (1, 60, 3, "attention"),
        (1, 61, 3, "good"),
        (23, 10, 0, "good"),
        (24, 10, 0, "silent"),
        (None, 10, 0, "silent"),
        (None, 10, 5, "attention"),
    ],
)
def test_a_channel_needs_looking_at_when_many_of_its_messages_fail(
    hours: int | None, settled: int, failed: int, state: str
) -> None:
    last = None if hours is None else NOW - timedelta(hours=hours)
    assert channel_state(NOW, last, settled, failed) == state


def test_a_change_needs_something_to_compare_with() -> None:
    assert rules.change(15, 10) == 0.5
    assert rules.change(0, 10) == -1
    assert rules.change(15, 0) is None
