"""Where a task stands: its flow is walked from the first step with the answers at hand.

So a corrected answer, a changed flow or a month's pause need no code of their own: whatever the
answers no longer lead to is left aside, and whatever they now lead to is asked.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from bot.dialogue.conversation import Context, Definition, Do, Say, Task
from bot.flows.model import (
    END,
    Action,
    Branch,
    Call,
    Collect,
    Flow,
    Link,
    Noop,
    Questions,
    SetSlots,
    Slot,
    Step,
    Summary,
)
from bot.slots.offered import Offered
from bot.slots.protocol import Stored, Value

CONSENT_FLOW: Final = "consent"
RECORD_CONSENT: Final = "record_consent"
CONSENT_SLOT: Final = "consent"
CONSENT: Final = "consent_given"
TASK_NAME: Final = "task_name"
"""The slot that names the task for whose sake the permission is asked."""
"""The slot that tells whether the person agreed to how their data is handled."""
MOST_STEPS: Final = 2_000
RESPONSE: Final = "utter_"


class EndlessFlow(RuntimeError):
    """A flow goes round without asking anything."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The task waits for the person's answer."""

    slot: Slot | Summary


@dataclass(frozen=True, slots=True)
class Perform:
    """The task waits for an effect: a response to be said, or an action to run.

    ``digest`` stands for the values that it acts on: with others, it is done again.
    """

    effect: Say | Do
    step: str
    digest: str


@dataclass(frozen=True, slots=True)
class Over:
    """The task is at its end; ``link`` is the flow that follows."""

    refused: bool = False
    gone: bool = False
    """Whether what it asked, held as data, is there no more."""
    link: str | None = None


@dataclass(slots=True)
class Walk:
    """How far the answers lead. ``reached`` are the answered questions on the way, in order."""

    at: Ask | Perform | Over
    values: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    reached: list[Slot] = field(default_factory=list)

    def answered_here(self, task: Task) -> list[str]:
        """The reached slots that the person answered in this task, oldest answer first."""
        names = {slot.name for slot in self.reached}
        return [name for name in task.order if name in names]

    def params(self, slots: Iterable[str]) -> dict[str, str]:
        """All values as they are read to the person; nothing for slots that have none."""
        return {
            **dict.fromkeys(slots, ""),
            **{name: _spoken(value) for name, value in self.values.items()},
            **self.shown,
        }


def walk(task: Task, flow: Flow, context: Context) -> Walk:
    """Follows a flow to the first thing that has to happen."""
    return _Walker(task, flow, context).walk()


def slot_named(name: str, task: Task, context: Context) -> Slot | Summary | None:
    """The slot, of the flows or of a definition that this task uses."""
    found = context.flows.slots.get(name)
    offers = isinstance(found, Slot) and isinstance(found.type, Offered)
    if found is not None and not offers:
        return found
    flow = context.flows.flows.get(task.flow)
    if flow is None:
        return None
    walker = _Walker(task, flow, context)
    walker.walk()
    return walker.worded.get(name, found)


