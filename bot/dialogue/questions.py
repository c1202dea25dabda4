"""The question that a person is being asked: its words and choices, and why it is asked."""

import json
from dataclasses import replace
from typing import Final

from actions.messages.content import Button
from bot.dialogue.conversation import Context, Conversation, Effect, Note, Say, Task
from bot.dialogue.walk import Ask, Walk, summary_lines, walk
from bot.flows.model import Flow, Slot, Summary
from bot.slots.choice import SeveralChoices
from bot.slots.protocol import Option, Stored
from bot.understanding.understood import TASKS, Open
from knowledge.text import content_words, fold

SUMMARY: Final = "utter_summary"
LASTS_SECONDS: Final = 30 * 24 * 3600
"""So long is a task kept that nobody works on."""


def means(intent: str, **values: Stored) -> str:
    """A payload in Rasa's notation."""
    return f"/{intent}" + (json.dumps(values, ensure_ascii=False) if values else "")


def open_question(conversation: Conversation, context: Context) -> Open | None:
    """The question that the person is being asked; None when no task waits for an answer."""
    task, flow = under_way(expire(conversation, context), context)
    if task is None or flow is None:
        return None
    walked = walk(task, flow, context)
    if not isinstance(walked.at, Ask):
        return None
    return Open(walked.at.slot, context.today, _labels(walked))


def _labels(walked: Walk) -> dict[str, str]:
    """Answered questions by the words that name them: the whole label, or words of it that no
    other label has."""
    labels: dict[str, str] = {}
    for slot in walked.reached:
        words = fold(slot.label).split()
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                name = " ".join(words[start:end])
                if not content_words(name):
                    continue
                labels[name] = slot.name if name not in labels else ""
    whole = {fold(slot.label): slot.name for slot in walked.reached}
    return {name: slot for name, slot in {**labels, **whole}.items() if slot}


def under_way(conversation: Conversation, context: Context) -> tuple[Task | None, Flow | None]:
    task = conversation.task
    return task, None if task is None else context.flows.flows.get(task.flow)


def is_old(task: Task, context: Context) -> bool:
    """Whether a task was left alone for too long."""
    return task.touched < context.now.timestamp() - LASTS_SECONDS


def expire(conversation: Conversation, context: Context) -> Conversation:
    """Without the tasks that were left alone for too long, or whose flow is no more."""
    for task in conversation.tasks:
        if is_old(task, context) or task.flow not in context.flows.flows:
            conversation = conversation.without_task(task.number)
    cancelled = conversation.cancelled
    if cancelled is not None and (
        is_old(cancelled, context) or cancelled.flow not in context.flows.flows
    ):
        conversation = replace(conversation, cancelled=None)
    return conversation


def named(conversation: Conversation, context: Context) -> dict[str, str]:
    """The task under way, as responses name it."""
    _, flow = under_way(conversation, context)
    return {"task": flow.name if flow is not None else ""}


def ask_again(conversation: Conversation, context: Context) -> list[Effect]:
    """The open question once more, after something else was said in between."""
    task, flow = under_way(conversation, context)
    if task is None or flow is None:
        return []
    walked = walk(task, flow, context)
    if not isinstance(walked.at, Ask):
        return []
    again = question(walked.at.slot, task, walked, context)
    return [Say("utter_back_to", {"task": flow.name}), *again]


def asking(conversation: Conversation, context: Context) -> Conversation:
    """The conversation after the open question was put to the person."""
    return replace(conversation, asked=asked_name(conversation, context))


def asked_no_more(conversation: Conversation, context: Context) -> bool:
    """Whether the open question is another than the person was asked: the flow, its definition
    or what is known of the firm was changed meanwhile."""
    return conversation.task is not None and conversation.asked != asked_name(conversation, context)


def question(slot: Slot | Summary, task: Task, walked: Walk, context: Context) -> list[Effect]:
    if isinstance(slot, Summary):
        lines = summary_lines(walked, walked.shown)
        # A summary with words of its own may tell more than the answers.
        more = {} if slot.ask == SUMMARY else walked.params(context.flows.slots)
        return [Say(slot.ask, {**more, "summary": lines}, choices(slot, task))]
    says: list[Effect] = []
    if slot.worded:
        says.append(Say("utter_worded", {"text": slot.ask}, option_buttons(slot, task)))
    else:
        params = walked.params(context.flows.slots)
        says.append(Say(slot.ask, params, option_buttons(slot, task)))
    if isinstance(slot.type, SeveralChoices):
        offered = slot.type.options[: slot.type.listed]
        listed = [f"{place}. {one.title}" for place, one in enumerate(offered, start=1)]
        says.append(Say("utter_several", {"options": "\n".join(listed)}))
    if slot.optional and not says[0].buttons:  # type: ignore[union-attr]
        says.append(Say("utter_may_skip"))
    return says


def choices(slot: Slot | Summary, task: Task) -> tuple[Button, ...]:
    if isinstance(slot, Slot):
        return option_buttons(slot, task)
    return (
        Button(slot.confirm, means("send", task=task.number)),
        Button("Cambiar algo", means("change", task=task.number)),
        Button("Cancelar", means("cancel", task=task.number)),
    )


def option_buttons(slot: Slot, task: Task) -> tuple[Button, ...]:
    """What the question offers. Beside a question for a number nothing is offered: in a numbered
    menu, a number would have two meanings."""
    if slot.type is None or slot.type.is_numeric or not slot.type.options:
        return ()
    if slot.type.name == "several_choices":
        return ()
    buttons = tuple(_option_button(option, slot, task) for option in slot.type.options)
    if slot.optional:
        buttons += (Button("Saltar", means("skip", task=task.number, slot=slot.name)),)
    return buttons


def _option_button(option: Option, slot: Slot, task: Task) -> Button:
    value = means(
        "answer", task=task.number, slot=slot.name, value=option.value, shown=option.shown
    )
    return Button(option.title, value)


def asked_slot(conversation: Conversation, context: Context) -> Slot | None:
    asked = open_question(conversation, context)
    return asked.slot if asked is not None and isinstance(asked.slot, Slot) else None


def why(conversation: Conversation, context: Context, *, bare: bool = False) -> list[Effect]:
    """Why the open question is asked; with ``bare``, only that."""
    task, flow = under_way(conversation, context)
    slot = asked_slot(conversation, context)
    if task is None or flow is None:
        return [Say("utter_nothing_open"), Note("clarify")]
    effects: list[Effect] = []
    if slot is None:
        effects.append(Say("utter_why_summary"))
    elif slot.worded:
        told = Say("utter_worded", {"text": slot.why}) if slot.why else Say("utter_why_default")
        effects.append(told)
    else:
        effects.append(Say(slot.why))
    if slot is not None and slot.type is not None and slot.type.hint and not slot.type.options:
        effects.append(Say("utter_worded", {"text": slot.type.hint}))
    if not bare:
        walked = walk(task, flow, context)
        if isinstance(walked.at, Ask):
            effects += question(walked.at.slot, task, walked, context)
    return [*effects, note_of(flow)]


def asked_name(conversation: Conversation, context: Context) -> str | None:
    asked = open_question(conversation, context)
    return asked.slot.name if asked is not None else None


def note_of(flow: Flow) -> Note:
    return Note("task", flow.topic, task=TASKS.get(flow.triggers[0]) if flow.triggers else None)
