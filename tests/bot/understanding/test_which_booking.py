"""Which of their bookings a sentence speaks of."""

from datetime import date, time

import pytest

from bot.understanding.which_booking import Named, moment_in, number_in

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("cancelar la cita 12.", 12),
        ("quiero cambiar la cita #12", 12),
        ("cancelá la cita número 12, por favor", 12),
        ("la cita n.º 12", 12),
        ("cita no. 12", 12),
        ("la número 12", 12),
        ("12", 12),
        ("#12, porfa", 12),
        ("cancelar mi cita del 25 de noviembre", None),
        ("cancelar la cita 25 de noviembre", None),
        ("cancelar la cita 25/11", None),
        ("la cita de las 9", None),
        ("la cita 9 am", None),
        ("la cita 9:30", None),
        ("pasala para el 27", None),
        ("no puedo, somos 3", None),
    ],
)
def test_a_number_counts_only_where_it_is_called_one(said: str, number: int | None) -> None:
    assert number_in(said) == number


@pytest.mark.parametrize(
    ("said", "day", "hour"),
    [
        ("cancelá mi cita del 25 de noviembre", 25, None),
        ("cancelar la del 25, ya no puedo", 25, None),
        ("la de las 9", None, 9),
        ("la cita del jueves a las 9 de la mañana", 26, 9),
        ("mi cita de mañana", 24, None),
        ("cambiá mi cita del 25 al 27", 25, None),
        ("mover mi cita de las 9 a las 11", None, 9),
    ],
)
def test_a_day_and_an_hour_tell_which_one(said: str, day: int | None, hour: int | None) -> None:
    assert moment_in(said, MONDAY) == Named(
        None if day is None else date(2026, 11, day), None if hour is None else time(hour)
    )


@pytest.mark.parametrize(
    "said",
    ["cambiar mi cita para el 27", "mi cita a las 11 mejor", "la cita del consultor", "cancelar"],
)
def test_where_a_booking_is_to_go_tells_not_which_one_it_is(said: str) -> None:
    assert moment_in(said, MONDAY) is None
