"""The engine: (conversation, event) -> (conversation', effects). It does nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from actions.messages.content import Button
from bot.dialogue import acts, questions, tasks
from bot.dialogue.conversation import (
    Context,
    Conversation,
    Do,
    Done,
    Effect,
    Event,
    Heard,
    Note,
    Say,
)
from bot.dialogue.questions import means
from bot.dialogue.results import (
    AFTER,
    ELSEWHERE_TOPIC,
    FEEDBACK,
    GREETING_TOPIC,
    HUMAN_BUTTON,
    HUMAN_TOPIC,
    TOPICS_BUTTON,
    possible,
)
from bot.dialogue.tasks import Step
from bot.flows.model import Slot
from bot.slots.protocol import Choose, Value, Wrong
from bot.understanding.understood import ASK, TASKS, Understood

NOT_UNDERSTOOD: Final = 2
"""Messages in a row that were not understood, after which a person is told of it."""

_SPOKEN: Final = {
    "thank": ("utter_thank", Note("smalltalk", GREETING_TOPIC)),
    "goodbye": ("utter_goodbye", Note("smalltalk", GREETING_TOPIC)),
    "bot_identity": ("utter_bot_identity", Note("smalltalk", "institucion")),
    "affirm": ("utter_affirm", Note("smalltalk", GREETING_TOPIC)),
    "deny": ("utter_deny", Note("smalltalk", GREETING_TOPIC)),
    "help": ("utter_help", Note("smalltalk", GREETING_TOPIC)),
    "release": ("utter_release", Note("smalltalk", GREETING_TOPIC)),
    "out_of_scope": ("utter_out_of_scope", Note("out_of_scope", ELSEWHERE_TOPIC)),
    "stale_button": ("utter_stale_button", Note("clarify")),
    "unknown_number": ("utter_unknown_number", Note("clarify")),
    "unknown_command": ("utter_unknown_command", Note("clarify")),
    "empty": ("utter_empty", Note("clarify")),
    "no_words": ("utter_no_words", Note("clarify")),
    "too_long": ("utter_too_long", Note("clarify")),
}
"""Intents that only need words."""

_ABOUT_TASK: Final = frozenset(
    {"answer", "answer_or_else", "wrong", "send", "change", "go_back", "cancel", "skip"}
    | {"dont_know", "later", "why_asked", "repeat", "resume_task", "begin_task"}
)
"""Intents about a task; after all others the open question is asked again."""
_TO_QUESTION: Final = frozenset({"answer", "answer_or_else", "wrong"})
"""Intents that speak of the open question."""

UNSURE: Final = 0.6
"""Below this confidence, "not our subject" may as well mean that we did not understand."""
_UNDERSTOOD_BY_SEARCH: Final = frozenset({"answer", "show_article"})


def step(conversation: Conversation, event: Event, context: Context) -> Step:
    """What follows from an event. The same arguments always give the same result."""
    if isinstance(event, Heard):
        if context.held:
            return _while_held(conversation, event.understood)
        return _heard(conversation, event.understood, context)
    if event.do.step is not None:
        return _after_step(conversation, event, context)
    if event.do.action == tasks.SAVE_PROFILE:
        # What follows the task was said when it ended.
        return conversation, []
    if event.do.action in acts.DIRECT:
        told = acts.told(event.result)
        return (conversation, told) if context.held else _returning(conversation, told, context)
    conversation, effects = AFTER[event.do.action](conversation, possible(event, context.flows))
    if context.held:
        return conversation, effects
    if event.do.action in _UNDERSTOOD_BY_SEARCH:
        conversation, effects = _counted(conversation, effects, context)
    return _returning(conversation, effects, context)


def _while_held(conversation: Conversation, understood: Understood) -> Step:
    """Staff have the conversation: the assistant keeps quiet, unless it is called back."""
    if understood.intent == "release":
        return conversation, [Do("release")]
    if understood.intent in ("stop_messages", "start_messages"):
        # That is no talk: it holds at once, whoever has the conversation.
        return conversation, [Do(understood.intent, {"text": understood.text})]
    if understood.intent in acts.OF_CONSULTANTS and understood.source == "button":
        # Others wait for that answer, and its time runs out.
        return conversation, [Do(understood.intent, dict(understood.entities))]
    return conversation, [Note("person", HUMAN_TOPIC)]


def _heard(conversation: Conversation, understood: Understood, context: Context) -> Step:
    first = not conversation.welcomed
    expired = any(questions.is_old(task, context) for task in conversation.tasks)
    conversation = questions.expire(conversation, context)
    conversation = replace(conversation, welcomed=True, turns=conversation.turns + 1)
    if conversation.task is None and understood.intent in _TO_QUESTION and not understood.entities:
        # The task came to its end between the reading and now.
        understood = replace(understood, intent=ASK)
    understood = _of_question(understood, conversation)
    intent = understood.intent
    before: list[Effect] = []
    if understood.with_attachment:
        before.append(Say("utter_attachment_ignored"))
    if intent in ("start", "greet"):
        name = "utter_welcome" if first or intent == "start" else "utter_greet"
        effects: list[Effect] = [Say(name), Note("smalltalk", GREETING_TOPIC)]
        if expired:
            before.append(Say("utter_expired"))
        return _returning(_understood(conversation), [*before, *effects], context)
    if first and intent != "bot_identity":
        before.insert(0, Say("utter_intro"))
    if expired:
        before.insert(0, Say("utter_expired"))
    if intent in _ABOUT_TASK:
        conversation, effects = _about_task(conversation, understood, context)
        conversation = replace(conversation, aside=0)
        if intent != "wrong":
            conversation = _understood(conversation)
    else:
        conversation, effects = _elsewhere(conversation, understood, context)
        if not any(isinstance(effect, Do) for effect in effects):
            unsure = intent == "out_of_scope" and (understood.confidence or 0.0) < UNSURE
            conversation, effects = _counted(conversation, effects, context, unsure=unsure)
            conversation, effects = _returning(conversation, effects, context)
    return conversation, [*before, *effects]


def _of_question(understood: Understood, conversation: Conversation) -> Understood:
    """What Rasa takes for a consultant's week, said where a day or an hour is asked for, is an
    answer to that, or a poor one: the week is somebody else's matter, or was just asked for."""
    task, reading = conversation.task, understood.reading
    if task is None or understood.source != "nlu":
        return understood
    is_asked = task.flow in acts.ASKING_TIME
    is_week = task.flow == acts.WEEK and isinstance(reading, Wrong)
    if not (is_asked or is_week):
        return understood
    if understood.intent == acts.OF_WEEK:
        return replace(understood, intent="wrong")
    if understood.entities.get("intent") == acts.OF_WEEK and isinstance(reading, Value):
        return replace(understood, intent="answer", entities={})
    return understood


