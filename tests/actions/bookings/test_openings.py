"""Openings: never over what is taken, never outside the windows, never in the past."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.bookings.openings import (
    BOTH,
    MODES,
    WINDOW_MODES,
    Exceptional,
    Opening,
    Rules,
    Span,
    Timetable,
    Window,
    nearest,
    open_time,
    openings,
    refusal,
)
from actions.cases.hours import ZONE, closed_days
from tests.actions.bookings.conftest import NOW, WEDNESDAY, WEEK, at, hour

SIMPLE = Timetable(WEEK)


def starts(found: list[Opening]) -> list[str]:
    return [f"{one.span.starts:%m-%d %H:%M}" for one in found]


# -- examples --------------------------------------------------------------------------------------


def test_a_day_offers_an_hour_every_half_hour_of_its_windows() -> None:
    found = openings(SIMPLE, NOW, since=at("2026-11-25 00:00"), until=at("2026-11-26 00:00"))
    assert starts(list(found)) == [
        *(f"11-25 {one}" for one in ("08:00", "08:30", "09:00", "09:30", "10:00", "10:30")),
        *(f"11-25 {one}" for one in ("11:00", "13:00", "13:30", "14:00", "14:30", "15:00")),
    ]


def test_a_booking_keeps_its_buffers_free() -> None:
    taken = Timetable(WEEK, taken=[WEDNESDAY.padded(Rules())])
    found = openings(taken, NOW, since=at("2026-11-25 00:00"), until=at("2026-11-25 12:00"))
    # From nine to ten, with a quarter of an hour on each side, for both.
    assert starts(list(found)) == ["11-25 10:30", "11-25 11:00"]
    close = Rules(before=timedelta(), after=timedelta())
    taken = Timetable(WEEK, taken=[WEDNESDAY.padded(close)])
    found = openings(taken, NOW, close, at("2026-11-25 00:00"), at("2026-11-25 12:00"))
    assert starts(list(found))[:2] == ["11-25 08:00", "11-25 10:00"]


def test_windows_that_touch_are_one() -> None:
    split = Timetable([Window(2, time(8), time(8, 45)), Window(2, time(8, 45), time(9, 30))])
    assert starts(nearest(split, NOW, 3))[:2] == ["11-25 08:00", "11-25 08:30"]


def test_how_one_can_meet_follows_the_windows() -> None:
    mixed = Timetable(
        [Window(2, time(8), time(10), "on_site"), Window(2, time(9), time(11), "remote")]
    )
    found = {f"{one.span.starts:%H:%M}": one.modes for one in nearest(mixed, NOW, 5)}
    assert found["08:00"] == ("on_site",)
    assert found["09:00"] == ("on_site", "remote")
    assert found["10:00"] == ("remote",)
    assert starts(nearest(mixed, NOW, 2, mode="remote")) == ["11-25 09:00", "11-25 09:30"]


def test_nobody_is_met_on_a_holiday_unless_they_say_so() -> None:
    before_christmas = at("2026-12-22 08:00")
    first = next(openings(SIMPLE, before_christmas))
    assert starts([first]) == ["12-23 08:00"]
    (opening,) = islice(openings(SIMPLE, before_christmas, since=at("2026-12-24 00:00")), 1)
    # The vacations go to 2 January, a Saturday.
    assert starts([opening]) == ["01-04 08:00"]
    works = Exceptional(date(2026, 12, 28), date(2026, 12, 28), opened=True)
    timetable = Timetable(WEEK, [works])
    (opening,) = islice(openings(timetable, before_christmas, since=at("2026-12-24 00:00")), 1)
    assert starts([opening]) == ["12-28 08:00"]


def test_an_exception_opens_hours_of_its_own() -> None:
    saturday = Exceptional(
        date(2026, 11, 28), date(2026, 11, 28), True, time(9), time(10, 30), "remote"
    )
    found = openings(Timetable(WEEK, [saturday]), NOW, since=at("2026-11-28 00:00"))
    first = list(islice(found, 3))
    assert starts(first) == ["11-28 09:00", "11-28 09:30", "11-30 08:00"]
    assert first[0].modes == ("remote",)


def test_an_exception_closes_days_or_hours_whatever_opens_them() -> None:
    away = Exceptional(date(2026, 11, 24), date(2026, 11, 26), opened=False)
    opened = Exceptional(date(2026, 11, 25), date(2026, 11, 25), True, time(8), time(10))
    assert starts(nearest(Timetable(WEEK, [away, opened]), NOW, 1)) == ["11-27 08:00"]
    morning = Exceptional(date(2026, 11, 25), date(2026, 11, 25), False, time(7), time(9, 15))
    found = nearest(Timetable(WEEK, [morning]), NOW, 1, near=at("2026-11-25 00:00"))
    assert starts(found) == ["11-25 09:15"]


def test_the_nearest_are_those_after_it_made_up_with_the_ones_before() -> None:
    assert starts(nearest(SIMPLE, NOW, 3, near=at("2026-11-25 10:45"))) == [
        "11-25 11:00",
        "11-25 13:00",
        "11-25 13:30",
    ]
    once = Timetable(
        [], [Exceptional(date(2026, 11, 25), date(2026, 11, 25), True, time(8), time(10))]
    )
    assert starts(nearest(once, NOW, 3, near=at("2026-11-25 09:00"))) == [
        "11-25 08:00",
        "11-25 08:30",
        "11-25 09:00",
    ]
    assert nearest(Timetable(), NOW, 3) == []


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (hour("2026-11-23 09:00"), "past"),
        (hour("2026-11-20 09:00"), "past"),
        (hour("2026-11-23 13:00"), "too_early"),
        (hour("2027-03-01 09:00"), "too_far"),
        (hour("2026-12-25 09:00"), "closed_day"),
        (hour("2026-11-25 12:00"), "outside"),
        (hour("2026-11-25 09:10"), "outside"),
        (hour("2026-11-28 09:00"), "outside"),
        # Eight hours at once are no opening, whoever asks for them.
        (Span(at("2026-11-25 08:00"), at("2026-11-25 16:00")), "outside"),
        (hour("2026-11-26 09:30"), "taken"),
        (hour("2026-11-25 09:00"), None),
    ],
)
def test_why_a_time_cannot_be_had(span: Span, why: str | None) -> None:
    taken = Timetable(WEEK, taken=[hour("2026-11-26 10:00").padded(Rules())])
    assert refusal(taken, span, NOW) == why


def test_a_day_closed_by_the_consultant_is_a_closed_day() -> None:
    away = Exceptional(date(2026, 11, 25), date(2026, 11, 25), opened=False)
    assert refusal(Timetable(WEEK, [away]), WEDNESDAY, NOW) == "closed_day"
    assert refusal(SIMPLE, WEDNESDAY, NOW, mode="remote") is None
    on_site = Timetable([Window(2, time(8), time(12), "on_site")])
    assert refusal(on_site, WEDNESDAY, NOW, mode="remote") == "outside"


def test_spans_and_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Span(datetime(2026, 11, 25, 9), datetime(2026, 11, 25, 10))  # noqa: DTZ001
    with pytest.raises(ValueError, match="ends after"):
        Span(at("2026-11-25 10:00"), at("2026-11-25 10:00"))
    with pytest.raises(ValueError, match="length"):
        Rules(step=timedelta())
    with pytest.raises(ValueError, match="below nothing"):
        Rules(lead=timedelta(minutes=-1))


# -- whatever the week looks like ------------------------------------------------------------------

minutes = st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15)


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def hours(draw: st.DrawFn) -> tuple[time, time]:
    first, second = sorted(draw(st.lists(minutes, min_size=2, max_size=2, unique=True)))
    return clock(first), clock(second)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    return Window(draw(st.integers(0, 6)), *draw(hours()), draw(st.sampled_from(WINDOW_MODES)))


@st.composite
def exceptions(draw: st.DrawFn) -> Exceptional:
    # Over Christmas and the new year, when public offices are closed.
    first = date(2026, 12, 18) + timedelta(days=draw(st.integers(0, 25)))
    last = first + timedelta(days=draw(st.integers(0, 6)))
    spanned = draw(st.none() | hours())
    mode = draw(st.sampled_from(WINDOW_MODES))
    return Exceptional(first, last, draw(st.booleans()), *(spanned or (None, None)), mode)


quarters = st.integers(0, 30 * 24 * 4)


@st.composite
def taken(draw: st.DrawFn) -> Span:
    begins = datetime(2026, 12, 15, tzinfo=UTC) + timedelta(minutes=15 * draw(quarters))
    return Span(begins, begins + timedelta(minutes=15 * draw(st.integers(1, 16))))


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    return Rules(
        length=timedelta(minutes=draw(st.sampled_from([15, 30, 60, 90]))),
        step=timedelta(minutes=draw(st.sampled_from([15, 30, 60]))),
        before=timedelta(minutes=draw(st.sampled_from([0, 10, 30]))),
        after=timedelta(minutes=draw(st.sampled_from([0, 15, 45]))),
        lead=timedelta(hours=draw(st.integers(0, 72))),
        horizon=timedelta(days=draw(st.integers(1, 30))),
    )


timetables = st.builds(
    Timetable,
    st.lists(windows(), max_size=6),
    st.lists(exceptions(), max_size=4),
    st.lists(taken(), max_size=6),
)
clocks = st.tuples(quarters, st.sampled_from([UTC, ZONE])).map(
    lambda one: (datetime(2026, 12, 15, tzinfo=UTC) + timedelta(minutes=15 * one[0])).astimezone(
        one[1]
    )
)


@settings(max_examples=150, deadline=None)
@given(timetables, clocks, rules())
def test_openings_keep_to_every_rule(
    timetable: Timetable, now: datetime, given_rules: Rules
) -> None:
    found = list(openings(timetable, now, given_rules))
    assert [one.span for one in found] == sorted({one.span for one in found})
    for opening in found:
        span = opening.span
        assert span.starts.tzinfo is ZONE
        assert now + given_rules.lead <= span.starts <= now + given_rules.horizon
        assert span.ends - span.starts == given_rules.length
        padded = span.padded(given_rules)
        assert not any(padded.overlaps(one) for one in timetable.taken)
        assert opening.modes
        for mode in opening.modes:
            _within_what_is_said(timetable, span, mode)
        assert span.starts > now
        assert refusal(timetable, span, now, given_rules, opening.modes[0]) is None


def _within_what_is_said(timetable: Timetable, span: Span, mode: str) -> None:
    """Each quarter of an hour of it lies in a window or an opened exception, in none closed."""
    day = span.starts.date()
    of_day = [one for one in timetable.exceptions if one.first <= day <= one.last]
    holiday = day in closed_days(day.year)
    weekly_holds = not holiday or any(one.opened and one.starts is None for one in of_day)
    moment = span.starts
    while moment < span.ends:
        said = [
            (one.starts, one.ends)
            for one in timetable.windows
            if weekly_holds and one.weekday == day.weekday() and one.mode in (mode, BOTH)
        ] + [
            (one.starts, one.ends)
            for one in of_day
            if one.opened and one.starts and one.ends and one.mode in (mode, BOTH)
        ]
        assert any(first <= moment.time() < last for first, last in said)
        for one in of_day:
            if not one.opened:
                assert one.starts is not None
                assert one.ends is not None
                assert not one.starts <= moment.time() < one.ends
        moment += timedelta(minutes=15)


@settings(max_examples=100, deadline=None)
@given(timetables, clocks, rules(), clocks)
def test_what_is_refused_is_no_opening_and_the_rest_is_one(
    timetable: Timetable, now: datetime, given_rules: Rules, wanted: datetime
) -> None:
    span = Span(wanted, wanted + given_rules.length)
    free = span in [one.span for one in openings(timetable, now, given_rules)]
    why = refusal(timetable, span, now, given_rules)
    assert free == (why is None)


@settings(max_examples=100, deadline=None)
@given(timetables, clocks, rules(), clocks, st.integers(1, 5))
def test_the_nearest_are_free_in_order_and_as_many_as_there_are(
    timetable: Timetable, now: datetime, given_rules: Rules, near: datetime, count: int
) -> None:
    every = list(openings(timetable, now, given_rules))
    found = nearest(timetable, now, count, given_rules, near)
    assert len(found) == min(count, len(every))
    assert found == [one for one in every if one in found]
    after = [one for one in every if one.span.starts >= near]
    assert after[:count] == [one for one in found if one.span.starts >= near]


@given(timetables, st.dates(date(2026, 12, 15), date(2027, 1, 14)))
def test_open_time_of_a_day_is_in_order_and_does_not_overlap(
    timetable: Timetable, day: date
) -> None:
    for mode, spans in open_time(timetable, day).items():
        assert mode in MODES
        assert all(one.starts.date() == day for one in spans)
        assert all(first.ends <= second.starts for first, second in pairwise(spans))
