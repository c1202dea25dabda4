"""The engine is pure: driven here with every input and every result of its actions."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers.service import Answer, Citation, Suggestion
from actions.messages.content import Button
from bot import flows, inbound, responses
from bot.acting import ACTIONS, look_up
from bot.channels.protocol import Reply
from bot.dialogue import acts, engine
from bot.dialogue.conversation import Context, Conversation, Do, Done, Heard, Result, Say
from bot.dialogue.turning import Turning, run
from bot.flows.model import Action, Summary
from bot.turn import spoken as _spoken
from bot.understanding.by_form import by_form
from bot.understanding.by_nlu import by_nlu
from bot.understanding.understood import KNOWN, Message, Understood
from bot.understanding.words import COMMANDS
from knowledge.library import Library
from knowledge.topics import TOPICS
from nlu.client import Parsed

CATALOGUE = responses.load(Path(responses.__file__).parent)
FLOWS = flows.load(Path(flows.__file__).parent)
CONTEXT = Context(datetime(2026, 11, 23, 9, tzinfo=UTC), FLOWS)
CASE = {"number": "1234", "promise": "Pronto."}
TOLD = Result(says=(Say("utter_agenda_no_day"),))
WANTED = {"what": "avisos", "again": [("training", "Sí quiero capacitaciones")]}
OUTCOMES = {"answered", "clarify", "abstained", "smalltalk", "out_of_scope", "person", "task"}
ARTICLE = '/show_article{"article": "permiso-quien-lo-necesita"}'
MENU = (
    Button("¿Ocupo permiso?", ARTICLE),
    Button("Ahorrar luz o agua", '/show_topic{"topic": "energia"}'),
    Button("Ver los temas", "/help"),
    Button("Hablar con alguien", "/human"),
)
NEW, KNOWN_ALREADY = Conversation(), Conversation(welcomed=True, turns=4)
SUGGESTIONS = (Suggestion("aguas-al-rio", "¿Puedo tirar al río?"), Suggestion("b", "¿Y luego?"))
ANSWER = Answer(
    outcome="answered",
    topic="permiso",
    articles=("permiso-quien-lo-necesita",),
    text="Sí, si tu taller...",
    citations=(Citation("f1", "Ley del Medio Ambiente", "art. 19", "seen"),),
    suggestions=SUGGESTIONS,
)


def _drive(
    conversation: Conversation, understood: Understood, result_of: Callable[[Do], Any]
) -> Turning:
    turning = run(conversation, understood, CONTEXT)
    while (do := turning.next_action()) is not None:
        turning.done(result_of(do))
    return turning


def _names(turning: Turning) -> list[str]:
    return [say.response for say in turning.said]


def _gives(result: Any) -> Callable[[Do], Any]:
    """The results of any action; ``result`` is that of looking something up."""
    others = {"open_case": CASE, "stop_messages": WANTED, "start_messages": WANTED}
    others |= {"data_held": {"held": "nada"}, "erase_data": {"kept": ""}}

    def gives(do: Do) -> Any:
        if do.action in acts.DIRECT:
            return TOLD
        return others.get(do.action, result if do.step is None else {})

    return gives


def spoken(turning: Turning) -> Reply:
    return _spoken(CATALOGUE, turning, "")


# -- any input -------------------------------------------------------------------------------------

_suggestions = st.lists(
    st.builds(Suggestion, st.from_regex(r"[a-z-]{1,20}", fullmatch=True), st.text(max_size=20)),
    max_size=3,
).map(tuple)
_answers = st.one_of(
    st.builds(
        replace,
        st.just(ANSWER),
        text=st.text(max_size=40).map("Sí. {}".format),
        suggestions=_suggestions,
        to_confirm=st.booleans(),
        citations=st.sampled_from([(), ANSWER.citations]),
    ),
    st.builds(
        Answer,
        outcome=st.sampled_from(["clarify", "abstained"]),
        topic=st.sampled_from([None, "permiso"]),
        articles=st.just(()),
        suggestions=_suggestions,
    ),
)
_results: dict[str, st.SearchStrategy[Any]] = {
    # What a step of a flow finds out is the flow's matter: here it finds out nothing.
    **dict.fromkeys(ACTIONS, st.just({})),
    **dict.fromkeys(acts.DIRECT, st.just(TOLD)),
    "answer": _answers,
    "show_article": st.one_of(st.none(), _answers),
    "list_topic": st.one_of(
        st.none(), st.tuples(st.just("permiso"), st.just("Permiso ambiental"), _suggestions)
    ),
    "show_task": _answers,
    "open_case": st.just(CASE),
    "stop_messages": st.just(WANTED),
    "start_messages": st.just({"what": "avisos"}),
    "data_held": st.just({"held": "nada"}),
    "release": st.none(),
}
_texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["hola", "gracias", "1", "9", "alto", "alta", "/start", "/x", "👍", "", "..."]),
)


@st.composite
def _understood(draw: st.DrawFn) -> Understood:
    """What understanding makes of any message."""
    text, attached = draw(_texts), draw(st.booleans())
    means = draw(st.sampled_from([None, *(button.means for button in MENU)]))
    message = Message(draw(st.sampled_from(sorted(inbound.KINDS))), text, means, attached)
    understood = by_form(message, MENU, None)
    if understood is not None:
        return understood
    intent = draw(st.one_of(st.sampled_from(sorted(KNOWN)), st.text(max_size=8)))
    parsed = draw(st.sampled_from([None, Parsed(intent, draw(st.floats(0, 1)))]))
    return by_nlu(message, parsed, None, answerable=draw(st.booleans()))


_conversations = st.builds(
    Conversation,
    welcomed=st.booleans(),
    turns=st.integers(0, 1_000),
    menu=st.just(MENU),
    article=st.sampled_from([None, "permiso-quien-lo-necesita"]),
)


@given(_conversations, _understood(), st.data())
def test_any_input_is_answered_with_words_of_the_catalogue(
    conversation: Conversation, understood: Understood, data: st.DataObject
) -> None:
    turning = _drive(conversation, understood, lambda do: data.draw(_results[do.action]))
    assert turning.said
    for say in turning.said:
        assert say.response in CATALOGUE.names()
        assert CATALOGUE.fields(say.response) <= set(say.params)
    reply = spoken(turning)
    assert reply.text.strip()
    assert len({button.means for button in reply.buttons}) == len(reply.buttons)
    assert turning.note.outcome in OUTCOMES
    assert turning.conversation.welcomed
    assert turning.conversation.turns == conversation.turns + 1
    assert Conversation.from_json(turning.conversation.as_json()) == turning.conversation


@given(_conversations, _understood(), st.data())
def test_the_same_event_always_gives_the_same_effects(
    conversation: Conversation, understood: Understood, data: st.DataObject
) -> None:
    heard = Heard(understood)
    after, effects = engine.step(conversation, heard, CONTEXT)
    assert engine.step(conversation, heard, CONTEXT) == (after, effects)
    for do in (one for one in effects if isinstance(one, Do)):
        done = Done(do, data.draw(_results[do.action]))
        assert engine.step(after, done, CONTEXT) == engine.step(after, done, CONTEXT)


# -- what it says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conversation", "intent", "said"),
    [
        (NEW, "greet", ["utter_welcome"]),
        (KNOWN_ALREADY, "greet", ["utter_greet"]),
        (KNOWN_ALREADY, "start", ["utter_welcome"]),
        (NEW, "help", ["utter_intro", "utter_help"]),
        (KNOWN_ALREADY, "help", ["utter_help"]),
        (NEW, "bot_identity", ["utter_bot_identity"]),
        (NEW, "human", ["utter_intro", "utter_human"]),
        (KNOWN_ALREADY, "stop_messages", ["utter_stop"]),
        (KNOWN_ALREADY, "start_messages", ["utter_start"]),
        (NEW, "unreadable_voice", ["utter_intro", "utter_unreadable_voice"]),
        (KNOWN_ALREADY, "out_of_scope", ["utter_out_of_scope"]),
    ],
)
def test_who_is_new_is_told_who_speaks(
    conversation: Conversation, intent: str, said: list[str]
) -> None:
    assert _names(_drive(conversation, Understood(intent, "nlu"), _gives(ANSWER))) == said


@pytest.mark.parametrize(
    ("answer", "said", "titles"),
    [
        (ANSWER, ["utter_answer", "utter_feedback"], ["¿Puedo tirar al río?", "¿Y luego?"]),
        (
            replace(ANSWER, to_confirm=True, suggestions=()),
            ["utter_answer_recalled", "utter_feedback"],
            [],
        ),
        (
            replace(ANSWER, to_confirm=True, suggestions=(), topic="credito"),
            ["utter_answer_credit", "utter_feedback"],
            [],
        ),
        (
            replace(ANSWER, outcome="clarify"),
            ["utter_clarify"],
            ["¿Puedo tirar al río?", "¿Y luego?", "Hablar con alguien"],
        ),
        (
            replace(ANSWER, outcome="abstained"),
            ["utter_abstain"],
            ["¿Puedo tirar al río?", "¿Y luego?", "Hablar con alguien"],
        ),
        (
            replace(ANSWER, outcome="abstained", logged=5),
            ["utter_abstain"],
            ["¿Puedo tirar al río?", "¿Y luego?", "Avisame cuando sepás", "Hablar con alguien"],
        ),
        (replace(ANSWER, outcome="abstained", suggestions=()), ["utter_abstain_empty"], []),
        (
            replace(ANSWER, outcome="abstained", suggestions=(), logged=5),
            ["utter_abstain_empty"],
            ["Avisame cuando sepás"],
        ),
    ],
)
def test_a_question_is_answered_offered_or_honestly_left(
    answer: Answer, said: list[str], titles: list[str]
) -> None:
    question = Understood("ask_question", "nlu", text="¿ocupo permiso?")
    asked: list[Do] = []

    def answered(do: Do) -> Answer:
        asked.append(do)
        return answer

    before = replace(KNOWN_ALREADY, article="residuos-separar")
    turning = _drive(before, question, answered)
    # A question that goes on needs what was read last.
    assert asked == [Do("answer", {"question": "¿ocupo permiso?", "after": "residuos-separar"})]
    assert _names(turning) == said
    assert [button.title for button in turning.said[0].buttons] == titles
    assert (turning.note.outcome, turning.note.answer) == (answer.outcome, answer)


def test_an_answer_shows_its_source_and_is_remembered() -> None:
    turning = _drive(KNOWN_ALREADY, Understood("ask_question", "nlu", text="¿?"), _gives(ANSWER))
    assert spoken(turning).text == (
        "Sí, si tu taller...\n\nFuente: Ley del Medio Ambiente, art. 19.\n\n¿Te sirvió?"
    )
    assert turning.conversation.article == "permiso-quien-lo-necesita"


def test_a_file_that_came_along_is_mentioned_once_before_the_answer() -> None:
    question = Understood("ask_question", "nlu", text="¿y esto?", with_attachment=True)
    assert _names(_drive(NEW, question, _gives(ANSWER))) == [
        "utter_intro",
        "utter_attachment_ignored",
        "utter_answer",
        "utter_feedback",
    ]


@pytest.mark.parametrize("intent", ["show_article", "show_topic"])
def test_what_is_served_no_more_is_told_so(intent: str) -> None:
    pressed = Understood(intent, "button", entities={"article": "gone", "topic": "gone"})
    assert _names(_drive(KNOWN_ALREADY, pressed, _gives(None))) == ["utter_stale_button"]


def test_a_topic_lists_its_articles() -> None:
    pressed = Understood("show_topic", "button", entities={"topic": "permiso"})
    listed = ("permiso", "Permiso ambiental", SUGGESTIONS)
    turning = _drive(KNOWN_ALREADY, pressed, _gives(listed))
    (say,) = turning.said
    assert say == Say(
        "utter_topic",
        {"topic": "Permiso ambiental"},
        (
            Button("¿Puedo tirar al río?", '/show_article{"article": "aguas-al-rio"}'),
            Button("¿Y luego?", '/show_article{"article": "b"}'),
            Button("Ver los temas", "/help"),
        ),
    )


def test_a_case_is_told_by_its_number() -> None:
    turning = _drive(KNOWN_ALREADY, Understood("human", "word"), _gives(None))
    assert "**1234**" in spoken(turning).text
    assert turning.note.outcome == "person"


def test_variations_take_turns() -> None:
    said = set()
    conversation = KNOWN_ALREADY
    for _ in range(4):
        turning = _drive(conversation, Understood("thank", "word"), _gives(None))
        said.add(spoken(turning).text)
        conversation = turning.conversation
    assert len(said) == 2


# -- catalogue and buttons -------------------------------------------------------------------------


def test_every_response_of_the_catalogue_is_said_by_something() -> None:
    forms = {"stale_button", "unknown_number", "unknown_command", "empty", "no_words", "too_long"}
    unreadable = {f"unreadable_{one}" for one in inbound.KINDS - {inbound.TEXT, inbound.BUTTON}}
    intents = KNOWN | set(COMMANDS.values()) | forms | unreadable | {"show_article", "show_topic"}
    answers = [
        ANSWER,
        replace(ANSWER, to_confirm=True),
        replace(ANSWER, outcome="clarify"),
        replace(ANSWER, outcome="abstained"),
        replace(ANSWER, outcome="abstained", suggestions=()),
    ]
    said: set[str] = set()
    for intent in intents:
        understood = Understood(intent, "nlu", text="¿?", with_attachment=True)
        for conversation in (NEW, KNOWN_ALREADY):
            topic = ("permiso", "Permiso ambiental", SUGGESTIONS)
            for result in [topic, None] if intent == "show_topic" else answers:
                said.update(_names(_drive(conversation, understood, _gives(result))))
    in_code = {
        name
        for room in ("bot", "api")
        for path in (Path(responses.__file__).parents[2] / room).rglob("*.py")
        for name in re.findall(r'"(utter_[a-z_]*[a-z])"', path.read_text(encoding="utf-8"))
    }
    in_flows = {
        name
        for slot in FLOWS.slots.values()
        for name in ((slot.ask,) if isinstance(slot, Summary) else (slot.ask, slot.why))
    }
    in_flows |= {
        step.name
        for flow in FLOWS.flows.values()
        for step in flow.all_steps()
        if isinstance(step, Action)
    }
    assert CATALOGUE.names() <= said | in_code | in_flows
    assert said | in_code <= CATALOGUE.names()


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(datetime.now(UTC).date())


def _fixed_buttons() -> list[Button]:
    buttons = {engine.HUMAN_BUTTON, engine.TOPICS_BUTTON}
    # That one's button gets its article in bot.answer_ready.
    for name in CATALOGUE.names() - {"utter_answer_ready"}:
        params = dict.fromkeys(CATALOGUE.fields(name), "x")
        for turn in range(4):
            buttons.update(CATALOGUE.say(name, params, turn=turn).buttons)
    return sorted(buttons, key=lambda button: button.means)


@pytest.mark.parametrize("button", _fixed_buttons(), ids=lambda button: button.means)
def test_every_fixed_button_leads_somewhere(button: Button, library: Library) -> None:
    pressed = by_form(Message(inbound.BUTTON, "", button.means), (), None)
    assert pressed is not None
    # Its title says the same as pressing it, where buttons are shown as a menu.
    typed = by_form(Message(inbound.TEXT, button.title), (button,), None)
    assert typed is not None
    assert (typed.intent, typed.entities) == (pressed.intent, pressed.entities)

    def run(do: Do) -> Any:
        assert do.action != "answer", "a button that is understood searches nothing"
        # Counting needs a database: see test_acting.
        kept = {"open_case": CASE, "rate": None, **dict.fromkeys(acts.DIRECT, TOLD)}
        if do.step is not None:
            return {}
        return kept[do.action] if do.action in kept else look_up(library, do)

    turning = _drive(KNOWN_ALREADY, pressed, run)
    assert "utter_stale_button" not in _names(turning)
    if "topic" in pressed.entities:
        assert TOPICS.keys() >= set(str(pressed.entities["topic"]).split(","))
        # More than the way back: the topic has articles.
        assert len(turning.said[0].buttons) > 1
