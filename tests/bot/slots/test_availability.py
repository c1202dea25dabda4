"""Slot: a consultant's time. Seen from Monday, 23 November 2026."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.availability import days_of, is_of_time, week_of
from bot.slots.days_off_reading import DaysOff, read_days_off, shown_days_off
from bot.slots.protocol import Value
from bot.slots.week_phrases import added
from bot.slots.week_reading import BOTH, MODES, Hours, read_week, shown_week
from tests.bot.slots.answering import TODAY, read, shown, slot, value, wrong

WAYS = st.sampled_from((*MODES, BOTH))


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("lunes a viernes de 8 a 12 y de 2 a 5", "L M X J V | 08-12 14-17"),
        ("Lun-Vie 8:00-12:00, 14:00-17:00", "L M X J V | 08-12 14-17"),
        ("atiendo de 8 a 12 los lunes y martes", "L M | 08-12"),
        ("mis horas son de 7 a 11 los lunes", "L | 07-11"),
        ("todos los dias de 9 a 3", "L M X J V S D | 09-15"),
        ("entre semana de 7 a 4", "L M X J V | 07-16"),
        ("fines de semana de 8 a 8", "S D | 08-20"),
        ("lunes, miércoles y viernes de 8am a 12m y de 1 pm a 4 pm", "L X V | 08-12 13-16"),
        ("sabados de ocho a doce de la mañana", "S | 08-12"),
        ("martes de 2 a 5 de la tarde", "M | 14-17"),
        ("martes de 6 a 10", "M | 06-10"),
        ("sabado a lunes de 8 a 9", "L S D | 08-09"),
        ("lunes de 8 hasta mediodía", "L | 08-12"),
        (
            "de lunes a viernes 8 a 12 y 2 a 5 menos el miercoles",
            "L M J V | 08-12 14-17",
        ),
        ("lunes a viernes de 8 a 12 pero no los jueves ni viernes", "L M X | 08-12"),
        ("lunes a viernes d 8 a 12", "L M X J V | 08-12"),
        ("solo sabados en la mañana", "S | 08-12"),
        ("lunez por la tarde", "L | 13-17"),
        ("savado en la mañana de 6 a 10", "S | 06-10"),
        ("lunes a viernes todo el dia", "L M X J V | 08-17"),
    ],
)
def test_a_week_is_read_as_it_is_said(text: str, week: str) -> None:
    days, hours = week.split(" | ")
    expected = [
        ["LMXJVSD".index(day), f"{part[:2]}:00", f"{part[3:]}:00", BOTH]
        for day in days.split()
        for part in hours.split()
    ]
    assert value("availability", text) == {"week": expected}


def test_a_stretch_may_be_for_one_way_to_meet() -> None:
    line = "martes de 2 a 5 presencial y jueves de 8 a 10 en línea"
    assert value("availability", line) == {
        "week": [[1, "14:00", "17:00", "on_site"], [3, "08:00", "10:00", "remote"]]
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("de 8 a 12", "availability_days"),
        ("lunes y jueves despues d las 3", "availability_one_hour"),
        ("lunes hasta las 12", "availability_one_hour"),
        ("lunes a viernes a partir de las 8", "availability_one_hour"),
        ("lunes", "availability_hours"),
        ("lunes de 8 a 12 y martes", "availability_hours"),
        ("lunes de 8 a 12 y de 11 a 1", "availability_overlapping"),
        ("lunes de 5 p. m. a 8 a. m.", "availability_backwards"),
        ("lunes de 25 a 30", "availability"),
        ("cuando se pueda", "availability"),
        ("no puedo", "availability_off"),
        ("no puedo el 3 y el 4", "availability_off"),
        ("no atiendo los sábados", "availability_every_week"),
        ("no puedo el 31 de noviembre", "date_impossible"),
        ("no puedo el 3 de marzo de 2025", "availability_past"),
        ("no puedo el 3 de marzo de 2040", "availability_far"),
        ("", "empty"),
        ("lunes " * 200, "too_long"),
    ],
)
def test_what_cannot_be_kept_is_told(text: str, why: str) -> None:
    assert wrong("availability", text) == why


@pytest.mark.parametrize(
    ("text", "first", "last", "hours"),
    [
        ("no puedo del 3 al 7", "2026-12-03", "2026-12-07", None),
        ("el 24 tampoco", "2026-11-24", "2026-11-24", None),
        ("no atiendo del 3 al 7 de enero", "2027-01-03", "2027-01-07", None),
        ("el 24 de diciembre no atiendo", "2026-12-24", "2026-12-24", None),
        ("vacaciones del 20 de diciembre al 3 de enero", "2026-12-20", "2027-01-03", None),
        ("del 28 al 3 no puedo", "2026-11-28", "2026-12-03", None),
        ("no puedo mañana", "2026-11-24", "2026-11-24", None),
        ("no puedo la otra semana", "2026-11-30", "2026-12-06", None),
        ("esta semana no doy citas", "2026-11-23", "2026-11-29", None),
        ("el viernes de 2 a 4 no puedo", "2026-11-27", "2026-11-27", ("14:00", "16:00")),
        ("del 24 de dic al 2 de enero no atiendo", "2026-12-24", "2027-01-02", None),
        ("no puedo el 8", "2026-12-08", "2026-12-08", None),
        ("el viernes no atiendo", "2026-11-27", "2026-11-27", None),
        ("no puedo mañana en la tarde", "2026-11-24", "2026-11-24", ("12:00", "20:00")),
    ],
)
def test_days_that_are_closed(text: str, first: str, last: str, hours: Any) -> None:
    starts, ends = hours or (None, None)
    expected = {"first": first, "last": last, "opened": False, "starts": starts, "ends": ends}
    assert value("availability", text) == {**expected, "mode": BOTH}


def test_a_day_that_is_opened_although_the_week_says_otherwise() -> None:
    line = "sí atiendo el sábado 5 de diciembre de 8 a 12 en línea"
    assert shown("availability", line) == (
        "Sí atiendo el sábado 5 de diciembre de 2026, de 8:00 a. m. a 12:00 m. a distancia"
    )


@pytest.mark.parametrize(
    ("text", "day", "starts", "ends"),
    [
        ("los martes tambien d 9 a 11", 1, "09:00", "11:00"),
        ("agregame el sabado de 8 a 11", 5, "08:00", "11:00"),
        ("tambien los viernes en la tarde", 4, "13:00", "17:00"),
    ],
)
def test_hours_may_come_to_the_week_that_there_is(
    text: str, day: int, starts: str, ends: str
) -> None:
    kept = value("availability", text)
    assert kept == {"week": [[day, starts, ends, BOTH]], "add": True}
    assert "además de lo que ya tenés" in shown("availability", text)
    checked = slot("availability").check(kept, TODAY)
    assert isinstance(checked, Value) and checked.value == kept


def test_hours_that_touch_are_one_stretch() -> None:
    now = (Hours(0, time(8), time(10)), Hours(0, time(14), time(16), "remote"))
    more = (Hours(0, time(10), time(12)), Hours(1, time(8), time(9)))
    assert added(now, more) == (Hours(0, time(8), time(12)), now[1], more[1])


@pytest.mark.parametrize(
    ("text", "of_time"),
    [
        ("los martes cuando se pueda", True),
        ("hasta navidad", True),
        ("¿qué días son feriado?", False),
        ("que pasa el 24 de diciembre", False),
        ("necesito un permiso", False),
    ],
)
def test_a_line_about_time_is_no_question(text: str, of_time: bool) -> None:
    assert is_of_time(text) is of_time


# -- what is read back -----------------------------------------------------------------------------


@st.composite
def _weeks(draw: st.DrawFn) -> tuple[Hours, ...]:
    found: list[Hours] = []
    for day in sorted(draw(st.sets(st.integers(0, 6), min_size=1))):
        pairs = draw(st.integers(1, 3))
        minutes = st.integers(0, 24 * 60 - 1)
        marks = sorted(draw(st.sets(minutes, min_size=2 * pairs, max_size=2 * pairs)))
        for starts, ends in zip(marks[::2], marks[1::2], strict=True):
            found.append(Hours(day, _clock(starts), _clock(ends), draw(WAYS)))
    return tuple(found)


@st.composite
def _days(draw: st.DrawFn) -> DaysOff:
    first = TODAY + timedelta(days=draw(st.integers(0, 600)))
    last = first + timedelta(days=draw(st.sampled_from((0, 0, 1, 4, 40))))
    opened = draw(st.booleans())
    if draw(st.booleans()):
        return DaysOff(first, last, opened)
    starts, ends = sorted(draw(st.sets(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2)))
    mode = draw(WAYS) if opened else BOTH
    return DaysOff(first, last, opened, _clock(starts), _clock(ends), mode)


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, 60))


@given(_weeks())
def test_a_week_that_is_shown_is_read_back_the_same(week: tuple[Hours, ...]) -> None:
    assert read_week(shown_week(week)) == week


@given(_days())
def test_days_that_are_shown_are_read_back_the_same(days: DaysOff) -> None:
    assert read_days_off(shown_days_off(days), TODAY) == days


@given(_weeks())
def test_a_kept_week_is_the_week_that_was_said(week: tuple[Hours, ...]) -> None:
    answer = slot("availability").check(
        {"week": [[one.weekday, f"{one.starts}", f"{one.ends}", one.mode] for one in week]}, TODAY
    )
    assert isinstance(answer, Value) and isinstance(answer.value, dict)
    assert week_of(answer.value) == week
    if len(answer.shown) <= 600:
        assert read("availability", answer.shown) == answer


@given(_days())
def test_kept_days_are_the_days_that_were_said(days: DaysOff) -> None:
    answer = read("availability", shown_days_off(days))
    assert isinstance(answer, Value) and isinstance(answer.value, dict)
    assert days_of(answer.value) == days


def test_a_day_said_yesterday_is_past_today() -> None:
    kept = value("availability", "no puedo mañana")
    checked = slot("availability").check(kept, date(2026, 11, 26))
    assert not isinstance(checked, Value)
