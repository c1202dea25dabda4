"""What is said after an action of the engine's own has run, by its result."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from actions.answers.service import Answer, Suggestion
from actions.messages.content import Button
from bot.dialogue.conversation import Conversation, Done, Effect, Note, Say
from bot.dialogue.questions import means
from bot.understanding.understand import TASKS

Step = tuple[Conversation, list[Effect]]

GREETING_TOPIC: Final = "saludo"
HUMAN_TOPIC: Final = "persona"
ELSEWHERE_TOPIC: Final = "fuera_de_tema"
HUMAN_BUTTON: Final = Button("Hablar con alguien", "/human")
TOPICS_BUTTON: Final = Button("Ver los temas", "/help")


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


def _article_button(suggestion: Suggestion) -> Button:
    return Button(suggestion.title, means("show_article", article=suggestion.article))
