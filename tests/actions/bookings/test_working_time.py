"""Working hours: closed time does not count, whatever closes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bookings.working_time import add_working, is_working_day, working_between
from actions.cases.hours import USUAL, ZONE, is_open
from tests.actions.bookings.conftest import at

OPEN_DAY = timedelta(hours=8)

moments = st.integers(0, 3 * 366 * 24 * 60).flatmap(
    lambda minutes: st.sampled_from(
        [
            (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(zone)
            for zone in (UTC, ZONE)
        ]
    )
)
spans = st.integers(0, 100 * 60).map(lambda minutes: timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # 24 working hours are three days of eight.
        ("2026-11-23 09:00", 24, "2026-11-26 09:00"),
        ("2026-11-27 15:00", 1, "2026-11-30 08:00"),
        ("2026-11-28 11:00", 24, "2026-12-02 15:30"),
        ("2026-11-23 07:30", 8, "2026-11-23 15:30"),
        # Before the Christmas vacations, which last until 3 January, a Sunday.
        ("2026-12-23 14:30", 24, "2027-01-06 14:30"),
        ("2026-03-27 15:30", 1, "2026-04-07 08:30"),
        ("2026-11-23 05:00", 0, "2026-11-23 07:30"),
    ],
)
def test_working_hours_skip_nights_weekends_and_holidays(start: str, hours: int, due: str) -> None:
    assert add_working(at(start), timedelta(hours=hours)) == at(due)


@given(moments, spans)
def test_the_time_added_is_the_time_between(start: datetime, span: timedelta) -> None:
    due = add_working(start, span)
    assert due >= start
    assert working_between(start, due) == span
    assert due.tzinfo is ZONE


@given(moments, spans, spans)
def test_adding_twice_is_adding_the_sum(
    start: datetime, first: timedelta, second: timedelta
) -> None:
    once = add_working(add_working(start, first), second)
    together = add_working(start, first + second)
    # A closing time and the next opening are the same amount of work apart: none.
    assert working_between(*sorted((once, together))) == timedelta()


@given(moments, spans.filter(bool))
def test_what_is_due_falls_on_open_time(start: datetime, span: timedelta) -> None:
    due = add_working(start, span)
    assert is_working_day(due.date())
    assert is_open(due - timedelta(microseconds=1))
    assert USUAL.opens < due.time() <= USUAL.closes


@given(moments, moments)
def test_no_more_than_eight_hours_a_day_and_never_below_nothing(
    start: datetime, end: datetime
) -> None:
    passed = working_between(start, end)
    if end <= start:
        assert passed == timedelta()
    else:
        assert timedelta() <= passed <= min(end - start, ((end - start).days + 2) * OPEN_DAY)


def test_moments_without_a_zone_and_time_backwards_are_refused() -> None:
    naive = datetime(2026, 11, 23, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        add_working(naive, timedelta(hours=1))
    with pytest.raises(ValueError, match="zone"):
        working_between(at("2026-11-23 09:00"), naive)
    with pytest.raises(ValueError, match="forward"):
        add_working(at("2026-11-23 09:00"), timedelta(hours=-1))
