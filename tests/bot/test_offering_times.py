"""Which free times are offered, and what is said where what was asked for cannot be had."""

from datetime import date, datetime, time, timedelta

import pytest

from actions.bookings.openings import Opening, Timetable, Window, openings
from actions.cases.hours import ZONE
from bot.offering_times import QUARTER, after, other_than, other_times, pick
from bot.slots.time_wish import OTHERS, TimeWish

NOW = datetime(2026, 11, 29, 15, tzinfo=ZONE)
"""A Sunday."""
WEEKDAYS = Timetable([Window(day, time(8), time(16)) for day in range(5)])
FREE: list[Opening] = list(openings(WEEKDAYS, NOW))


def _told(near: str) -> tuple[list[str], str]:
    picked = pick(FREE, near, NOW)
    return [f"{one.span.starts:%m-%d %H:%M}" for one in picked.openings], picked.note


def test_the_first_ones_differ() -> None:
    assert _told("") == (["11-30 15:00", "12-01 08:00", "12-01 12:00"], "")


@pytest.mark.parametrize(
    ("wish", "times", "note"),
    [
        (TimeWish(date(2026, 12, 3)), ["12-03 08:00", "12-03 11:30", "12-03 15:00"], ""),
        (
            TimeWish(date(2026, 12, 3), part="tarde"),
            ["12-03 12:00", "12-03 13:30", "12-03 15:00"],
            "",
        ),
        (
            TimeWish(date(2026, 12, 6)),
            ["12-07 08:00", "12-07 12:00", "12-08 08:00"],
            "Los domingos no atiende. Lo más cercano:",
        ),
        (
            TimeWish(date(2026, 11, 28)),
            ["11-30 15:00", "12-01 08:00", "12-01 12:00"],
            "Ese día ya pasó. Lo más cercano:",
        ),
        (
            TimeWish(date(2026, 11, 29)),
            ["11-30 15:00", "12-01 08:00", "12-01 12:00"],
            "Tan pronto no se puede: la cita se pide con un día de anticipación. Lo más cercano:",
        ),
        (
            TimeWish(date(2026, 12, 25)),
            ["01-04 08:00", "01-04 12:00", "01-05 08:00"],
            "El viernes 25 de diciembre es asueto y no se atiende. Lo más cercano:",
        ),
        (
            TimeWish(date(2026, 12, 3), part="noche"),
            ["12-03 08:00", "12-03 11:30", "12-03 15:00"],
            "Ese día no atiende a esa hora. El mismo día tiene:",
        ),
        (TimeWish(date(2026, 12, 7), week=True), ["12-07 08:00", "12-07 12:00", "12-08 08:00"], ""),
        (TimeWish(at=time(10)), ["12-01 10:00", "12-02 10:00", "12-03 10:00"], ""),
        (TimeWish(part="manana"), ["12-01 08:00", "12-02 08:00", "12-03 08:00"], ""),
        (TimeWish(at=time(10, 15)), ["12-01 10:00", "12-01 10:30", "12-02 10:00"], QUARTER),
        (
            TimeWish(at=time(20)),
            ["11-30 15:00", "12-01 08:00", "12-01 12:00"],
            "A las 8:00 p. m. no atiende. Estas horas sí tiene:",
        ),
    ],
)
def test_a_wish_is_met_or_told_why_not(wish: TimeWish, times: list[str], note: str) -> None:
    assert _told(wish.written) == (times, note)


def test_around_a_time_that_cannot_be_had_the_next_ones_are_offered() -> None:
    assert _told("2026-12-02T10:00:00-06:00")[0] == ["12-02 10:00", "12-02 10:30", "12-02 11:00"]
    last = FREE[-1].span.starts
    assert len(pick(FREE, (last + timedelta(days=1)).isoformat(), NOW).openings) == 3


def test_other_days_go_on_after_those_shown_and_begin_anew_at_the_end() -> None:
    shown = [["", FREE[0].span.starts.isoformat(), ""], ["Otros días", OTHERS, ""]]
    asked = other_times(OTHERS, {"openings": shown})
    assert set(asked.again) == {"opening", "booking_right"}
    assert _told(str(asked.given["openings_near"]))[0][0] == "12-01 08:00"
    times, note = _told(after(FREE[-1].span.starts))
    assert times[0] == "11-30 15:00"
    assert "ya no tiene horas libres" in note


def test_a_minute_at_which_nothing_begins_is_asked_for_anew() -> None:
    again = other_than("2026-12-02T10:15-06:00", {})
    assert again is not None
    assert _told(str(again.given["openings_near"]))[0][:2] == ["12-02 10:00", "12-02 10:30"]
    assert other_than("2026-12-02T10:30-06:00", {}) is None
