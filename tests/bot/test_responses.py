"""The responses file: of the form that is read, filled in safely, and fit for each channel."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers.service import Answer
from actions.messages.content import Button
from bot import flows, responses
from bot.channels import templates, text, whatsapp
from bot.channels.protocol import Reply, numbered
from bot.channels.whatsapp import MAX_BUTTONS, QUICK_REPLY_BODY_LIMIT, TEXT_LIMIT
from bot.dialogue import engine
from bot.dialogue.conversation import Context, Conversation, Do, Done, Say
from bot.flows.model import Slot, Summary
from bot.responses import Catalogue, InvalidResponses

FOLDER = Path(responses.__file__).parent
CATALOGUE = responses.load(FOLDER)
LONGEST_QUICK_REPLY_TITLE = 20


def _load(folder: Path, written: str) -> Catalogue:
    path = folder / "responses.yml"
    path.write_text(written, encoding="utf-8")
    return responses.load(folder)


def _said(name: str, turn: int, channel: str = "") -> Reply:
    params = dict.fromkeys(CATALOGUE.fields(name), "valor")
    return CATALOGUE.say(name, params, turn=turn, channel=channel)


# -- reading ---------------------------------------------------------------------------------------


def test_a_response_is_read_with_its_variations_fields_and_buttons(tmp_path: Path) -> None:
    catalogue = _load(
        tmp_path,
        """
        responses:
          utter_a:
            - text: "¡Hola {name}! Llevás {count}."
              buttons: [{title: "Ver", payload: /help}]
            - text: "Buenas, {name}."
        """,
    )
    assert catalogue.names() == {"utter_a"}
    assert catalogue.fields("utter_a") == {"name", "count"}
    params = {"name": "Ana", "count": "2"}
    more = Button("Otro", "/human")
    assert catalogue.say("utter_a", params, (more,), turn=0) == Reply(
        "¡Hola Ana! Llevás 2.", (more, Button("Ver", "/help"))
    )
    assert catalogue.say("utter_a", params, turn=1) == Reply("Buenas, Ana.")
    assert catalogue.say("utter_a", params, turn=2) == catalogue.say("utter_a", params)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        "responses:",
        "responses: [utter_a]",
        "responses: {greet: [{text: Hola}]}",
        "responses: {utter_a: []}",
        "responses: {utter_a: Hola}",
        "responses: {utter_a: [Hola]}",
        "responses: {utter_a: [{buttons: []}]}",
        "responses: {utter_a: [{text: 5}]}",
        "responses: {utter_a: [{text: Hola, buttons: [{title: Ver}]}]}",
        "responses: {utter_a: [{text: Hola, buttons: [{payload: /help}]}]}",
        "responses: {utter_a: [{text: Hola, buttons: [Ver]}]}",
        "responses: {utter_a: [{text: Hola, buttons: Ver}]}",
        "responses: {utter_a: [{text: Hola, buttons: [{title: 1, payload: /help}]}]}",
        'responses: {utter_a: [{text: "Hola {name"}]}',
        'responses: {utter_a: [{text: "Hola {}"}]}',
        'responses: {utter_a: [{text: "Hola {0}"}]}',
        "responses: {1: [{text: Hola}]}",
        "responses: {utter_a: [{text: Hola}]",
    ],
)
def test_a_mistake_in_the_file_is_told_on_loading(tmp_path: Path, written: str) -> None:
    with pytest.raises(InvalidResponses, match=r"responses\.yml"):
        _load(tmp_path, written)


# -- filling in ------------------------------------------------------------------------------------


@given(st.text(max_size=30))
def test_a_value_is_only_words(value: str) -> None:
    shown = CATALOGUE.say("utter_answer", {"answer": value, "sources": "{answer}"}).text
    assert shown == f"{value.replace('**', '*')}\n\n{{answer}}"


def test_a_value_that_is_missing_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        CATALOGUE.say("utter_answer", {"answer": "Sí."})
    with pytest.raises(KeyError):
        CATALOGUE.say("utter_never_written", {})


# -- our own file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CATALOGUE.names()))
def test_each_response_fits_one_message_of_every_channel(name: str) -> None:
    for turn in range(4):
        reply = _said(name, turn)
        assert reply.text.strip() == reply.text
        # Answers bring a text of their own; everything else is short enough for a phone.
        assert text.length(numbered(reply)) <= QUICK_REPLY_BODY_LIMIT < TEXT_LIMIT
        titles = [button.title for button in reply.buttons]
        assert len(set(titles)) == len(titles)
        assert all(title.strip() == title and title for title in titles)
        if len(titles) <= MAX_BUTTONS:
            assert all(len(title) <= LONGEST_QUICK_REPLY_TITLE for title in titles)


@pytest.mark.parametrize("name", sorted(CATALOGUE.names()))
def test_the_marks_of_a_response_are_whole(name: str) -> None:
    for turn in range(4):
        words = _said(name, turn).text
        assert "*" not in text.plain(words)
        assert "{" not in words


def test_an_hour_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    for end in ("las 3:30 p. m.", "las 12:00 m.", "Río Limpio, S.A. de C.V.", "tu DUI."):
        said = CATALOGUE.say("utter_book_refused", {"refusal": f"Con {end}. Y ya..."})
        assert said.text == f"Con {end} Y ya..."


def test_fixed_buttons_are_real_ones_on_whatsapp() -> None:
    declared = {one.buttons for one in templates.declared() if one.buttons}
    used = {
        titles
        for name in CATALOGUE.names()
        for turn in range(4)
        if 0 < len(titles := _titles(_said(name, turn, whatsapp.NAME))) <= MAX_BUTTONS
    }
    empty = engine.step(Conversation(welcomed=True), _NOTHING_FOUND, _CONTEXT)[1]
    (said,) = (one for one in empty if isinstance(one, Say))
    used.add(_titles(CATALOGUE.say(said.response, {}, said.buttons, channel=whatsapp.NAME)))
    missing = used - declared
    assert not missing, f"these need a template: {missing}"
    assert declared <= used | _of_tasks()


_CONTEXT = Context(datetime(2026, 11, 23, tzinfo=UTC), flows.load(Path(flows.__file__).parent))
_NOTHING_FOUND = Done(Do("answer", {"question": "¿?"}), Answer("abstained", None, (), logged=7))


def _titles(reply: Reply) -> tuple[str, ...]:
    return tuple(button.title for button in reply.buttons)


def _of_tasks() -> set[tuple[str, ...]]:
    """The titles that questions, summaries and tasks put aside show of their own."""
    product = flows.load(Path(flows.__file__).parent)
    of_slots = {
        tuple(option.title for option in slot.type.options)
        for slot in product.slots.values()
        if isinstance(slot, Slot) and slot.type is not None
    }
    summaries = {
        (slot.confirm, "Cambiar algo", "Cancelar")
        for slot in product.slots.values()
        if isinstance(slot, Summary)
    }
    back = ("Es mi respuesta", "Es una pregunta"), ("Es mi respuesta", "Es otra cosa")
    sure = ("Sí, cancelar", "No, seguir"), ("Sí, volver atrás", "No, seguir")
    left = ("Seguir donde iba",), ("Seguir donde iba", "Empezar de nuevo")
    return {*of_slots, *summaries, *back, *sure, *left}