def _understood(conversation: Conversation) -> Conversation:
    return replace(conversation, failures=0)


def _about_task(conversation: Conversation, understood: Understood, context: Context) -> Step:
    intent, values = understood.intent, understood.entities
    if intent == "begin_task":
        flow = context.flows.flows.get(str(values.get("flow")))
        if flow is None:
            return conversation, [Say("utter_task_closed"), Note("clarify")]
        return tasks.begin(conversation, context, flow, afresh=bool(values.get("afresh")))
    if intent == "resume_task":
        number = values.get("task")
        return tasks.resume(conversation, context, None if number is None else int(str(number)))
    if intent == "change":
        return tasks.change(conversation, context, values)
    if intent == "send":
        return tasks.send(conversation, context, values)
    if intent == "answer" and "task" in values:
        return tasks.pressed(conversation, context, values)
    if intent == "skip" and "task" in values:
        return tasks.pressed(conversation, context, {**values, "value": None})
    if intent in _UNDOING and understood.source == "nlu" and conversation.task is not None:
        return _sure(conversation, intent)
    nothing_open = conversation.task is None and "task" not in values
    if intent == "cancel" and nothing_open and context.has_case:
        button = Button("Retirar mi caso", "/withdraw_case")
        return conversation, [Say("utter_cancel_case", {}, (button,)), Note("clarify")]
    if intent == "cancel" and "task" in values:
        return tasks.cancel(conversation, context, int(str(values["task"])))
    speaks_of_question = intent in _TO_QUESTION or intent in ("skip", "dont_know")
    if speaks_of_question and questions.asked_no_more(conversation, context):
        return tasks.advance(conversation, context)
    return _WITHIN[intent](conversation, understood, context)


