"""Working hours in El Salvador, and what may be promised of them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.cases.hours import (
    USUAL,
    ZONE,
    Hours,
    Promise,
    closed_days,
    is_open,
    next_opening,
    promise,
)

HOLY_WEEKS = {2026: date(2026, 3, 30), 2027: date(2027, 3, 22), 2028: date(2028, 4, 10)}
"""The Mondays of Holy Week: Easter is on 5 April 2026, 28 March 2027 and 16 April 2028."""
LABOUR_CODE = {
    2026: "01-01 04-02 04-03 04-04 05-01 05-10 06-17 08-06 09-15 11-02 12-25",
    2027: "01-01 03-25 03-26 03-27 05-01 05-10 06-17 08-06 09-15 11-02 12-25",
    2028: "01-01 04-13 04-14 04-15 05-01 05-10 06-17 08-06 09-15 11-02 12-25",
}
YEARS = sorted(HOLY_WEEKS)
# Beyond the years in the tables too.
moments = st.integers(0, 7 * 366 * 24 * 60).flatmap(
    lambda minutes: st.sampled_from(
        [
            (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(zone)
            for zone in (UTC, ZONE)
        ]
    )
)


def at(moment: str) -> datetime:
    """A moment in El Salvador."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE)


# -- days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_offices_are_closed_on_the_holidays_of_the_labour_code(year: int) -> None:
    for day in LABOUR_CODE[year].split():
        assert date.fromisoformat(f"{year}-{day}") in closed_days(year), day


@pytest.mark.parametrize("year", YEARS)
def test_offices_are_closed_in_the_vacations_of_the_public_sector(year: int) -> None:
    monday = HOLY_WEEKS[year]
    assert monday.weekday() == 0
    vacations = {
        *(monday + timedelta(days=place) for place in range(8)),
        *(date(year, 8, day) for day in range(1, 7)),
        *(date(year, 12, day) for day in range(24, 32)),
        *(date(year, 1, day) for day in (1, 2)),
    }
    holidays = {date.fromisoformat(f"{year}-{day}") for day in LABOUR_CODE[year].split()}
    assert closed_days(year) == vacations | holidays


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        # The Friday before, its evening, and when they open again.
        ("2026-03-27 16:00", "2026-04-07"),
        ("2027-03-19 16:00", "2027-03-30"),
        ("2028-04-07 16:00", "2028-04-18"),
        ("2026-07-31 16:00", "2026-08-07"),
        ("2027-07-30 16:00", "2027-08-09"),
        ("2028-07-31 16:00", "2028-08-07"),
        ("2026-12-23 16:00", "2027-01-04"),
        ("2027-12-23 16:00", "2028-01-03"),
        ("2028-12-22 16:00", "2029-01-03"),
        # A Thursday before 1 May, which makes a long weekend; 10 May on a Monday.
        ("2026-04-30 16:00", "2026-05-04"),
        ("2027-05-07 16:00", "2027-05-11"),
        # Days that are no holidays in El Salvador, though they are nearby.
        ("2026-10-11 09:00", "2026-10-12"),
        ("2026-10-30 16:00", "2026-11-03"),
    ],
)
def test_after_closed_days_the_offices_open_on(closed: str, opens: str) -> None:
    day = date.fromisoformat(opens)
    assert next_opening(at(closed)) == datetime.combine(day, time(7, 30), ZONE)
    assert promise(at(closed)) == Promise("from_day", day)


# -- hours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-23 07:29:59.999999", False),
        ("2026-11-23 07:30", True),
        ("2026-11-23 15:29:59.999999", True),
        ("2026-11-23 15:30", False),
        ("2026-11-22 10:00", False),
        ("2026-11-21 10:00", False),
        ("2026-09-15 10:00", False),
    ],
)
def test_it_is_open_from_the_first_minute_up_to_the_last(moment: str, open_: bool) -> None:
    assert is_open(at(moment)) is open_


def test_moments_of_other_zones_are_read_in_el_salvador() -> None:
    assert is_open(datetime(2026, 11, 23, 13, 30, tzinfo=UTC))
    assert not is_open(datetime(2026, 11, 23, 13, 29, tzinfo=UTC))
    # Already Monday in UTC, still Sunday there.
    late = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert next_opening(late) == at("2026-11-23 07:30")
    for asked in (is_open, next_opening, promise):
        with pytest.raises(ValueError, match="zone"):
            asked(datetime(2026, 11, 23, 10))  # noqa: DTZ001 - what is refused


def test_hours_are_those_of_the_deployment() -> None:
    saturdays = Hours(time(8), time(12), frozenset({5}))
    assert is_open(at("2026-11-28 08:00"), saturdays)
    assert not is_open(at("2026-11-27 08:00"), saturdays)
    assert next_opening(at("2026-11-28 08:00"), saturdays) == at("2026-12-05 08:00")
    assert promise(at("2026-11-27 08:00"), saturdays) == Promise("from_day", date(2026, 11, 28))
    for opens, closes, weekdays in (
        (time(8), time(8), {0}),
        (time(9), time(8), {0}),
        (time(8), time(9), set()),
        (time(8), time(9), {7}),
    ):
        with pytest.raises(ValueError, match=r"office hours|weekdays"):
            Hours(opens, closes, frozenset(weekdays))


# -- promises --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "promised"),
    [
        ("2026-11-25 10:00", Promise("working_hours")),
        ("2026-11-25 15:29", Promise("working_hours")),
        # Before they open: later that day, which is not promised.
        ("2026-11-25 05:00", Promise("working_hours")),
        ("2026-11-25 16:00", Promise("from_day", date(2026, 11, 26))),
        ("2026-11-27 15:30", Promise("from_day", date(2026, 11, 30))),
        ("2026-11-29 23:59", Promise("from_day", date(2026, 11, 30))),
    ],
)
def test_what_is_promised(moment: str, promised: Promise) -> None:
    assert promise(at(moment)) == promised


# A busy machine is no failure.
@given(moments)
def test_a_promise_names_the_next_working_day_and_never_today(moment: datetime) -> None:
    opening = next_opening(moment)
    promised = promise(moment)
    today = moment.astimezone(ZONE).date()
    assert opening > moment
    assert is_open(opening)
    assert not is_open(opening - timedelta(microseconds=1))
    assert opening - moment < timedelta(days=13)
    if promised.day is None:
        assert is_open(moment) or opening.date() == today
    else:
        assert today < promised.day == opening.date()
        assert not is_open(moment)
    # Nothing opens in between.
    assert not any(
        is_open(datetime.combine(today + timedelta(days=place), USUAL.opens, ZONE))
        for place in range(1, (opening.date() - today).days)
    )
