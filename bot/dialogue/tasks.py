"""What a person does with a task: answer, correct, go back, leave it, take it up again, end it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from actions.messages.content import Button
from bot.dialogue.conversation import Context, Conversation, Do, Effect, Note, Result, Say, Task
from bot.dialogue.questions import (
    ask_again,
    asked_slot,
    asking,
    choices,
    means,
    note_of,
    open_question,
    question,
    under_way,
    why,
)
from bot.dialogue.walk import CONSENT, CONSENT_SLOT, Ask, Over, Perform, Walk, slot_named, walk
from bot.flows.model import Flow, Slot, Summary
from bot.slots.protocol import Choose, Stored, Value, Wrong

Step = tuple[Conversation, list[Effect]]
MOST_TASKS: Final = 5
SAVE_PROFILE: Final = "save_profile"
PATIENCE: Final = 3
"""Wrong answers in a row after which a person is told of it."""


def begin(
    conversation: Conversation,
    context: Context,
    flow: Flow,
    given: Mapping[str, Stored] | None = None,
    *,
    afresh: bool = False,
) -> Step:
    """Begins a flow, before the task under way if there is one."""
    same = next((task for task in conversation.tasks if task.flow == flow.id), None)
    if same is not None and not afresh:
        if same.order and same.number not in conversation.under_way:
            buttons = (
                Button("Seguir donde iba", means("resume_task", task=same.number)),
                Button("Empezar de nuevo", means("begin_task", flow=flow.id, afresh=True)),
            )
            said = Say("utter_half_done", {"task": flow.name}, buttons)
            return conversation, [said, note_of(flow)]
        if same.order:
            return resume(conversation, context, same.number)
    if same is not None:
        conversation = conversation.without_task(same.number)
    number = conversation.begun + 1
    task = Task(flow.id, number, int(context.now.timestamp()), given=dict(given or {}))
    kept = (*conversation.tasks, task)[-MOST_TASKS:]
    numbers = {one.number for one in kept}
    conversation = replace(
        conversation,
        tasks=kept,
        under_way=(*(one for one in conversation.under_way if one in numbers), number),
        begun=number,
        asked=None,
        cancelled=None,
    )
    return advance(conversation, context)


def advance(conversation: Conversation, context: Context) -> Step:
    """Goes on with the task under way: says what has to be said, up to an action or a question."""
    effects: list[Effect] = []
    while True:
        task, flow = under_way(conversation, context)
        if task is None:
            return replace(conversation, asked=None), effects
        if flow is None:
            conversation = conversation.without_task(task.number)
            continue
        walked = walk(task, flow, context)
        match walked.at:
            case Perform(effect=Say() as say):
                effects.append(say)
                conversation = remember(conversation, task, walked.at.step, walked.at.digest, {})
            case Perform(effect=Do() as do):
                return conversation, [*effects, do, note_of(flow)]
            case Ask(slot=slot):
                effects += [*question(slot, task, walked, context), note_of(flow)]
                return replace(conversation, asked=slot.name), effects
            case Over() as over:
                learnt = {} if over.refused else _learnt(task, walked)
                context = replace(context, known={**context.known, **learnt})
                conversation, more = _end(conversation, context, task, flow, over)
                effects += [Do(SAVE_PROFILE, learnt), *more] if learnt else more
                if over.link is not None or not conversation.under_way:
                    return conversation, effects


def _learnt(task: Task, walked: Walk) -> dict[str, Stored]:
    """What the answers say about the firm, which is kept for other tasks."""
    return {
        slot.name: task.answers[slot.name]
        for slot in walked.reached
        if slot.profile and slot.name in task.answers
    }


def _end(conversation: Conversation, context: Context, task: Task, flow: Flow, over: Over) -> Step:
    """The task is done; the linked one begins, or the one before goes on."""
    conversation = conversation.without_task(task.number)
    if over.link is not None:
        conversation, begun = begin(conversation, context, context.flows.flows[over.link])
        return conversation, [note_of(flow), *begun]
    _, its_flow = under_way(conversation, context)
    effects: list[Effect] = [note_of(flow)]
    if over.gone:
        effects.append(Say("utter_task_gone", {"task": flow.name}))
    if its_flow is not None:
        effects.append(Say("utter_back_to", {"task": its_flow.name}))
    return conversation, effects


def remember(
    conversation: Conversation, task: Task, step: str, digest: str, values: Mapping[str, Stored]
) -> Conversation:
    """The conversation with a step of the task done, so that it is not done again."""
    done = {**task.done, step: {"digest": digest, "set": dict(values)}}
    return conversation.with_task(replace(task, done=done))


def performed(
    conversation: Conversation, context: Context, do: Do, values: Mapping[str, Stored] | Result
) -> Step:
    """An action of the task under way has run."""
    result = values if isinstance(values, Result) else Result(values)
    task, flow = under_way(conversation, context)
    if task is None or flow is None:
        return conversation, [*result.says]
    for other in conversation.tasks:
        if other.flow in result.ends and other.number != task.number:
            conversation = conversation.without_task(other.number)
    at = walk(task, flow, context).at
    if result.again or result.given:
        conversation = conversation.with_task(_without(task, result))
    if isinstance(at, Perform) and at.step == do.step and not result.again:
        task = conversation.task or task
        conversation = remember(conversation, task, at.step, at.digest, result.sets)
    conversation, effects = advance(conversation, context)
    return conversation, [*result.says, *effects]


def _without(task: Task, result: Result) -> Task:
    """The task without the answers that hold no more, and with what is known now."""
    return replace(
        task,
        answers={name: value for name, value in task.answers.items() if name not in result.again},
        order=tuple(name for name in task.order if name not in result.again),
        given={**task.given, **result.given},
    )


def answered(conversation: Conversation, context: Context, value: Value) -> Step:
    """The person answered the open question."""
    task, slot = conversation.task, asked_slot(conversation, context)
    assert task is not None and slot is not None
    return _set(conversation, context, task, slot.name, value.value)


def _set(
    conversation: Conversation, context: Context, task: Task, name: str, value: Stored
) -> Step:
    order = task.order if name in task.order else (*task.order, name)
    answers = {**task.answers, name: value}
    for slot_name in task.answers:
        if isinstance(context.flows.slots.get(slot_name), Summary):
            # What was confirmed is no longer what would be sent.
            answers.pop(slot_name)
    changed = replace(
        task,
        answers=answers,
        order=order,
        changing=None,
        touched=int(context.now.timestamp()),
    )
    return advance(conversation.with_task(changed), context)


def pressed(conversation: Conversation, context: Context, values: Mapping[str, Any]) -> Step:
    """A button that answers a question, of now or of earlier; without a value it skips it."""
    task = conversation.find(int(values.get("task") or 0))
    slot = None if task is None else slot_named(str(values.get("slot")), task, context)
    if task is None or not isinstance(slot, Slot) or slot.type is None:
        return conversation, [Say("utter_task_closed"), Note("clarify")]
    if slot.name == CONSENT_SLOT and context.known.get(CONSENT):
        # Given and recorded: a button of before does not take it back by accident.
        again = ask_again(conversation, context)
        return asking(conversation, context), [Say("utter_consent_given"), *again, Note("task")]
    checked: Value | Wrong
    if slot.optional and values.get("value") is None:
        checked = Value(None, "sin responder")
    else:
        checked = slot.type.check(values.get("value"), context.today)
    if isinstance(checked, Wrong):
        return wrong(conversation, context, checked)
    earlier = conversation.asked != slot.name or conversation.task != task
    conversation = _brought_up(conversation, task)
    conversation, effects = _set(conversation, context, task, slot.name, checked.value)
    if earlier and not values.get("quiet"):
        said = {"label": slot.label, "value": checked.shown}
        effects.insert(0, Say("utter_changed", said))
    return conversation, effects


def _brought_up(conversation: Conversation, task: Task) -> Conversation:
    others = tuple(one for one in conversation.under_way if one != task.number)
    return replace(conversation, under_way=(*others, task.number))


def which(conversation: Conversation, choose: Choose) -> Step:
    """The answer had several readings: the person picks one."""
    task = conversation.task
    assert task is not None
    buttons = tuple(
        Button(
            option.title,
            means("answer", task=task.number, slot=conversation.asked, value=option.value),
        )
        for option in choose.options
    )
    return conversation, [Say("utter_which", {}, buttons), Note("task")]


def wrong(conversation: Conversation, context: Context, reading: Wrong) -> Step:
    """The answer does not fit: what is wrong with it, and after some of them a way out."""
    task, flow = under_way(conversation, context)
    failures = conversation.failures + 1
    conversation = replace(conversation, failures=failures)
    effects: list[Effect] = [Say(reading.response, dict(reading.params))]
    if task is not None and flow is not None:
        walked = walk(task, flow, context)
        if isinstance(walked.at, Ask):
            buttons = choices(walked.at.slot, task)
            effects[0] = Say(reading.response, dict(reading.params), buttons)
        effects.append(note_of(flow))
    # Before the person has agreed to anything, nothing of theirs is handed on.
    if failures >= PATIENCE and not context.has_case and context.known.get(CONSENT):
        effects.append(Do("open_case", {"reason": "not_understood"}))
    elif failures >= 2:
        summing = reading.response == "utter_wrong_summary"
        effects.append(Say("utter_wrong_summary_way_out" if summing else "utter_way_out"))
    return conversation, effects


def skip(conversation: Conversation, context: Context, *, unknowing: bool = False) -> Step:
    """Leaves an optional question unanswered."""
    task, _ = under_way(conversation, context)
    slot = asked_slot(conversation, context)
    if task is None:
        return conversation, [Say("utter_nothing_open"), Note("clarify")]
    if slot is None:
        again = ask_again(conversation, context)
        return conversation, [Say("utter_cannot_skip"), *again, Note("task")]
    if not slot.optional:
        has_options = slot.type is not None and bool(slot.type.options)
        name = "utter_cannot_know" if unknowing and not has_options else "utter_cannot_skip"
        return conversation, [Say(name), *why(conversation, context)]
    return _set(conversation, context, task, slot.name, None)


def back(conversation: Conversation, context: Context) -> Step:
    """Undoes exactly one answer: that of the question before the open one."""
    task, flow = under_way(conversation, context)
    if task is None or flow is None:
        return conversation, [Say("utter_nothing_open"), Note("clarify")]
    if task.changing is not None:
        return advance(conversation.with_task(replace(task, changing=None)), context)
    answered_here = walk(task, flow, context).answered_here(task)
    if not answered_here:
        conversation, effects = advance(conversation, context)
        return conversation, [Say("utter_at_first"), *effects]
    last = answered_here[-1]
    answers = {name: value for name, value in task.answers.items() if name != last}
    order = tuple(name for name in task.order if name != last)
    # Where the firm's profile knows it as well, it is asked all the same.
    known = context.known.get(last) is not None and last not in task.again
    again = (*task.again, last) if known else task.again
    undone = replace(task, answers=answers, order=order, again=again)
    return advance(conversation.with_task(undone), context)


def change(conversation: Conversation, context: Context, values: Mapping[str, Any]) -> Step:
    """Corrects an earlier answer: the one named, or one picked from the list of all."""
    number = values.get("task")
    if number is not None and conversation.find(int(number)) is None:
        return conversation, [Say("utter_task_closed"), Note("clarify")]
    if number is not None:
        found = conversation.find(int(number))
        assert found is not None
        conversation = _brought_up(conversation, found)
    task, flow = under_way(conversation, context)
    if task is None or flow is None:
        return conversation, [Say("utter_nothing_open"), Note("clarify")]
    walked = walk(replace(task, changing=None), flow, context)
    name = values.get("slot")
    if name is not None and any(slot.name == name for slot in walked.reached):
        return advance(conversation.with_task(replace(task, changing=str(name))), context)
    if not walked.reached:
        conversation, effects = advance(conversation, context)
        return conversation, [Say("utter_at_first"), *effects]
    buttons = tuple(
        Button(slot.label, means("change", task=task.number, slot=slot.name))
        for slot in walked.reached
    )
    return conversation, [Say("utter_change_which", {}, buttons), note_of(flow)]


def send(conversation: Conversation, context: Context, values: Mapping[str, Any]) -> Step:
    """The person confirms the summary that is open."""
    task = conversation.task
    asked = open_question(conversation, context)
    number = values.get("task")
    if task is None or asked is None or (number is not None and number != task.number):
        return conversation, [Say("utter_task_closed"), Note("clarify")]
    if not isinstance(asked.slot, Summary):
        again = ask_again(conversation, context)
        return asking(conversation, context), [Say("utter_not_yet"), *again, Note("task")]
    return _set_summary(conversation, context, task, asked.slot)


def _set_summary(
    conversation: Conversation, context: Context, task: Task, summary: Summary
) -> Step:
    sent = replace(
        task,
        answers={**task.answers, summary.name: True},
        touched=int(context.now.timestamp()),
    )
    return advance(conversation.with_task(sent), context)


def cancel(conversation: Conversation, context: Context, number: int | None = None) -> Step:
    """Ends a task without its effect, the one under way unless another is named; the one before
    is left aside, and said to be."""
    task = conversation.task if number is None else conversation.find(number)
    flow = None if task is None else context.flows.flows.get(task.flow)
    if task is None or flow is None:
        name = "utter_nothing_open" if number is None else "utter_task_closed"
        return conversation, [Say(name), Note("clarify")]
    was_open = task == conversation.task
    conversation = replace(conversation.without_task(task.number), cancelled=task)
    _, before = under_way(conversation, context)
    if before is not None and not was_open:
        following = ask_again(conversation, context)
        said = Say("utter_cancelled", {"task": flow.name})
        return asking(conversation, context), [said, *following, note_of(flow)]
    undo = (Button("Seguir donde iba", means("resume_task", task=task.number)),)
    effects: list[Effect] = [Say("utter_cancelled", {"task": flow.name}, undo)]
    if before is not None:
        # Whoever gets out of one task is not led into another unasked.
        effects.append(Say("utter_go_on_later", {"task": before.name}))
    return replace(conversation, under_way=(), asked=None), [*effects, note_of(flow)]


def leave(conversation: Conversation, context: Context) -> Step:
    """Puts the task under way aside, to be taken up again within 30 days."""
    task, flow = under_way(conversation, context)
    if task is None or flow is None:
        return conversation, [Say("utter_nothing_open"), Note("clarify")]
    conversation = replace(conversation, under_way=(), asked=None)
    resume_button = (Button("Seguir donde iba", means("resume_task", task=task.number)),)
    return conversation, [Say("utter_left", {"task": flow.name}, resume_button), note_of(flow)]


def resume(conversation: Conversation, context: Context, number: int | None) -> Step:
    """Takes up a task again: the one named, the open one, or the one left last."""
    cancelled = conversation.cancelled
    if number is not None and cancelled is not None and cancelled.number == number:
        tasks = (*conversation.tasks, cancelled)
        conversation = replace(conversation, tasks=tasks, cancelled=None)
    if number is None:
        left = [one for one in conversation.tasks if one.number not in conversation.under_way]
        open_task = conversation.task
        task = open_task or (max(left, key=lambda one: one.touched) if left else None)
        if task is None and cancelled is not None:
            return resume(conversation, context, cancelled.number)
    else:
        task = conversation.find(number)
    if task is None:
        name = "utter_nothing_left" if number is None else "utter_task_closed"
        return conversation, [Say(name), Note("clarify")]
    task = replace(task, touched=int(context.now.timestamp()))
    conversation = _brought_up(conversation, task).with_task(task)
    flow = context.flows.flows[task.flow]
    conversation, effects = advance(conversation, context)
    return conversation, [Say("utter_back_to", {"task": flow.name}), *effects]
