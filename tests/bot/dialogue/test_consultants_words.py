"""A day or an hour that is written where one is asked for begins no consultant's schedule."""

from pathlib import Path
from typing import Final

import pytest

from bot import flows
from bot.dialogue import engine
from bot.dialogue.conversation import Context, Conversation, Do, Heard, Say, Task
from bot.slots.protocol import Wrong
from bot.understanding.understood import Understood
from tests.bot.dialogue.talk import START

CONTEXT: Final = Context(START, flows.load(Path(flows.__file__).parent), {"consent_given": True})
POOR: Final = Understood(
    "task_availability",
    "nlu",
    text="el martes en la tarde",
    confidence=0.99,
    reading=Wrong("utter_wrong_time"),
)


def _asked(flow: str) -> Conversation:
    task = Task(flow, 1, int(START.timestamp()))
    return Conversation(welcomed=True, tasks=(task,), under_way=(1,), begun=1)


def _tasks(conversation: Conversation) -> list[str]:
    return [one.flow for one in conversation.tasks]


@pytest.mark.parametrize("flow", ["book", "change_booking", "cancel_booking", "propose_time"])
def test_a_poor_hour_is_told_so(flow: str) -> None:
    conversation, effects = engine.step(_asked(flow), Heard(POOR), CONTEXT)
    assert _tasks(conversation) == [flow]
    assert any(isinstance(one, Say) and one.response == "utter_wrong_time" for one in effects)


def test_a_week_that_is_told_badly_is_not_asked_for_anew_without_a_word() -> None:
    conversation, effects = engine.step(_asked("availability"), Heard(POOR), CONTEXT)
    assert conversation.begun == 1
    assert isinstance(effects[0], Say) and effects[0].response == "utter_wrong_time"


def test_elsewhere_the_schedule_begins() -> None:
    conversation, effects = engine.step(Conversation(welcomed=True), Heard(POOR), CONTEXT)
    assert _tasks(conversation) == ["availability"]
    assert any(isinstance(one, Do) and one.action == "own_time" for one in effects)
