"""One answer to one declared slot, on a day that stands still."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot import responses
from bot.slots.protocol import Choose, Sent, SlotType, Stored, Value, Wrong
from bot.slots.types import slot_type

TODAY = date(2026, 11, 23)
"""A Monday."""

FOLDER = Path(responses.__file__).parent
CATALOGUE = responses.load(FOLDER)

Declared = str | Mapping[str, Any]


def slot(declared: Declared) -> SlotType:
    """The slot type of a mapping, or of the bare name of a type that needs nothing more."""
    return slot_type({"type": declared} if isinstance(declared, str) else declared)


def read(declared: Declared, text: str, today: date = TODAY) -> Value | Wrong | Choose:
    """What the slot makes of a text. Whatever it is, it can be said to the person."""
    answer = slot(declared).read(Sent(text), today)
    if isinstance(answer, Wrong):
        assert set(answer.params) == CATALOGUE.fields(answer.response), answer
        assert CATALOGUE.say(answer.response, answer.params).text
    return answer


def value(declared: Declared, text: str, today: date = TODAY) -> Stored:
    """The value of an answer that is understood."""
    answer = read(declared, text, today)
    assert isinstance(answer, Value), f"{text!r}: {answer}"
    return answer.value


def shown(declared: Declared, text: str, today: date = TODAY) -> str:
    """How an answer that is understood is read back."""
    answer = read(declared, text, today)
    assert isinstance(answer, Value), f"{text!r}: {answer}"
    return answer.shown


def wrong(declared: Declared, text: str, today: date = TODAY) -> str:
    """What is wrong with an answer: the response's name without ``utter_wrong_``."""
    answer = read(declared, text, today)
    assert isinstance(answer, Wrong), f"{text!r}: {answer}"
    return answer.response.removeprefix("utter_wrong_")


def offered(declared: Declared, text: str, today: date = TODAY) -> list[str]:
    """The titles between which the person is asked to choose."""
    answer = read(declared, text, today)
    assert isinstance(answer, Choose), f"{text!r}: {answer}"
    return [option.title for option in answer.options]
