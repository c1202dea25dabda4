"""The day or week that a sentence names in passing. Seen from Monday, 23 November 2026."""

from datetime import date

import pytest

from bot.slots.day_mention import day_in, week_in
from tests.bot.slots.answering import TODAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("q citas tengo el martes", date(2026, 11, 24)),
        ("qué tengo mañana", date(2026, 11, 24)),
        ("no puedo ir el 4 de diciembre", date(2026, 12, 4)),
        ("tengo algo el 11?", date(2026, 12, 11)),
        ("tengo q cancelar la cita 39", None),
        ("cancelar la cita 5", None),
        ("mis citas", None),
    ],
)
def test_a_day_is_found(text: str, day: date | None) -> None:
    assert day_in(text, TODAY) == day


def test_a_week_goes_from_today_or_from_monday_on() -> None:
    assert week_in("citas de la semana", TODAY) == (TODAY, date(2026, 11, 29))
    assert week_in("la otra semana", TODAY) == (date(2026, 11, 30), date(2026, 12, 6))
    assert week_in("mis citas", TODAY) is None