_UNDOING: Final = {
    "cancel": ("utter_sure_to_cancel", "Sí, cancelar"),
    "go_back": ("utter_sure_to_go_back", "Sí, volver atrás"),
}


def _sure(conversation: Conversation, intent: str) -> Step:
    """Only an exact word or a button cancels or goes back: what Rasa makes of a sentence is asked
    back."""
    response, title = _UNDOING[intent]
    task = conversation.task
    assert task is not None
    values = {"task": task.number} if intent == "cancel" else {}
    buttons = (Button(title, means(intent, **values)), Button("No, seguir", "/repeat"))
    return conversation, [Say(response, {}, buttons), Note("task")]


def _answer(conversation: Conversation, understood: Understood, context: Context) -> Step:
    reading = understood.reading
    if isinstance(reading, Value):
        return tasks.answered(conversation, context, reading)
    assert isinstance(reading, Choose)
    return tasks.which(conversation, reading)


def _answer_or_else(conversation: Conversation, understood: Understood, _context: Context) -> Step:
    """Any text is an answer here, and this one looks like something else: the person is asked."""
    reading, task = understood.reading, conversation.task
    assert isinstance(reading, Value) and task is not None
    intent = str(understood.entities["intent"])
    elsewhere = (
        Button("Es una pregunta", means(ASK, text=understood.text))
        if intent == ASK
        else Button("Es otra cosa", means(intent, text=understood.text))
    )
    mine = means("answer", task=task.number, slot=conversation.asked, value=reading.value)
    buttons = (Button("Es mi respuesta", mine), elsewhere)
    return conversation, [Say("utter_answer_or_else", {}, buttons), Note("task")]


def _wrong(conversation: Conversation, understood: Understood, context: Context) -> Step:
    reading = understood.reading
    if isinstance(reading, Wrong):
        return tasks.wrong(conversation, context, reading)
    return tasks.wrong(conversation, context, Wrong("utter_wrong_summary"))


def _repeat(conversation: Conversation, understood: Understood, context: Context) -> Step:
    again = questions.ask_again(conversation, context)
    if not again:
        return conversation, [Say("utter_rephrase"), Note("clarify")]
    conversation = questions.asking(conversation, context)
    if understood.source in ("button", "number"):
        return conversation, [*again, Note("task")]
    # Who did not understand is not helped by the same words alone.
    return conversation, questions.why(conversation, context)


_Handler = Callable[[Conversation, Understood, Context], Step]
_WITHIN: Final[Mapping[str, _Handler]] = {
    "answer": _answer,
    "answer_or_else": _answer_or_else,
    "wrong": _wrong,
    "repeat": _repeat,
    "go_back": lambda conversation, _, context: tasks.back(conversation, context),
    "cancel": lambda conversation, _, context: tasks.cancel(conversation, context),
    "later": lambda conversation, _, context: tasks.leave(conversation, context),
    "skip": lambda conversation, _, context: tasks.skip(conversation, context),
    "dont_know": lambda conversation, _, context: tasks.skip(conversation, context, unknowing=True),
    "why_asked": lambda conversation, _, context: (
        questions.asking(conversation, context),
        questions.why(conversation, context),
    ),
}


