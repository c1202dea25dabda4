"""The way to meet, said while something else is asked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from bot import flows, inbound
from bot.understanding.meeting_way import changed_way
from bot.understanding.understood import ANSWER, Message, Open

MONDAY = date(2026, 11, 23)
SLOTS = flows.load(Path(flows.__file__).parent).slots
SETTLED: Mapping[str, str] = {"como se ven": "meeting_mode"}


def way(said: str, asked: str = "booking_right", labels: Mapping[str, str] = SETTLED) -> str | None:
    """The way that a message changes to; None where it does not."""
    message = Message(inbound.TEXT, said)
    understood = changed_way(message, Open(SLOTS[asked], MONDAY, labels), 7)
    if understood is None:
        return None
    assert understood.intent == ANSWER
    assert (understood.entities["task"], understood.entities["slot"]) == (7, "meeting_mode")
    return str(understood.entities["value"])


@pytest.mark.parametrize("asked", ["booking_right", "opening"])
def test_another_way_is_named_at_the_summary_and_at_the_times(asked: str) -> None:
    assert way("mejor por llamada", asked) == "remote"
    assert way("¿puede ser por videollamada?", asked) == "remote"
    assert way("no, mejor que venga", asked) == "on_site"


@pytest.mark.parametrize(
    "said",
    [
        "sí",
        "quiero hablar con una persona por llamada",
        "¿cuánto cuesta la visita en persona?",
        "por llamada o que venga, como sea",
    ],
)
def test_what_names_no_other_way_is_left_to_others(said: str) -> None:
    assert way(said) is None


def test_where_it_cannot_be_corrected_or_is_being_asked_nothing_is_changed() -> None:
    assert way("mejor por llamada", labels={"consultor": "consultant"}) is None
    assert way("mejor por llamada", "meeting_mode") is None
    assert way("la visita en persona del otro dia", "purpose") is None
