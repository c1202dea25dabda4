"""Whatever a person writes, presses or sends, in whatever order: an answer, and never too much."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import inbound
from bot.dialogue import tasks
from bot.dialogue.conversation import Conversation
from tests.bot.dialogue.talk import ANSWERS, BEGIN, OUTCOMES, WANTED, Talk, catalogue

MOST_STORED = 20_000
"""Characters of a stored conversation with several forms and short texts."""
WORDS = (
    *("atrás", "cancelar", "saltar", "después", "continuar", "cambiar", "no sé", "para que"),
    *("repetir", "si", "no", "hola", "gracias", "adios", "menu", "persona", "alto", "alta"),
    *("/start", "/cancelar", "/x", "...", "👍", "", " ", "1", "2", "3", "12", "0", "1.5", "1 y 2"),
    *("cambiar nombre", "cambiar plan", "quiero cambiar trabajadores", "litros", "mis datos"),
    *("¿cuál es la norma?", "¿qué es la DBO?", "la luna", "asistente", "Correo", "Pozo", "x" * 300),
    *WANTED,
    *ANSWERS,
)
_texts = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.text(max_size=12))
_moves = st.one_of(
    st.tuples(st.just("says"), _texts),
    st.tuples(st.just("says"), _texts),
    st.tuples(st.just("presses"), st.integers(0, 50)),
    st.tuples(st.just("sends"), st.sampled_from(sorted(inbound.KINDS - {inbound.BUTTON}))),
    st.tuples(st.just("passes"), st.sampled_from([1, 29, 31])),
    st.tuples(st.just("held"), st.booleans()),
    st.tuples(st.just("stale"), st.just("")),
)


def _moved(talk: Talk, kind: str, what: object) -> bool:
    """Does one thing; whether it was a message."""
    match kind, what:
        case "says", str(text):
            talk.says(inbound.clean(text))
        case "presses", int(place):
            if not talk.buttons:
                return False
            # Mostly those shown last, now and then one of long ago.
            talk.press(talk.buttons[-1 - place % len(talk.buttons)])
        case "sends", str(media):
            talk.says("", media)
        case "stale", _:
            talk.says("", inbound.BUTTON)
        case "passes", int(days):
            talk.passes(days=days)
            return False
        case _:
            talk.held = bool(what)
            return False
    return True


def _check(talk: Talk) -> None:
    """What always holds after a turn."""
    conversation = talk.conversation
    if talk.held:
        assert not talk.said or talk.said[0] in ("utter_release", "utter_stop", "utter_start")
        return
    assert talk.said
    assert talk.shown.text.strip()
    assert talk.note.outcome in OUTCOMES
    assert set(talk.said) <= catalogue().names()
    means = [button.means for button in talk.shown.buttons]
    assert len(set(means)) == len(means)
    numbers = [task.number for task in conversation.tasks]
    assert len(set(numbers)) == len(numbers) <= tasks.MOST_TASKS + 1
    assert set(conversation.under_way) <= set(numbers)
    assert all(0 < number <= conversation.begun for number in numbers)
    question = tasks.open_question(conversation, talk.context)
    name = question.slot.name if question is not None else None
    # After a link to a task that is half done, the one under way has not been asked about yet.
    assert conversation.asked == name or "utter_half_done" in talk.said
    if talk.known.get("consent_given") is None:
        assert {do.action for do in talk.ran if do.step} <= {"show_projects"}


@given(st.lists(_moves, max_size=30), st.booleans())
@settings(max_examples=150)
def test_any_sequence_is_answered(moves: list[tuple[str, object]], agreed: bool) -> None:
    talk = Talk(known={"consent_given": True} if agreed else {}, conversation=Conversation())
    for kind, what in moves:
        if _moved(talk, kind, what):
            _check(talk)
            assert len(json.dumps(talk.conversation.as_json())) < MOST_STORED


@given(st.lists(_moves, max_size=12), st.sampled_from(range(len(ANSWERS) + 1)))
@settings(max_examples=100)
def test_any_sequence_in_the_middle_of_a_form(
    moves: list[tuple[str, object]], answered: int
) -> None:
    talk = Talk().does(BEGIN, *ANSWERS[:answered])
    for kind, what in moves:
        if _moved(talk, kind, what):
            _check(talk)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_remembered_stays_small(seed: int) -> None:
    chance = random.Random(seed)
    talk = Talk(conversation=Conversation())
    for _ in range(500):
        kind = chance.choice(["says"] * 6 + ["presses"] * 3 + ["sends"])
        what: object = chance.choice(WORDS)
        if kind == "presses":
            what = int(chance.expovariate(0.2))
        if kind == "sends":
            what = chance.choice([inbound.STICKER, inbound.LOCATION, inbound.VOICE])
        if _moved(talk, kind, what):
            _check(talk)
        assert len(json.dumps(talk.conversation.as_json())) < MOST_STORED
    assert talk.conversation.turns > 400
    assert talk.runs("send_report") or talk.conversation.begun > 5
