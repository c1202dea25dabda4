"""Slots: a day, or a day with its time. Seen from Monday, 23 November 2026."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.calendar_words import shown_date
from bot.slots.dates import EL_SALVADOR
from bot.slots.protocol import Choose, Value, Wrong
from tests.bot.slots.answering import TODAY, offered, read, shown, slot, value, wrong

PAST = {"type": "date", "prefer": "past"}
FUTURE = {"type": "date", "prefer": "future"}
DAYS = st.dates(date(1980, 1, 1), date(2079, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoy", "2026-11-23"),
        ("hoy mismo", "2026-11-23"),
        ("hoy lunes", "2026-11-23"),
        ("mañana", "2026-11-24"),
        ("maniana", "2026-11-24"),
        ("mañana por favor", "2026-11-24"),
        ("mañana martes", "2026-11-24"),
        ("pasado mañana", "2026-11-25"),
        ("ayer", "2026-11-22"),
        ("antier", "2026-11-21"),
        ("anteayer", "2026-11-21"),
        ("ante ayer", "2026-11-21"),
        ("antes de ayer", "2026-11-21"),
        ("ayer en la tarde", "2026-11-22"),
        ("mañana por la mañana", "2026-11-24"),
        ("hace unos 3 días", "2026-11-20"),
        ("creo que fue el 15/3/2026", "2026-03-15"),
        ("2026/03/15", "2026-03-15"),
        ("jueves que viene", "2026-11-26"),
        ("el próximo jueves", "2026-11-26"),
        ("este jueves", "2026-11-26"),
        ("el jueves pasado", "2026-11-19"),
        ("lunes que viene", "2026-11-30"),
        ("el lunes de la otra semana", "2026-11-30"),
        ("jueves de esta semana", "2026-11-26"),
        ("15/3/2026", "2026-03-15"),
        ("15/03/26", "2026-03-15"),
        ("15-3-26", "2026-03-15"),
        ("15.3.2026", "2026-03-15"),
        ("15 / 3 / 2026", "2026-03-15"),
        ("15 3 2026", "2026-03-15"),
        ("2026-03-15", "2026-03-15"),
        ("3/4/2026", "2026-04-03"),
        ("15 de marzo de 2026", "2026-03-15"),
        ("15 de marzo del 2026", "2026-03-15"),
        ("15 de marzo del año 2026", "2026-03-15"),
        ("15 de marzo de este año", "2026-03-15"),
        ("15 de enero del próximo año", "2027-01-15"),
        ("15 de enero del año que viene", "2027-01-15"),
        ("15 de enero del año pasado", "2025-01-15"),
        ("15 marzo 26", "2026-03-15"),
        ("quince de marzo de 2026", "2026-03-15"),
        ("1ro de mayo de 2026", "2026-05-01"),
        ("1° de mayo 2026", "2026-05-01"),
        ("primero de mayo de 2026", "2026-05-01"),
        ("15 de marso de 2026", "2026-03-15"),
        ("15 de setiembre de 2026", "2026-09-15"),
        ("marzo 15 2026", "2026-03-15"),
        ("jueves 26 de noviembre", "2026-11-26"),
        ("martes 24", "2026-11-24"),
        ("29/2/2028", "2028-02-29"),
        ("31 de diciembre de 1985", "1985-12-31"),
        ("31/12/85", "1985-12-31"),
        ("hace 3 dias", "2026-11-20"),
        ("hace una semana", "2026-11-16"),
        ("en 15 días", "2026-12-08"),
        ("dentro de un mes", "2026-12-23"),
        ("en dos semanas", "2026-12-07"),
        ("de hoy en ocho", "2026-11-30"),
        ("de mañana en quince", "2026-12-08"),
        ("el 15 de este mes", "2026-11-15"),
        ("15 del otro mes", "2026-12-15"),
        ("el 15 del mes pasado", "2026-10-15"),
        ("fin de mes", "2026-11-30"),
        ("a fin de mes", "2026-11-30"),
        ("fin de marzo del próximo año", "2027-03-31"),
        ("finales de febrero de 2028", "2028-02-29"),
    ],
)
def test_a_day_is_read_as_it_is_said(text: str, day: str) -> None:
    for declared in ("date", PAST, FUTURE):
        assert value(declared, text) == day


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("15/3", "2026-03-15", "2027-03-15"),
        ("15 de marzo", "2026-03-15", "2027-03-15"),
        ("15 mar", "2026-03-15", "2027-03-15"),
        ("15 de diciembre", "2025-12-15", "2026-12-15"),
        ("29/2", "2024-02-29", "2028-02-29"),
        ("el jueves", "2026-11-19", "2026-11-26"),
        ("juebes", "2026-11-19", "2026-11-26"),
        ("savado", "2026-11-21", "2026-11-28"),
        ("el 15", "2026-11-15", "2026-12-15"),
        ("el quince", "2026-11-15", "2026-12-15"),
        ("el día 30", "2026-10-30", "2026-11-30"),
        ("el 31", "2026-10-31", "2026-12-31"),
        ("fines de marzo", "2026-03-31", "2027-03-31"),
    ],
)
def test_a_day_without_its_year_is_the_nearest_on_the_side_asked_for(
    text: str, past: str, future: str
) -> None:
    assert value(PAST, text) == past
    assert value(FUTURE, text) == future
    answer = read("date", text)
    assert isinstance(answer, Choose)
    assert [option.value for option in answer.options] == [past, future]


def test_the_days_to_choose_from_fit_a_button() -> None:
    assert offered("date", "15/3") == ["dom 15 mar 2026", "lun 15 mar 2027"]
    assert offered("date", "el otro jueves") == ["jue 26 nov 2026", "jue 3 dic 2026"]
    assert offered(FUTURE, "lunes") == ["lun 23 nov 2026", "lun 30 nov 2026"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/2", "date_impossible"),
        ("31/2/2026", "date_impossible"),
        ("30 de febrero", "date_impossible"),
        ("29/2/2027", "date_impossible"),
        ("31 de abril", "date_impossible"),
        ("15/13", "date_impossible"),
        ("3/15", "date_impossible"),
        ("0/5", "date_impossible"),
        ("el 32", "date_impossible"),
        ("15/3/1899", "date_impossible"),
        ("15/3/9999", "date_impossible"),
        ("viernes 26 de noviembre de 2026", "date_weekday"),
        ("viernes 26/11/2026", "date_weekday"),
        ("mañana jueves", "date_weekday"),
        ("marzo", "date"),
        ("la próxima semana", "date"),
        ("no sé", "date"),
        ("150326", "date"),
        ("15/3 o 16/3", "date"),
        ("1/2/3/4", "date"),
        ("entre el 5 y el 10", "date"),
        ("cuando pueda", "date"),
        ("١٥/٣", "date"),
        ("", "empty"),
    ],
)
def test_a_day_that_is_none_is_not_guessed(text: str, why: str) -> None:
    assert wrong("date", text) == why


def test_limits_may_be_fixed_or_counted_from_today() -> None:
    declared: dict[str, Any] = {"type": "date", "minimum": "today-1y", "maximum": "today"}
    assert value(declared, "15/3") == "2026-03-15"
    assert value(declared, "15 de diciembre") == "2025-12-15"
    assert read(declared, "mañana") == Wrong(
        "utter_wrong_date_too_late", {"maximum": "lunes 23 de noviembre de 2026"}
    )
    assert read(declared, "22/11/2025") == Wrong(
        "utter_wrong_date_too_early", {"minimum": "domingo 23 de noviembre de 2025"}
    )
    assert value(declared, "23/11/2025") == "2025-11-23"
    fixed = {"type": "date", "minimum": date(2026, 1, 1)}
    assert wrong(fixed, "31/12/2025") == "date_too_early"


def test_a_kept_day_is_held_against_the_limits_of_the_day() -> None:
    future = slot({"type": "date", "minimum": "today"})
    assert isinstance(future.check("2026-11-23", TODAY), Value)
    assert isinstance(future.check("2026-11-23", TODAY + timedelta(days=1)), Wrong)
    stale: tuple[Any, ...] = ("2026-02-30", "mañana", None, 5, True, [], {})
    for stored in stale:
        assert future.check(stored, TODAY) == Wrong("utter_wrong_stale")


@given(DAYS)
def test_a_day_read_back_is_the_same_day(day: date) -> None:
    forms = (
        shown_date(day),
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%y}",
        f"{day:%d.%m.%Y}",
    )
    for written in forms:
        assert value("date", written) == day.isoformat()
    assert shown("date", forms[0]) == forms[0]


@given(DAYS, st.sampled_from(["el lunes", "viernes", "15/3", "el 31", "29/2", "fin de mayo"]))
def test_the_side_asked_for_is_held_on_any_day(today: date, text: str) -> None:
    past, future = read(PAST, text, today), read(FUTURE, text, today)
    for answer, is_past in ((past, True), (future, False)):
        if isinstance(answer, Value):
            day = date.fromisoformat(str(answer.value))
            assert day <= today if is_past else day >= today
        else:
            assert isinstance(answer, Choose)


# -- a day with its time -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("el jueves a las 3", "2026-11-26T15:00"),
        ("el jueves a las 3 porfa", "2026-11-26T15:00"),
        ("el juebes alas 3", "2026-11-26T15:00"),
        ("a las 3 el jueves", "2026-11-26T15:00"),
        ("jueves 3pm", "2026-11-26T15:00"),
        ("3 pm jueves", "2026-11-26T15:00"),
        ("jueves a las 3 de la tarde", "2026-11-26T15:00"),
        ("jueves a las tres de la tarde", "2026-11-26T15:00"),
        ("jueves 3 p.m.", "2026-11-26T15:00"),
        ("jueves 15:00", "2026-11-26T15:00"),
        ("jueves a las 15h", "2026-11-26T15:00"),
        ("jueves a las 3:30", "2026-11-26T15:30"),
        ("jueves a las 3 y media", "2026-11-26T15:30"),
        ("jueves a las tres y cuarto", "2026-11-26T15:15"),
        ("jueves 26 de noviembre de 2026, 3:00 p. m.", "2026-11-26T15:00"),
        ("mañana 10 am", "2026-11-24T10:00"),
        ("mañana 10am", "2026-11-24T10:00"),
        ("mañana 10:30", "2026-11-24T10:30"),
        ("mañana a las 10", "2026-11-24T10:00"),
        ("mañana a las 10 de la mañana", "2026-11-24T10:00"),
        ("mañana en la mañana a las 9", "2026-11-24T09:00"),
        ("mañana por la tarde a las 3", "2026-11-24T15:00"),
        ("mañana a las 3 menos cuarto", "2026-11-24T14:45"),
        ("cuarto para las 3 mañana", "2026-11-24T14:45"),
        ("pasado mañana a las 9 am", "2026-11-25T09:00"),
        ("15/3 a las 2 de la tarde", "2027-03-15T14:00"),
        ("15/3 2pm", "2027-03-15T14:00"),
        ("15 de marzo a las 2", "2027-03-15T14:00"),
        ("hoy al mediodía", "2026-11-23T12:00"),
        ("jueves 12 md", "2026-11-26T12:00"),
        ("jueves a las 12 m.", "2026-11-26T12:00"),
        ("jueves 12:00 m.d.", "2026-11-26T12:00"),
        ("hoy a las 12", "2026-11-23T12:00"),
        ("hoy a las 9am en punto", "2026-11-23T09:00"),
        ("hoy a las 9 en punto", "2026-11-23T09:00"),
        ("viernes a las 7", "2026-11-27T07:00"),
        ("viernes 7pm", "2026-11-27T19:00"),
        ("viernes a las 7 de la noche", "2026-11-27T19:00"),
    ],
)
def test_a_day_and_a_time_are_read_with_office_hours(text: str, moment: str) -> None:
    assert value("date_time", text) == f"{moment}-06:00"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a las 3", Wrong("utter_wrong_day_missing", {"time": "3:00 p. m."})),
        ("10 am", Wrong("utter_wrong_day_missing", {"time": "10:00 a. m."})),
        ("al mediodía", Wrong("utter_wrong_day_missing", {"time": "12:00 m."})),
        ("jueves", Wrong("utter_wrong_time_missing", {"day": "jueves 26 de noviembre de 2026"})),
        ("mañana en la mañana",
         Wrong("utter_wrong_time_missing", {"day": "martes 24 de noviembre de 2026"})),
        ("martes a las 25", Wrong("utter_wrong_time")),
        ("martes a las 12 de la noche", Wrong("utter_wrong_time")),
        ("martes a las 10 de la noche a. m.", Wrong("utter_wrong_date_time")),
        ("jueves a las 3:75", Wrong("utter_wrong_date_time")),
        ("martes a las 3 o a las 4", Wrong("utter_wrong_date_time")),
        ("jueves de 2 a 4", Wrong("utter_wrong_date_time")),
        ("mañana temprano", Wrong("utter_wrong_date_time")),
        ("cuando usted pueda", Wrong("utter_wrong_date_time")),
        ("31/2 a las 3", Wrong("utter_wrong_date_impossible")),
        ("viernes 26 de noviembre a las 3", Wrong("utter_wrong_date_weekday")),
    ],
)  # fmt: skip
def test_the_half_that_is_missing_is_asked_for(text: str, answer: Wrong) -> None:
    assert read("date_time", text) == answer


def test_office_hours_are_held() -> None:
    office = {"type": "date_time", "opens": "08:00", "closes": "16:00"}
    hours = {"opens": "8:00 a. m.", "closes": "4:00 p. m."}
    for text in ("mañana a las 7", "mañana a las 5", "mañana 4:01 pm", "mañana a las 23:00"):
        assert read(office, text) == Wrong("utter_wrong_time_closed", hours)
    assert value(office, "mañana a las 8") == "2026-11-24T08:00-06:00"
    assert value(office, "mañana a las 4") == "2026-11-24T16:00-06:00"


def test_the_weekday_of_today_is_asked_about() -> None:
    assert offered("date_time", "lunes 8am") == ["lun 23 nov 2026", "lun 30 nov 2026"]


@given(DAYS, st.times())
def test_a_moment_read_back_is_the_same_moment(day: date, at: time) -> None:
    moment = datetime.combine(day, at.replace(second=0, microsecond=0, fold=0), EL_SALVADOR)
    kept = moment.isoformat(timespec="minutes")
    checked = slot("date_time").check(kept, TODAY)
    assert isinstance(checked, Value)
    assert read("date_time", checked.shown) == checked
    assert checked.value == kept


def test_a_kept_moment_is_told_in_the_time_of_the_country() -> None:
    assert slot("date_time").check("2026-11-26T21:00+00:00", TODAY) == Value(
        "2026-11-26T15:00-06:00", "jueves 26 de noviembre de 2026, 3:00 p. m."
    )
    for stored in ("2026-11-26T15:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", 7, None):
        assert slot("date_time").check(stored, TODAY) == Wrong("utter_wrong_stale")
