"""What is said after an action of the engine's own has run, by its result."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from actions.answers.service import CREDIT_TOPICS, Answer, Suggestion
from actions.messages.content import Button
from bot.dialogue.conversation import Conversation, Done, Effect, Note, Say
from bot.dialogue.questions import means
from bot.flows.model import Flows
from bot.understanding.understood import TASKS
from knowledge.topics import TASKS as TASK_TITLES

Step = tuple[Conversation, list[Effect]]

GREETING_TOPIC: Final = "saludo"
HUMAN_TOPIC: Final = "persona"
ELSEWHERE_TOPIC: Final = "fuera_de_tema"
HUMAN_BUTTON: Final = Button("Hablar con alguien", "/human")
TOPICS_BUTTON: Final = Button("Ver los temas", "/help")
FEEDBACK: Final = "utter_feedback"
"""Asks whether the answer was of use, where no other question is open."""
MOST_NEXT: Final = 3
_INTENT_OF: Final = {task: intent for intent, task in TASKS.items()}
LONGEST_QUESTION: Final = 300
"""Characters of a question that are kept until it is known whether the answer was of use."""


def possible(done: Done, flows: Flows) -> Done:
    """The same without the tasks that no flow does yet: their buttons would lead nowhere, and take
    the place of others."""
    answer = done.result
    if not isinstance(answer, Answer):
        return done
    tasks = tuple(one for one in answer.tasks if flows.triggered_by(_INTENT_OF[one]) is not None)
    return replace(done, result=replace(answer, tasks=tasks))


def _answered(conversation: Conversation, done: Done) -> Step:
    answer: Answer | None = done.result
    if answer is None:
        return conversation, [Say("utter_stale_button"), Note("clarify")]
    note = Note(answer.outcome, answer.topic, answer)
    buttons = tuple(_article_button(one) for one in answer.suggestions)
    if answer.outcome == "answered":
        params = {"answer": answer.text, "sources": answer.sources}
        article = answer.articles[0]
        question = _asked(conversation, done, article)
        after = replace(conversation, article=article, question=question)
        says: list[Effect] = [Say(_saying(answer), params, _next_steps(answer))]
        if answer.also is not None:
            says.append(Say("utter_also_asked", {"title": answer.also.title}))
        if done.do.action == "answer":
            says.append(Say(FEEDBACK, {"article": article}))
        return after, [*says, note]
    conversation = replace(conversation, question=None)
    if answer.outcome == "clarify":
        return conversation, [Say("utter_clarify", buttons=(*buttons, HUMAN_BUTTON)), note]
    told = () if answer.logged is None else (_tell_button(answer.logged),)
    if not buttons:
        return conversation, [Say("utter_abstain_empty", buttons=told), note]
    return conversation, [Say("utter_abstain", buttons=(*buttons, *told, HUMAN_BUTTON)), note]


def _asked(conversation: Conversation, done: Done, article: str) -> str | None:
    """The question that the article shown answers, in the person's words; None after a button."""
    if done.do.action == "answer":
        return str(done.do.args["question"])[:LONGEST_QUESTION]
    # With the rest of an answer the person has not said yet whether it was of use.
    goes_on = done.do.args.get("rest") and article == conversation.article
    return conversation.question if goes_on else None


def _saying(answer: Answer) -> str:
    if not answer.to_confirm:
        return "utter_answer"
    # What a bank asks for is the bank's to confirm.
    return "utter_answer_credit" if answer.topic in CREDIT_TOPICS else "utter_answer_recalled"


def _next_steps(answer: Answer) -> tuple[Button, ...]:
    article = answer.articles[0]
    more = [Button("Ver más", means("show_article", article=article, rest=True))]
    also = [] if answer.also is None else [_article_button(answer.also)]
    listed = [one for one in answer.suggestions if one != answer.also]
    tasks = [Button(TASK_TITLES[one], f"/{_INTENT_OF[one]}") for one in answer.tasks]
    steps = [*(more if answer.has_more else []), *also]
    if answer.guide is not None:
        tasks.append(Button("Guía en PDF", means("show_guide", guide=answer.guide)))
    # One place is kept for what can be done, beside what can be read.
    read = [_article_button(one) for one in listed]
    beside = 1 if len(steps) + 1 < MOST_NEXT else 0
    steps += [*read[:beside], *tasks[:1], *read[beside:], *tasks[1:]]
    return tuple(steps[:MOST_NEXT])


def _rated(conversation: Conversation, done: Done) -> Step:
    if done.do.args["article"] == conversation.article:
        conversation = replace(conversation, question=None)
    name = "utter_rated_useful" if done.do.args["useful"] else "utter_rated_useless"
    return conversation, [Say(name), Note("smalltalk", GREETING_TOPIC)]