def _elsewhere(conversation: Conversation, understood: Understood, context: Context) -> Step:
    """What is not about the task under way."""
    intent, values = understood.intent, dict(understood.entities)
    if intent == "help" and conversation.task is not None:
        return conversation, [Say("utter_help_in_task"), Note("task")]
    if intent == "unknown_number" and conversation.menu:
        # A slip of the finger does not take the menu away.
        said = Say("utter_unknown_number", {}, conversation.menu, bare=True)
        return conversation, [said, Note("clarify")]
    free = conversation.task is None and understood.text
    if intent == "rate" or (intent in _RATING and conversation.question and free):
        useful = values.get("useful", intent == "affirm")
        return conversation, [Do("rate", {"useful": useful, **_rated(conversation, values)})]
    if intent == "want_answer":
        return conversation, [Do("want_answer", values)]
    if intent == "show_guide":
        return conversation, [Do("show_guide", {"text": understood.text, **values})]
    if intent in _SPOKEN:
        name, note = _SPOKEN[intent]
        return conversation, [Say(name), note]
    if intent == acts.PAPERS:
        # What became of each file is said before the reply, as what was heard of a voice note is.
        return conversation, [Note("task", acts.TOPIC)]
    if intent.startswith("unreadable_"):
        return conversation, [Say(f"utter_{intent}"), Note("clarify")]
    flow = context.flows.triggered_by(intent)
    if flow is not None:
        given = {"said": understood.text} if intent in acts.HEARD else {}
        return tasks.begin(_understood(conversation), context, flow, given, afresh=bool(given))
    if intent in acts.BEGIN:
        # Each button of these begins with what stands on it, whatever was begun before.
        flow = context.flows.flows[acts.BEGIN[intent]]
        return tasks.begin(_understood(conversation), context, flow, values, afresh=True)
    if intent in acts.DIRECT:
        return conversation, [Do(intent, values)]
    if intent == "unlink":
        given = {"link_wish": "undo"}
        flow = context.flows.flows["link"]
        return tasks.begin(_understood(conversation), context, flow, given, afresh=True)
    if intent in ("stop_messages", "start_messages"):
        return conversation, [Do(intent, {"text": understood.text, **values})]
    if intent == "withdraw_case":
        return conversation, [Do("withdraw_case")]
    if intent in ("human", "anger"):
        reason = "anger" if intent == "anger" else "request"
        return conversation, [Do("open_case", {"reason": reason})]
    if intent in TASKS:
        return conversation, [Do("show_task", {"task": intent})]
    if intent == "show_article":
        return conversation, [Do("show_article", values)]
    if intent == "show_topic":
        return conversation, [Do("list_topic", values)]
    return conversation, [
        Do("answer", {"question": understood.text, "after": conversation.article})
    ]


_RATING: Final = frozenset({"affirm", "deny"})
"""Said right after an answer, with no question open: whether it was of use."""


def _rated(conversation: Conversation, values: Mapping[str, object]) -> dict[str, object]:
    """An old button is about the article it stood under, whose question is not known any more."""
    article = values.get("article", conversation.article)
    question = conversation.question if article == conversation.article else None
    return {"article": article, "question": question}


def _counted(
    conversation: Conversation, effects: list[Effect], context: Context, *, unsure: bool = False
) -> Step:
    """Counts what was not understood; at the second time in a row a person is told."""
    note = next((one for one in reversed(effects) if isinstance(one, Note)), None)
    missed = (note is not None and note.outcome == "abstained") or Say("utter_no_words") in effects
    if not missed and not unsure:
        return _understood(conversation), effects
    conversation = replace(conversation, failures=conversation.failures + 1)
    if conversation.failures >= NOT_UNDERSTOOD and not context.has_case:
        return conversation, [*effects, Do("open_case", {"reason": "not_understood"})]
    return conversation, effects