class _Walker:
    def __init__(self, task: Task, flow: Flow, context: Context) -> None:
        self._task = task
        self._flow = flow
        self._context = context
        self._walk = Walk(Over())
        self._values = self._walk.values
        self._values.update(context.known)
        self._values.update(task.given)
        self._steps = 0
        self.worded: dict[str, Slot] = {}

    def walk(self) -> Walk:
        flow = self._flow
        stop: Ask | Perform | Over | None = None
        if flow.needs_consent and not self._values.get(CONSENT):
            self._values[TASK_NAME] = flow.name
            stop = self._through(self._context.flows.flows[CONSENT_FLOW], "consent/")
            if stop is None and not self._values.get(CONSENT):
                stop = Over(refused=True)
        self._walk.at = stop or self._through(flow, "") or Over()
        return self._walk

    def _through(self, flow: Flow, path: str) -> Ask | Perform | Over | None:
        """Walks one flow; None at its end."""
        following = _Order(flow)
        key: str = flow.steps[0].key
        while key != END:
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise EndlessFlow(f"flow '{flow.id}' goes round without asking anything")
            step = following.steps[key]
            stop = self._take(step, path)
            if stop is not None:
                return stop
            key = self._choose(step, following)
        return None

    def _choose(self, step: Step, following: "_Order") -> str:
        for branch in step.next:
            if branch.condition is None or branch.condition.holds(self._values):
                return branch.then if isinstance(branch.then, str) else branch.then[0].key
        return following.after[step.key]

    def _take(self, step: Step, path: str) -> Ask | Perform | Over | None:
        match step:
            case Collect():
                slot = self._context.flows.slots[step.slot]
                return self._collect(slot, step.ask_before_filling)
            case Questions():
                if (asked := self._questions(step)) is None:
                    return Over(refused=True, gone=True)
                for question in asked:
                    if (stop := self._collect(question, False)) is not None:
                        return stop
            case SetSlots():
                self._values.update(step.values)
            case Action():
                return self._act(step, path + step.key)
            case Call():
                return self._through(self._context.flows.flows[step.flow], f"{path}{step.key}/")
            case Link():
                return Over(link=step.flow)
            case Noop():
                pass
        return None

    def _questions(self, step: Questions) -> Sequence[Slot] | None:
        name = step.definition
        if name.startswith("slots."):
            name = str(self._values.get(name.removeprefix("slots.")))
        definition: Definition | None = self._context.definitions.get(name)
        if definition is None:
            return None
        self.worded.update({question.name: question for question in definition.questions})
        return definition.questions

    def _collect(self, slot: Slot | Summary, ask_before_filling: bool) -> Ask | None:
        if isinstance(slot, Slot) and isinstance(slot.type, Offered):
            slot = replace(slot, type=slot.type.of(self._values.get(slot.type.source)))
            self.worded[slot.name] = slot
        if isinstance(slot, Summary):
            return None if self._task.answers.get(slot.name) is True else Ask(slot)
        if self._task.changing == slot.name:
            return Ask(slot)
        name, today = slot.name, self._context.today
        if name in self._task.answers:
            stored = self._task.answers[name]
            fits = stored is None and slot.optional
        elif ask_before_filling or name in self._task.again:
            return Ask(slot)
        elif self._values.get(name) is not None:
            stored, fits = self._values[name], False
        elif slot.optional and name in self._context.known:
            # Left unanswered once, and not asked for again.
            stored, fits = None, True
        else:
            return Ask(slot)
        checked = None if stored is None else _checked(slot, stored, today)
        if checked is None and not fits:
            self._values[name] = None
            return Ask(slot)
        self._values[name] = checked.value if checked else None
        self._walk.shown[name] = checked.shown if checked else ""
        self._walk.reached.append(slot)
        return None

    def _act(self, step: Action, path: str) -> Perform | None:
        acts_on = {
            name: value
            for name, value in self._values.items()
            if name in self._task.answers or name in self._task.given
        }
        digest = hashlib.sha256(json.dumps(acts_on, sort_keys=True).encode()).hexdigest()[:12]
        done = self._task.done.get(path)
        if done is not None and done["digest"] == digest:
            self._values.update(done["set"])
            return None
        if step.name.startswith(RESPONSE):
            params = self._walk.params(self._context.flows.slots)
            return Perform(Say(step.name, params), path, digest)
        return Perform(Do(step.name, dict(self._values), path), path, digest)


def _checked(slot: Slot, stored: Stored, today: date) -> Value | None:
    if slot.type is None:
        return None
    checked = slot.type.check(stored, today)
    return checked if isinstance(checked, Value) else None


def _spoken(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


class _Order:
    """The steps of a flow by key, and which one follows each where no ``next`` says so."""

    def __init__(self, flow: Flow) -> None:
        self.steps: dict[str, Step] = {}
        self.after: dict[str, str] = {}
        self._put_in_order(flow.steps, END)

    def _put_in_order(self, steps: Sequence[Step], at_the_end: str) -> None:
        for place, step in enumerate(steps):
            last = place + 1 == len(steps)
            after = at_the_end if last else steps[place + 1].key
            self.steps[step.key] = step
            self.after[step.key] = after
            for inside in _inner(step.next):
                self._put_in_order(inside, after)


def _inner(branches: Sequence[Branch]) -> Iterator[tuple[Step, ...]]:
    for branch in branches:
        if not isinstance(branch.then, str):
            yield branch.then


def summary_lines(walked: Walk, values: Mapping[str, str]) -> str:
    """The answers as a list to be read over."""
    return "\n".join(
        f"• {slot.label}: {values.get(slot.name) or 'sin responder'}" for slot in walked.reached
    )