def _will_tell(conversation: Conversation, done: Done) -> Step:
    """``result``: "noted", the answer that has come meanwhile, or None."""
    if isinstance(done.result, Answer):
        return _answered(conversation, done)
    name = "utter_will_tell" if done.result else "utter_stale_button"
    return conversation, [Say(name), Note("clarify")]


def _guide_shown(conversation: Conversation, done: Done) -> Step:
    """``result``: title, topic and file of the guide, or a list of those it may be."""
    if isinstance(done.result, list):
        buttons = tuple(
            Button(title, means("show_guide", guide=guide)) for guide, title in done.result
        )
        name = "utter_which_guide" if buttons else "utter_no_guide"
        return conversation, [Say(name, buttons=(*buttons, TOPICS_BUTTON)), Note("clarify")]
    title, topic, file = done.result
    return conversation, [
        Say("utter_guide", {"title": title}, files=(file,)),
        Note("answered", topic),
    ]


def _task_shown(conversation: Conversation, done: Done) -> Step:
    """A task that cannot be done here yet: what can be done today, honestly."""
    intent = str(done.do.args["task"])
    answer: Answer | None = done.result
    buttons: tuple[Button, ...] = (HUMAN_BUTTON,)
    if answer is not None and answer.suggestions:
        buttons = (*(_article_button(one) for one in answer.suggestions), HUMAN_BUTTON)
    topic = answer.topic if answer is not None else None
    return conversation, [
        Say("utter_task_not_here", {"wish": wish_of(intent)}, buttons),
        Note("task", topic, answer, TASKS[intent]),
    ]


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
    """``result``: number, and the promise that the hour allows."""
    reason = str(done.do.args["reason"])
    result: Mapping[str, str] = done.result
    says = {
        "request": "utter_human",
        "anger": "utter_human_anger",
        "not_understood": "utter_human_not_understood",
    }
    outcome = "abstained" if reason == "not_understood" else "person"
    topic = None if reason == "not_understood" else HUMAN_TOPIC
    return conversation, [Say(says[reason], dict(result)), Note(outcome, topic)]


def _stopped(conversation: Conversation, done: Done) -> Step:
    """``result``: what was stopped, and what is still wanted."""
    result: Mapping[str, Any] = done.result
    buttons = tuple(
        Button(str(title), means("start_messages", category=str(category)))
        for category, title in result.get("again", ())
    )
    said = Say("utter_stop", {"what": str(result["what"])}, buttons)
    return conversation, [said, Note("task", "anuncios", task=TASKS["stop_messages"])]


def _started(conversation: Conversation, done: Done) -> Step:
    said = Say("utter_start", {"what": str(done.result["what"])})
    return conversation, [said, Note("task", "anuncios", task=TASKS["start_messages"])]


def _withdrawn(conversation: Conversation, done: Done) -> Step:
    name = "utter_no_case" if done.result is None else "utter_case_withdrawn"
    return conversation, [Say(name), Note("person", HUMAN_TOPIC)]


def _released(conversation: Conversation, _done: Done) -> Step:
    return conversation, [Say("utter_release"), Note("smalltalk", GREETING_TOPIC)]


AFTER: Final[Mapping[str, Callable[[Conversation, Done], Step]]] = {
    "answer": _answered,
    "show_article": _answered,
    "show_task": _task_shown,
    "list_topic": _topic_listed,
    "open_case": _case_opened,
    "stop_messages": _stopped,
    "start_messages": _started,
    "release": _released,
    "withdraw_case": _withdrawn,
    "rate": _rated,
    "want_answer": _will_tell,
    "show_guide": _guide_shown,
}


_WISHES: Final = {
    "task_scan": "el diagnóstico de eco-eficiencia",
    "task_credit": "la revisión para el crédito ambiental",
    "task_book": "la cita con un consultor",
    "task_my_bookings": "ver tus citas",
    "task_change_booking": "cambiar una cita",
    "task_cancel_booking": "cancelar una cita",
    "task_report": "mandar reportes",
    "task_my_obligations": "ver tus obligaciones",
    "task_report_status": "ver cómo va un reporte",
    "task_profile": "los datos de tu empresa",
    "task_my_data": "ver tus datos",
    "task_erase_data": "borrar tus datos",
    "task_link": "unir tus cuentas",
    "task_register_consultant": "el registro de consultores",
    "task_verify_consultant": "verificar a un consultor",
    "task_availability": "tu horario de consultor",
    "task_training": "inscribirte en capacitaciones",
    "task_projects": "los proyectos y programas",
    "task_news": "las novedades",
    "task_plan": "tu plan de mejora",
    "stop_messages": "parar los avisos",
    "start_messages": "recibir avisos",
}


def wish_of(intent: str) -> str:
    """A task as one names it in a sentence."""
    return _WISHES[intent]


def _tell_button(question: int) -> Button:
    return Button("Avisame cuando sepás", means("want_answer", question=question))


def _article_button(suggestion: Suggestion) -> Button:
    return Button(suggestion.title, means("show_article", article=suggestion.article))
