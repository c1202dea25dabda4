"""Buttons and numbers first, then words, then Rasa weighed against the knowledge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.messages.content import Button
from bot import inbound
from bot.understanding.by_form import LONGEST_QUESTION, by_form
from bot.understanding.by_nlu import CAREFUL, SURE, SURE_BESIDE_ARTICLE, SURE_OF_TASK, by_nlu
from bot.understanding.understood import (
    ASK,
    KNOWN,
    SMALL_TALK,
    TASK_PREFIX,
    Message,
    Understood,
    read_means,
)
from nlu.client import Parsed

ARTICLE = '/show_article{"article": "permiso-quien-lo-necesita"}'
MENU = (
    Button("¿Ocupo permiso?", ARTICLE),
    Button("Ahorrar luz o agua", '/show_topic{"topic": "energia"}'),
    Button("Ver los temas", "/help"),
)


def _heard(text: str, menu: tuple[Button, ...] = MENU) -> Understood | None:
    return by_form(Message(inbound.TEXT, text), menu, None)


# -- buttons ---------------------------------------------------------------------------------------


def test_a_button_says_what_it_means() -> None:
    understood = by_form(Message(inbound.BUTTON, "¿Ocupo permiso?", ARTICLE), (), None)
    assert understood == Understood(
        "show_article", "button", entities={"article": "permiso-quien-lo-necesita"}
    )
    assert by_form(Message(inbound.BUTTON, "", "/help"), (), None) == Understood("help", "button")


def test_a_button_that_nobody_knows_any_more_is_stale() -> None:
    pressed = Message(inbound.BUTTON, "alto")
    assert by_form(pressed, MENU, None) == Understood("stale_button", "button")


def test_payloads_are_in_rasas_notation() -> None:
    assert read_means("/help") == ("help", {})
    assert read_means('/ask{"a": "¡x {y}!\\n", "b": "2"}') == ("ask", {"a": "¡x {y}!\n", "b": "2"})
    for broken in ("help", "/", "/Help", "/help{", "/help{}x", '/help{"a": }', ""):
        with pytest.raises(ValueError):
            read_means(broken)


# -- numbers and titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["2", " 2 ", "2.", "2)", "#2", "la 2", "El 2", "opción 2", "Opcion 2", "número 2", "02"]
)
def test_a_number_picks_from_the_last_menu(text: str) -> None:
    assert _heard(text) == Understood("show_topic", "number", entities={"topic": "energia"})


@pytest.mark.parametrize("text", ["0", "4", "99", "9999", "la 7"])
def test_a_number_that_was_not_offered_is_told_so(text: str) -> None:
    assert _heard(text) == Understood("unknown_number", "number")
    assert _heard("1", ()) == Understood("unknown_number", "number")


@pytest.mark.parametrize("text", ["12345", "2 quintales", "art. 2", "70001234", "1 y 2", "-1", "٢"])
def test_other_numbers_are_no_choice(text: str) -> None:
    understood = _heard(text)
    assert understood is None or understood.source != "number"


@pytest.mark.parametrize("text", ["ocupo permiso", "¿OCUPO PERMISO?", " Ocupo  permiso. "])
def test_a_title_picks_like_its_number(text: str) -> None:
    assert _heard(text) == Understood(
        "show_article", "number", entities={"article": "permiso-quien-lo-necesita"}
    )
    assert _heard(text, ()) is None


# -- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hola", "greet"),
        ("  ¡HOLA!  ", "greet"),
        ("Buenos días", "greet"),
        ("buenas", "greet"),
        ("Muchas gracias.", "thank"),
        ("salú", "goodbye"),
        ("sí", "affirm"),
        ("👍", "affirm"),
        ("👍\ufe0f", "affirm"),
        ("nel", "deny"),
        ("ALTO", "stop_messages"),
        ("Ya no me manden mensajes", "stop_messages"),
        ("alta", "start_messages"),
        ("Menú", "help"),
        ("Hablar con una persona", "human"),
        ("/start", "start"),
        ("/start@torogoz_marn_bot abc", "start"),
        ("/AYUDA", "help"),
        ("/alto", "stop_messages"),
        ("/", "unknown_command"),
        ("/algo raro", "unknown_command"),
        ("//", "unknown_command"),
    ],
)
def test_commands_and_courtesies_need_no_rasa(text: str, intent: str) -> None:
    understood = _heard(text, ())
    assert understood is not None
    assert (understood.intent, understood.source) == (intent, "word")


@pytest.mark.parametrize(
    "text",
    [
        "hola, ¿ocupo permiso?",
        "no sé qué hacer",
        "alto ahí con la basura",
        "sin permiso",
        "menu del día",
    ],
)
def test_a_word_inside_a_sentence_is_left_to_rasa(text: str) -> None:
    assert _heard(text) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("...", "no_words"),
        ("🙂🙂", "no_words"),
        ("¿?", "no_words"),
        ("a" * (LONGEST_QUESTION + 1), "too_long"),
    ],
)
def test_what_holds_no_question(text: str, intent: str) -> None:
    assert _heard(text) == Understood(intent, "kind")


def test_the_longest_question_is_still_one() -> None:
    assert _heard("a" * LONGEST_QUESTION) is None


@pytest.mark.parametrize("kind", sorted(inbound.KINDS - {inbound.TEXT, inbound.BUTTON}))
def test_what_cannot_be_read_is_told_by_its_kind(kind: str) -> None:
    unreadable = Understood(f"unreadable_{kind}", "kind")
    assert by_form(Message(kind, " "), MENU, None) == unreadable
    # With a caption the words count.
    assert by_form(Message(kind, "2"), MENU, None) == _heard("2")
    assert by_form(Message(kind, "¿y esto qué es?"), MENU, None) is None


# -- Rasa ------------------------------------------------------------------------------------------


def _by_nlu(intent: str, confidence: float, text: str, *, answerable: bool) -> str:
    parsed = Parsed(intent, confidence)
    message = Message(inbound.TEXT, text)
    return by_nlu(message, parsed, None, answerable=answerable).intent


QUESTION = "buenas tardes, una consulta sobre el permiso"


@pytest.mark.parametrize("intent", sorted(KNOWN))
def test_rasas_intent_is_taken_from_a_certain_confidence_on(intent: str) -> None:
    of_task = SURE_OF_TASK if intent.startswith(TASK_PREFIX) else 0.0
    wanted = max(SURE, of_task, CAREFUL.get(intent, 0.0))
    text = "lo del permiso"
    assert _by_nlu(intent, wanted, text, answerable=False) == intent
    assert _by_nlu(intent, wanted - 0.01, text, answerable=False) == ASK


@pytest.mark.parametrize("intent", ["affirm", "cancel", "deny", "go_back", "repeat", "resume_task"])
def test_what_short_messages_say_is_only_guessed_in_a_long_one(intent: str) -> None:
    assert _by_nlu(intent, 0.8, QUESTION, answerable=False) == ASK
    assert _by_nlu(intent, 0.9, QUESTION, answerable=False) == intent


@pytest.mark.parametrize("intent", ["nlu_fallback", "start", "show_article", "stale_button", ""])
def test_an_intent_that_is_not_rasas_to_give_is_a_question(intent: str) -> None:
    assert _by_nlu(intent, 1.0, QUESTION, answerable=False) == ASK


def test_a_question_about_the_assistant_is_one_whatever_the_articles_say() -> None:
    assert _by_nlu("bot_identity", 1.0, QUESTION, answerable=True) == "bot_identity"


@pytest.mark.parametrize("intent", sorted(SMALL_TALK - {"bot_identity"}))
def test_small_talk_around_a_question_does_not_hide_it(intent: str) -> None:
    assert _by_nlu(intent, 1.0, QUESTION, answerable=True) == ASK
    assert _by_nlu(intent, 1.0, "muy buenas tardes", answerable=True) == intent


def test_a_doubtful_refusal_gives_way_to_an_article_that_fits() -> None:
    assert _by_nlu("out_of_scope", SURE_BESIDE_ARTICLE - 0.01, QUESTION, answerable=True) == ASK
    assert _by_nlu("out_of_scope", SURE_BESIDE_ARTICLE, QUESTION, answerable=True) == "out_of_scope"
    assert (
        _by_nlu("out_of_scope", SURE_BESIDE_ARTICLE - 0.01, QUESTION, answerable=False)
        == "out_of_scope"
    )


def test_a_wish_to_stop_is_never_taken_for_a_question() -> None:
    for intent in ("stop_messages", "human", "help", "start_messages"):
        assert _by_nlu(intent, 0.9, QUESTION, answerable=True) == intent


def test_without_rasa_the_text_is_searched() -> None:
    message = Message(inbound.IMAGE, "¿ocupo permiso?", attached=True)
    understood = by_nlu(message, None, None, answerable=True)
    assert understood == Understood(
        ASK, "search", text="¿ocupo permiso?", nlu_up=False, with_attachment=True
    )


@given(
    st.sampled_from(sorted(inbound.KINDS)),
    st.one_of(st.text(max_size=30), st.text("0123456789 #./-", max_size=6)),
    st.sampled_from([None, "/help", ARTICLE]),
    st.lists(st.sampled_from(MENU), max_size=3).map(tuple),
    st.booleans(),
)
def test_anything_is_understood_or_left_to_rasa(
    kind: str, text: str, means: str | None, menu: tuple[Button, ...], attached: bool
) -> None:
    understood = by_form(Message(kind, text, means, attached), menu, None)
    if understood is None:
        assert text.strip()
        assert kind != inbound.BUTTON
    elif understood.source == "number" and understood.intent != "unknown_number":
        assert understood.intent in {read_means(button.means)[0] for button in menu}
