"""The engine: (conversation, event) -> (conversation', effects). It does nothing itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from actions.answers.service import Answer, Suggestion
from actions.messages.content import Button
from bot.dialogue.conversation import (
    Conversation,
    Do,
    Done,
    Effect,
    Event,
    Heard,
    Note,
    Say,
)
from bot.understanding.understand import Understood

Step = tuple[Conversation, list[Effect]]

MAX_STEPS: Final = 25
"""Events in one turn; more would mean that the engine and an action answer each other forever."""

GREETING_TOPIC: Final = "saludo"
HUMAN_TOPIC: Final = "persona"
ELSEWHERE_TOPIC: Final = "fuera_de_tema"

_SPOKEN: Final = {
    "thank": ("utter_thank", Note("smalltalk", GREETING_TOPIC)),
    "goodbye": ("utter_goodbye", Note("smalltalk", GREETING_TOPIC)),
    "bot_identity": ("utter_bot_identity", Note("smalltalk", "institucion")),
    "affirm": ("utter_affirm", Note("smalltalk", GREETING_TOPIC)),
    "deny": ("utter_deny", Note("smalltalk", GREETING_TOPIC)),
    "help": ("utter_help", Note("smalltalk", GREETING_TOPIC)),
    "out_of_scope": ("utter_out_of_scope", Note("out_of_scope", ELSEWHERE_TOPIC)),
    "stale_button": ("utter_stale_button", Note("clarify")),
    "unknown_number": ("utter_unknown_number", Note("clarify")),
    "unknown_command": ("utter_unknown_command", Note("clarify")),
    "empty": ("utter_empty", Note("clarify")),
    "no_words": ("utter_no_words", Note("clarify")),
    "too_long": ("utter_too_long", Note("clarify")),
}
"""Intents that only need words."""

_DONE_BY: Final = {
    "human": "open_case",
    "stop_messages": "stop_messages",
    "start_messages": "start_messages",
}
"""Intents that need an action without arguments."""


def step(conversation: Conversation, event: Event) -> Step:
    """What follows from an event. The same conversation and event always give the same result."""
    if isinstance(event, Heard):
        return _heard(conversation, event.understood)
    after, effects = _AFTER[event.action](conversation, event)
    return after, effects


def _heard(conversation: Conversation, understood: Understood) -> Step:
    intent = understood.intent
    first = not conversation.welcomed
    conversation = replace(conversation, welcomed=True, turns=conversation.turns + 1)
    effects: list[Effect] = []
    if understood.with_attachment:
        effects.append(Say("utter_attachment_ignored"))
    if intent in ("start", "greet"):
        name = "utter_welcome" if first or intent == "start" else "utter_greet"
        return conversation, [*effects, Say(name), Note("smalltalk", GREETING_TOPIC)]
    if first and intent != "bot_identity":
        effects.insert(0, Say("utter_intro"))
    if intent in _SPOKEN:
        name, note = _SPOKEN[intent]
        return conversation, [*effects, Say(name), note]
    if intent.startswith("unreadable_"):
        return conversation, [*effects, Say(f"utter_{intent}"), Note("clarify")]
    if intent in _DONE_BY:
        return conversation, [*effects, Do(_DONE_BY[intent])]
    if intent == "show_article":
        return conversation, [*effects, Do("show_article", dict(understood.entities))]
    if intent == "show_topic":
        return conversation, [*effects, Do("list_topic", dict(understood.entities))]
    return conversation, [*effects, Do("answer", {"question": understood.text})]


def _answered(conversation: Conversation, done: Done) -> Step:
    answer: Answer | None = done.result
    if answer is None:
        return conversation, [Say("utter_stale_button"), Note("clarify")]
    note = Note(answer.outcome, answer.topic, answer)
    buttons = tuple(_article_button(one) for one in answer.suggestions)
    if answer.outcome == "answered":
        name = "utter_answer_recalled" if answer.to_confirm else "utter_answer"
        params = {"answer": answer.text, "sources": answer.sources}
        after = replace(conversation, article=answer.articles[0])
        return after, [Say(name, params, buttons), note]
    if answer.outcome == "clarify":
        return conversation, [Say("utter_clarify", buttons=(*buttons, HUMAN_BUTTON)), note]
    if not buttons:
        return conversation, [Say("utter_abstain_empty"), note]
    return conversation, [Say("utter_abstain", buttons=(*buttons, HUMAN_BUTTON)), note]


def _topic_listed(conversation: Conversation, done: Done) -> Step:
    listed: tuple[str, str, tuple[Suggestion, ...]] | None = done.result
    if listed is None:
        return conversation, [Say("utter_stale_button"), Note("clarify")]
    word, title, suggestions = listed
    buttons = tuple(_article_button(one) for one in suggestions)
    return conversation, [
        Say("utter_topic", {"topic": title}, (*buttons, TOPICS_BUTTON)),
        Note("clarify", word),
    ]


def _case_opened(conversation: Conversation, done: Done) -> Step:
    return conversation, [
        Say("utter_human", {"number": str(done.result)}),
        Note("person", HUMAN_TOPIC),
    ]


def _said_after(name: str) -> Callable[[Conversation, Done], Step]:
    def said(conversation: Conversation, _done: Done) -> Step:
        return conversation, [Say(name), Note("task", "anuncios")]

    return said


_AFTER: Final[dict[str, Callable[[Conversation, Done], Step]]] = {
    "answer": _answered,
    "show_article": _answered,
    "list_topic": _topic_listed,
    "open_case": _case_opened,
    "stop_messages": _said_after("utter_stop"),
    "start_messages": _said_after("utter_start"),
}

HUMAN_BUTTON: Final = Button("Hablar con alguien", "/human")
TOPICS_BUTTON: Final = Button("Ver los temas", "/help")


def _article_button(suggestion: Suggestion) -> Button:
    return Button(suggestion.title, f'/show_article{{"article": "{suggestion.article}"}}')


def run(conversation: Conversation, understood: Understood) -> "Turning":
    """A turn to be driven by whoever can run actions: see :class:`Turning`."""
    return Turning(conversation, Heard(understood))


class Turning:
    """A turn under way: hands out the next action and takes its result, until there is none."""

    def __init__(self, conversation: Conversation, event: Event) -> None:
        self.conversation = conversation
        self.said: list[Say] = []
        self.note = Note("abstained")
        self._waiting: list[Do] = []
        self._steps = 0
        self._take(event)

    def _take(self, event: Event) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise RuntimeError(f"a turn took more than {MAX_STEPS} steps")
        self.conversation, effects = step(self.conversation, event)
        for effect in effects:
            if isinstance(effect, Say):
                self.said.append(effect)
            elif isinstance(effect, Note):
                self.note = effect
            else:
                self._waiting.append(effect)

    def next_action(self) -> Do | None:
        """The action to run now; None when the engine waits for the person."""
        return self._waiting[0] if self._waiting else None

    def done(self, result: Any) -> None:
        """Feeds back the result of the action handed out last."""
        action = self._waiting.pop(0)
        self._take(Done(action.action, result))