def _returning(conversation: Conversation, effects: list[Effect], context: Context) -> Step:
    """After something else was said, the open question again. Only its own choices are shown: two
    menus would share their numbers."""
    if any(isinstance(effect, Do) for effect in effects):
        return conversation, effects
    again = questions.ask_again(conversation, context)
    if not again or _asks(effects, again):
        return conversation, effects
    # "Sí" would be taken for an answer to the open question.
    effects = [one for one in effects if not (isinstance(one, Say) and one.response == FEEDBACK)]
    if any(isinstance(one, Say) and one.response == "utter_half_done" for one in effects):
        return conversation, [
            *effects,
            Say("utter_then_back", questions.named(conversation, context)),
        ]
    offered = next((one for one in effects if _offers(one)), None)
    if offered is not None and not _wants_number(conversation, context):
        return conversation, [
            *effects,
            Say("utter_then_back", questions.named(conversation, context)),
        ]
    quiet = [_quietly(one) for one in effects]
    goes_on = any(isinstance(one, Note) and one.outcome in _GONE_ON for one in effects)
    conversation = replace(conversation, aside=conversation.aside + goes_on)
    if conversation.aside > _ASKED_AGAIN:
        # Who has gone on to other things is not asked at every turn; an answer still counts.
        said = quiet if _wants_number(conversation, context) else effects
        mention = Say("utter_go_on_later", questions.named(conversation, context))
        once = [mention] if goes_on and conversation.aside == _ASKED_AGAIN + 1 else []
        return questions.asking(conversation, context), [*said, *once]
    return questions.asking(conversation, context), [*quiet, *again]


_ASKED_AGAIN: Final = 1
"""Answers in a row about something else after which the open question is put again."""
_GONE_ON: Final = frozenset({"answered", "abstained", "out_of_scope"})
"""Outcomes of those who want to know something else; a courtesy is none."""


def _then_back(conversation: Conversation, context: Context) -> Say:
    return Say("utter_then_back", questions.named(conversation, context))


def _offers(effect: Effect) -> bool:
    """Whether the person has to choose before they are helped."""
    return isinstance(effect, Say) and effect.response in _OFFERING


_OFFERING: Final = frozenset({"utter_clarify", "utter_topic"}) | acts.OFFERING
_WITHOUT_OFFER: Final = {
    "utter_abstain": "utter_abstain_in_task",
    "utter_abstain_empty": "utter_abstain_in_task",
    "utter_task_not_here": "utter_task_not_here_in_task",
}
"""What is said instead while a question is open, since what these offer is not shown then."""


def _wants_number(conversation: Conversation, context: Context) -> bool:
    asked = questions.open_question(conversation, context)
    slot = asked.slot if asked is not None else None
    return isinstance(slot, Slot) and slot.type is not None and slot.type.is_numeric


def _quietly(effect: Effect) -> Effect:
    """Without buttons; what has to be chosen from is listed, to be written in words."""
    if not isinstance(effect, Say):
        return effect
    if _offers(effect):
        titles = [one.title for one in effect.buttons if one not in (HUMAN_BUTTON, TOPICS_BUTTON)]
        return Say("utter_in_words", {"options": "\n".join(f"• {title}" for title in titles)})
    name = _WITHOUT_OFFER.get(effect.response, effect.response)
    return replace(effect, response=name, buttons=(), bare=True)


def _asks(effects: list[Effect], again: list[Effect]) -> bool:
    """Whether the question is among the effects already."""
    return any(effect in effects for effect in again[1:])


def _after_step(conversation: Conversation, done: Done, context: Context) -> Step:
    """An action of a flow ran: ``result`` are the slots that it set."""
    if done.do.action == "erase_data":
        # Nothing of the conversation may outlive the data.
        return Conversation(), [
            Say("utter_erased", dict(done.result)),
            Note("task", "institucion", task=TASKS["task_erase_data"]),
        ]
    return tasks.performed(conversation, context, done.do, done.result or {})
