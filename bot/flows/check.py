"""What has to hold of all flows together, with the responses and actions that they name."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.flows.model import (
    END,
    Action,
    Call,
    Collect,
    Flow,
    Flows,
    Link,
    Questions,
    SetSlots,
    Step,
    Summary,
)
from bot.responses import Catalogue

RESPONSE = "utter_"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that would fail in a conversation, and where it stands."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def check(
    flows: Flows,
    responses: Catalogue,
    actions: Collection[str],
    intents: Collection[str],
    definitions: Collection[str] = (),
) -> list[Mistake]:
    """All mistakes, in the order of the files. ``actions`` are the names that can be run,
    ``intents`` those that can be understood, ``definitions`` the ids of question lists."""
    checker = _Checker(flows, responses, actions, intents, definitions)
    return [mistake for flow in flows.flows.values() for mistake in checker.of(flow)]


@dataclass(frozen=True, slots=True)
class _Checker:
    flows: Flows
    responses: Catalogue
    actions: Collection[str]
    intents: Collection[str]
    definitions: Collection[str]

    def of(self, flow: Flow) -> Iterator[Mistake]:
        def mistake(line: int, message: str) -> Mistake:
            return Mistake(flow.path, line, message)

        for intent in flow.triggers:
            if intent not in self.intents:
                yield mistake(flow.line, f"flow '{flow.id}': no intent '{intent}' is understood")
            first = self.flows.triggered_by(intent)
            if first is not None and first.id != flow.id:
                yield mistake(flow.line, f"intent '{intent}' begins flow '{first.id}' already")
        if self._calls_itself(flow, (flow.id,)):
            yield mistake(flow.line, f"flow '{flow.id}' calls itself, so it never ends")
        for step in flow.all_steps():
            for message in self._of_step(step):
                yield mistake(step.line, message)
        yield from self._unreached(flow, mistake)
        for step in flow.all_steps():
            if step.key in after(flow, step.key):
                yield mistake(
                    step.line,
                    f"step '{step.key}' leads back to itself: answers are kept, so it would go "
                    "round for ever",
                )

    def _of_step(self, step: Step) -> Iterator[str]:
        for branch in step.next:
            for name in sorted(branch.condition.slots if branch.condition else ()):
                if name not in self.flows.slots:
                    yield f"the condition reads slot '{name}', which is not declared"
        match step:
            case Collect():
                yield from self._of_collect(step)
            case Action(name=name) if name.startswith(RESPONSE):
                yield from self._of_response(name)
            case Action(name=name):
                if name not in self.actions:
                    yield f"there is no action '{name}'"
            case SetSlots(values=values):
                for name in values:
                    if name not in self.flows.slots:
                        yield f"set_slots sets slot '{name}', which is not declared"
            case Call(flow=flow) | Link(flow=flow):
                if flow not in self.flows.flows:
                    yield f"there is no flow '{flow}'"
            case Questions(definition=name):
                slot = name.removeprefix("slots.")
                if name.startswith("slots."):
                    if slot not in self.flows.slots:
                        yield f"the definition is read from slot '{slot}', which is not declared"
                elif name not in self.definitions:
                    yield f"there is no definition '{name}'"
            case _:
                pass

    def _of_collect(self, step: Collect) -> Iterator[str]:
        slot = self.flows.slots.get(step.slot)
        if slot is None:
            yield f"slot '{step.slot}' is not declared"
            return
        if isinstance(slot, Summary):
            yield from self._of_response(slot.ask, {"summary"})
            return
        if slot.type is None:
            yield f"slot '{slot.name}' has no type, so it cannot be asked for"
            return
        yield from self._of_response(slot.ask)
        yield from self._of_response(slot.why)
        if slot.type.is_numeric and slot.ask in self.responses.names():
            # With "1" one person would answer and another choose.
            if self.responses.buttons(slot.ask):
                yield f"'{slot.ask}' asks for a number and shows a menu with numbers"
            if slot.type.options:
                yield f"slot '{slot.name}' takes a bare number and offers numbered options"

    def _of_response(self, name: str, also: Collection[str] = ()) -> Iterator[str]:
        if name not in self.responses.names():
            yield f"there is no response '{name}'"
            return
        for field in sorted(self.responses.fields(name)):
            if field not in self.flows.slots and field not in also:
                yield f"'{name}' is filled in with '{field}', which no slot is called"

    def _calls_itself(self, flow: Flow, path: tuple[str, ...]) -> bool:
        for step in flow.all_steps():
            if isinstance(step, Call) and step.flow in self.flows.flows:
                if step.flow in path:
                    return True
                if self._calls_itself(self.flows.flows[step.flow], (*path, step.flow)):
                    return True
        return False

    def _unreached(self, flow: Flow, mistake: Callable[[int, str], Mistake]) -> Iterator[Mistake]:
        reached = reachable(flow)
        for step in flow.all_steps():
            if step.key not in reached:
                yield mistake(step.line, f"no way leads to step '{step.key}'")


def reachable(flow: Flow) -> set[str]:
    """The keys of all steps that some answers lead to."""
    return {flow.steps[0].key} | after(flow, flow.steps[0].key)


def after(flow: Flow, first: str) -> set[str]:
    """The keys of all steps that may come some time after one."""
    ways = dict(following(flow))
    seen: set[str] = set()
    waiting = [target for _, target in ways[first]]
    while waiting:
        key = waiting.pop()
        if key == END or key in seen:
            continue
        seen.add(key)
        waiting += [target for _, target in ways[key]]
    return seen


def following(flow: Flow) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each step with the steps that may come next: (condition in words, key or END)."""
    yield from _following(flow.steps, END)


def _following(
    steps: tuple[Step, ...], at_the_end: str
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for place, step in enumerate(steps):
        after = at_the_end if place + 1 == len(steps) else steps[place + 1].key
        ways: list[tuple[str, str]] = []
        for branch in step.next:
            words = branch.condition.text if branch.condition else ""
            inside = branch.then if isinstance(branch.then, str) else branch.then[0].key
            ways.append((words, inside))
            if not isinstance(branch.then, str):
                yield from _following(branch.then, after)
        always = any(branch.condition is None for branch in step.next)
        if isinstance(step, Link):
            ways = [("", END)]
        elif not always:
            ways.append(("", after))
        yield step.key, ways
