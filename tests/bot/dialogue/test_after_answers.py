"""What follows an answer: whether it was of use, the rest of it, and what can be done next."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions.answers.service import CREDIT_TOPICS, Answer, Suggestion
from actions.guides.service import is_offered
from actions.messages.content import Attachment, Button
from bot import flows, inbound
from bot.acting import look_up
from bot.dialogue.conversation import Context, Conversation, Do, Done, Heard, Say
from bot.dialogue.engine import step
from bot.dialogue.questions import means
from bot.dialogue.results import FEEDBACK, LONGEST_QUESTION, MOST_NEXT
from bot.understanding.by_form import by_form
from bot.understanding.understood import Message, Understood
from knowledge.guides import guides
from knowledge.library import Library
from tests.bot.dialogue.talk import ANSWERS, BEGIN, START, Talk, flows_of

ASKED = "¿qué es la DBO?"
CONTEXT = Context(START, flows_of())
"""Of the tasks that articles lead to, its flows do "reporte" and "cita" only."""
FRESH = Conversation(welcomed=True)
READ = (Suggestion("a", "¿Es A?"), Suggestion("b", "¿Es B?"))
ANSWER = Answer("answered", "permiso", ("permiso",), "Sí.", suggestions=READ)
MORE = Button("Ver más", means("show_article", article="permiso", rest=True))
GUIDE = Button("Guía en PDF", means("show_guide", guide="guia-lacteos"))
A = Button("¿Es A?", means("show_article", article="a"))
B = Button("¿Es B?", means("show_article", article="b"))


def _after(
    action: str, result: Any, args: Mapping[str, Any], before: Conversation = FRESH
) -> tuple[Conversation, list[Say]]:
    """What is said when an action gave that result."""
    conversation, effects = step(before, Done(Do(action, args), result), CONTEXT)
    return conversation, [one for one in effects if isinstance(one, Say)]


def _buttons(answer: Answer) -> tuple[Button, ...]:
    return _after("answer", answer, {"question": ASKED})[1][0].buttons


# -- whether it was of use -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "useful", "told"),
    [
        ("sí", True, "utter_rated_useful"),
        ("no", False, "utter_rated_useless"),
        ("«👍 Sí»", True, "utter_rated_useful"),
        ("«👎 No»", False, "utter_rated_useless"),
    ],
)
def test_an_answer_is_rated_by_word_or_button(said: str, useful: bool, told: str) -> None:
    talk = Talk().does(ASKED)
    assert talk.said == ["utter_answer", "utter_feedback"]
    talk.does(said)
    rating = {"useful": useful, "article": "permiso", "question": ASKED}
    assert talk.runs("rate") == [Do("rate", rating)]
    assert talk.said == [told]


def test_a_word_rates_where_no_buttons_are_shown() -> None:
    talk = Talk().does(ASKED)
    # As WhatsApp asks: without buttons.
    talk.conversation = talk.conversation.with_menu(())
    assert talk.does("no").runs("rate")[0].args["useful"] is False
    assert talk.conversation.question is None


def test_an_old_button_rates_the_answer_that_it_stood_under() -> None:
    later, _ = _after("answer", replace(ANSWER, articles=("a",)), {"question": "¿y otra?"})
    pressed = Understood("rate", "button", entities={"useful": False, "article": "permiso"})
    _, effects = step(later, Heard(pressed), CONTEXT)
    rating = {"useful": False, "article": "permiso", "question": None}
    assert effects == [Do("rate", rating)]
    # The answer read last has still to be rated.
    after, _ = _after("rate", None, rating, later)
    assert after.question == "¿y otra?"


def test_one_answer_is_rated_by_word_once() -> None:
    talk = Talk().does(ASKED, "sí", "sí", "no")
    assert len(talk.runs("rate")) == 1
    assert talk.said == ["utter_deny"]


@pytest.mark.parametrize("word", ["sí", "no"])
def test_without_an_answer_before_it_a_word_is_no_rating(word: str) -> None:
    assert not Talk().does(word).runs("rate")
    # Nor after something was offered or withheld: there is nothing to rate.
    assert not Talk().does(ASKED, "¿cuál es la norma?", word).runs("rate")
    assert not Talk().does(ASKED, "la luna", word).runs("rate")


@pytest.mark.parametrize("word", ["sí", "no"])
@pytest.mark.parametrize("answered", range(len(ANSWERS) + 1))
def test_with_a_task_open_a_word_is_no_rating(word: str, answered: int) -> None:
    talk = Talk().does(ASKED, BEGIN, *ANSWERS[:answered])
    assert not talk.does(word).runs("rate")


@pytest.mark.parametrize("word", ["sí", "no"])
@pytest.mark.parametrize("answered", range(len(ANSWERS) + 1))
def test_an_answer_within_a_task_is_not_asked_about_nor_rated(word: str, answered: int) -> None:
    talk = Talk().does(BEGIN, *ANSWERS[:answered], ASKED)
    if talk.said == ["utter_answer_or_else"]:
        # Where any text is an answer, the person is asked back.
        talk.presses("Es una pregunta")
    assert "utter_answer" in talk.said
    assert "utter_feedback" not in talk.said
    assert not talk.does(word).runs("rate")


# -- the rest of it --------------------------------------------------------------------------------


def test_a_long_answer_has_its_rest_behind_the_first_button() -> None:
    assert _buttons(replace(ANSWER, has_more=True)) == (MORE, A, B)
    assert MORE not in _buttons(ANSWER)


def test_the_button_asks_for_the_rest() -> None:
    pressed = Understood("show_article", "button", entities={"article": "permiso", "rest": True})
    _, effects = step(FRESH, Heard(pressed), CONTEXT)
    assert effects == [Do("show_article", {"article": "permiso", "rest": True})]


def test_after_the_rest_the_answer_can_still_be_rated() -> None:
    answered, _ = _after("answer", replace(ANSWER, has_more=True), {"question": ASKED})
    rest = {"article": "permiso", "rest": True}
    read, said = _after("show_article", ANSWER, rest, answered)
    # It was asked already.
    assert FEEDBACK not in [one.response for one in said]
    assert read.question == ASKED
    # The rest of another one, by an old button, is no answer to that question.
    other, _ = _after(
        "show_article", replace(ANSWER, articles=("b",)), {"article": "b", "rest": True}, answered
    )
    assert (other.article, other.question) == ("b", None)


def test_an_article_behind_a_button_answers_no_question() -> None:
    answered, _ = _after("answer", ANSWER, {"question": ASKED})
    read, said = _after(
        "show_article", replace(ANSWER, articles=("a",)), {"article": "a"}, answered
    )
    assert FEEDBACK not in [one.response for one in said]
    assert (read.article, read.question) == ("a", None)


# -- what can be done next -------------------------------------------------------------------------


def test_tasks_are_offered_only_where_a_flow_does_them() -> None:
    report = Button("Mandar un informe", "/task_report")
    assert _buttons(replace(ANSWER, tasks=("reporte",))) == (A, report, B)
    assert _buttons(replace(ANSWER, tasks=("escaneo",))) == (A, B)
    # The one that cannot be done takes no place.
    assert _buttons(replace(ANSWER, tasks=("escaneo", "reporte"))) == (A, report, B)
    assert _buttons(replace(ANSWER, tasks=("escaneo",), guide="guia-lacteos")) == (A, GUIDE, B)


def test_what_can_be_done_has_a_place_beside_what_can_be_read() -> None:
    whole = replace(ANSWER, has_more=True, tasks=("reporte", "cita"), guide="guia-lacteos")
    buttons = _buttons(whole)
    assert buttons == (MORE, A, Button("Mandar un informe", "/task_report"))
    assert len(buttons) == MOST_NEXT


def test_the_second_question_comes_before_what_else_can_be_read() -> None:
    second = replace(ANSWER, also=Suggestion("c", "¿Es C?"))
    also = Button("¿Es C?", means("show_article", article="c"))
    _, said = _after("answer", second, {"question": ASKED})
    assert said[0].buttons == (also, A, B)
    assert [one.response for one in said[1:]] == ["utter_also_asked", FEEDBACK]
    assert _buttons(replace(second, has_more=True)) == (MORE, also, A)
    report = Button("Mandar un informe", "/task_report")
    assert _buttons(replace(second, has_more=True, tasks=("reporte",))) == (MORE, also, report)


def test_a_second_question_that_was_to_be_read_next_stands_there_once() -> None:
    assert _buttons(replace(ANSWER, also=READ[1])) == (B, A)


def test_every_button_under_an_answer_leads_to_an_article_a_guide_or_a_task() -> None:
    context = Context(START, flows.load(Path(flows.__file__).parent))
    library = Library.load(START.date())
    seen: set[str] = set()
    for article in library.articles:
        means = f'/show_article{{"article": "{article}"}}'
        pressed = by_form(Message(inbound.BUTTON, "", means), (), None)
        assert pressed is not None
        _, effects = step(FRESH, Heard(pressed), context)
        (do,) = (one for one in effects if isinstance(one, Do))
        _, effects = step(FRESH, Done(do, look_up(library, do)), context)
        (said,) = (one for one in effects if isinstance(one, Say))
        lent = library.articles[article].topic in CREDIT_TOPICS
        unsure = "utter_answer_credit" if lent else "utter_answer_recalled"
        assert said.response in ("utter_answer", unsure)
        for button in said.buttons:
            led = by_form(Message(inbound.BUTTON, "", button.means), (), None)
            assert led is not None
            seen.add(led.intent)
            if led.intent == "show_guide":
                guide = guides().get(str(led.entities["guide"]))
                assert guide is not None and is_offered(library, guide)
            elif led.intent == "show_article":
                assert led.entities["article"] in library.articles
            else:
                assert context.flows.triggered_by(led.intent) is not None
        guide = guides().for_article(article)
        titles = [button.title for button in said.buttons]
        # Tasks that no flow does yet take no place.
        assert guide is None or "Guía en PDF" in titles
    assert seen == {"show_article", "show_guide", "task_book"}


# -- telling when there is an answer ---------------------------------------------------------------


def test_who_found_no_answer_can_ask_to_be_told() -> None:
    withheld = Answer("abstained", None, (), suggestions=READ, logged=17)
    tell = Button("Avisame cuando sepás", means("want_answer", question=17))
    assert tell in _buttons(withheld)
    assert tell in _buttons(replace(withheld, suggestions=()))
    assert [one.title for one in _buttons(replace(withheld, logged=None))] == [
        *("¿Es A?", "¿Es B?", "Hablar con alguien"),
    ]


def test_the_wish_to_be_told_is_confirmed_or_answered_at_once() -> None:
    args = {"question": 17}
    assert _after("want_answer", "noted", args)[1] == [Say("utter_will_tell")]
    assert _after("want_answer", None, args)[1] == [Say("utter_stale_button")]
    read, said = _after("want_answer", ANSWER, args)
    assert [one.response for one in said] == ["utter_answer"]
    # The number of the question is nothing that a person asked.
    assert (read.article, read.question) == ("permiso", None)


# -- guides ----------------------------------------------------------------------------------------


def test_one_guide_comes_as_a_file() -> None:
    file = Attachment("guia-lacteos.pdf", "https://example.org/g.pdf", "application/pdf")
    _, said = _after("show_guide", ("Guía de lácteos", "tecnologia", file), {"text": "guía"})
    assert said == [Say("utter_guide", {"title": "Guía de lácteos"}, files=(file,))]


def test_of_several_guides_the_person_chooses() -> None:
    several = [("guia-lacteos", "Guía de lácteos"), ("guia-cafe", "Guía de café")]
    _, (said,) = _after("show_guide", several, {"text": "guía de café y lácteos"})
    assert said.response == "utter_which_guide"
    assert said.buttons == (
        Button("Guía de lácteos", means("show_guide", guide="guia-lacteos")),
        Button("Guía de café", means("show_guide", guide="guia-cafe")),
        Button("Ver los temas", "/help"),
    )


def test_that_there_is_no_such_guide_is_said() -> None:
    _, said = _after("show_guide", [], {"text": "guía de la luna"})
    assert said == [Say("utter_no_guide", buttons=(Button("Ver los temas", "/help"),))]


# -- what is kept ----------------------------------------------------------------------------------


def test_the_question_outlives_the_turn() -> None:
    conversation, _ = _after("answer", ANSWER, {"question": ASKED})
    assert conversation.question == ASKED
    stored = json.loads(json.dumps(conversation.as_json()))
    assert Conversation.from_json(stored) == conversation
    assert "question" not in replace(conversation, question=None).as_json()
    assert Conversation.from_json({}).question is None


def test_of_a_long_question_the_beginning_is_kept() -> None:
    conversation, _ = _after("answer", ANSWER, {"question": "x" * 4_000})
    assert conversation.question == "x" * LONGEST_QUESTION
