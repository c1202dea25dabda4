"""What reads as a time where one is asked for, and what does not."""

from datetime import date, time

import pytest

from bot.slots.offered import Offered
from bot.slots.protocol import Choose, Sent, Value, Wrong
from bot.slots.time_wish import OTHERS, TimeWish, read_time_said

SUNDAY = date(2026, 11, 29)
MONDAY = date(2026, 11, 30)
ROWS = [
    ["lun 30 nov, 9:00 a. m.", "2026-11-30T09:00:00-06:00", "lunes 30, 9"],
    ["mar 1 dic, 8:00 a. m.", "2026-12-01T08:00:00-06:00", "martes 1, 8"],
    ["Otros días", OTHERS, "otros días", "ninguna"],
]


def _wish(text: str) -> TimeWish | None:
    read = read_time_said(text, SUNDAY)
    assert isinstance(read, Value), read
    return TimeWish.of(read.value)


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("el domingo", TimeWish(date(2026, 12, 6))),
        ("el jueves", TimeWish(date(2026, 12, 3))),
        ("sabado", TimeWish(date(2026, 12, 5))),
        ("hoy", TimeWish(SUNDAY)),
        ("ayer", TimeWish(date(2026, 11, 28))),
        ("solo puedo el jueves", TimeWish(date(2026, 12, 3))),
        ("no, el viernes", TimeWish(date(2026, 12, 4))),
        ("mañana temprano", TimeWish(MONDAY, part="manana")),
        ("mañana en la tarde", TimeWish(MONDAY, part="tarde")),
        ("el martes en la tarde", TimeWish(date(2026, 12, 1), part="tarde")),
        ("despues de almuerzo", TimeWish(part="tarde")),
        ("la otra semana", TimeWish(MONDAY, week=True)),
        ("la semana que viene", TimeWish(MONDAY, week=True)),
        ("el fin de semana", TimeWish(date(2026, 12, 5), week=True)),
        ("en enero", TimeWish(date(2027, 1, 1), week=True)),
        ("a las 10", TimeWish(at=time(10))),
        ("10", TimeWish(at=time(10))),
        ("tipo 2 de la tarde", TimeWish(at=time(14))),
    ],
)
def test_a_day_an_hour_a_part_or_a_week_is_a_wish(said: str, wish: TimeWish) -> None:
    assert _wish(said) == wish
    assert TimeWish.of(wish.written) == wish


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("el miercoles tipo 10 y media", "2026-12-02T10:30"),
        ("mier 9 de dic 10am", "2026-12-09T10:00"),
        ("a las 4 pm del martes", "2026-12-01T16:00"),
        ("el martes 9 y media", "2026-12-01T09:30"),
        ("martes 9", "2026-12-01T09:00"),
        ("esa no, mejor martes a las 9", "2026-12-01T09:00"),
        ("mejor el viernes a las 10", "2026-12-04T10:00"),
        ("mañana a las 3 de la mañana", "2026-11-30T03:00"),
        ("el miercoles a las 10:15", "2026-12-02T10:15"),
        ("25 de diciembre 9am", "2026-12-25T09:00"),
    ],
)
def test_a_day_with_its_hour_is_a_moment(said: str, moment: str) -> None:
    assert read_time_said(said, SUNDAY) == Value(f"{moment}-06:00", _shown(said))


def _shown(said: str) -> str:
    read = read_time_said(said, SUNDAY)
    assert isinstance(read, Value)
    return read.shown


@pytest.mark.parametrize("said", ["no puedo el jueves", "el jueves no", "el lunes no puedo"])
def test_a_day_that_cannot_be_asks_for_others(said: str) -> None:
    read = read_time_said(said, SUNDAY)
    assert isinstance(read, Value)
    assert read.value == OTHERS


@pytest.mark.parametrize(
    "said",
    [
        "revisar la trampa de grasa",
        "para q es?",
        "para mañana el permiso",
        "me quedo sin agua los lunes",
        "no sé",
        "sí",
        "el martes a las 25",
        "",
    ],
)
def test_what_says_more_than_a_time_is_none(said: str) -> None:
    assert read_time_said(said, SUNDAY) is None


def test_of_two_thursdays_one_is_chosen() -> None:
    read = read_time_said("el otro jueves", SUNDAY)
    assert isinstance(read, Choose)
    assert [one.title for one in read.options] == ["jue 3 dic", "jue 10 dic"]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1", ROWS[0][1]),
        ("la segunda", ROWS[1][1]),
        ("a las 8", ROWS[1][1]),
        ("mar 1 dic, 8:00 a. m.", ROWS[1][1]),
        ("ninguna", OTHERS),
        ("el martes", TimeWish(date(2026, 12, 1)).written),
        ("a las 10", TimeWish(at=time(10)).written),
        ("el martes a las 11", "2026-12-01T11:00-06:00"),
    ],
)
def test_beside_offered_times_a_wish_is_an_answer(said: str, value: str) -> None:
    slot = Offered("openings", times=True, wishes=True).of(ROWS)
    read = slot.read(Sent(said), SUNDAY)
    assert isinstance(read, Value)
    assert read.value == value
    assert slot.check(read.value, SUNDAY) == Value(read.value, read.shown)


def test_where_no_wishes_are_taken_a_day_alone_is_none() -> None:
    slot = Offered("openings", times=True).of(ROWS)
    assert isinstance(slot.read(Sent("el jueves"), SUNDAY), Wrong)
    assert isinstance(slot.check(TimeWish(MONDAY).written, SUNDAY), Wrong)


def test_what_has_no_button_is_understood_all_the_same() -> None:
    slot = Offered("kinds", times=False).of([["Agua", "w", "Agua"], ["", "n", "Ruido", "bulla"]])
    assert [one.title for one in slot.options] == ["Agua"]
    assert slot.read(Sent("bulla"), SUNDAY) == Value("n", "Ruido")
    assert slot.check("n", SUNDAY) == Value("n", "Ruido")
    assert isinstance(slot.read(Sent("2"), SUNDAY), Value | Wrong)
