"""What a flow is made of, after its file was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.flows.conditions import Condition
from bot.slots.protocol import SlotType

END: Final = "END"


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that flows ask for or set.

    ``label`` names it in summaries and corrections. ``type`` is None for a slot that no one is
    asked for: an action or ``set_slots`` fills it. ``ask`` and ``why`` are names of responses, or
    texts where the slot comes from a definition held as data (``worded``). ``profile`` slots are
    kept with the firm, so that no task asks for them again.
    """

    name: str
    label: str
    type: SlotType | None
    optional: bool = False
    profile: bool = False
    ask: str = ""
    why: str = ""
    worded: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A slot of the type ``summary``: shows the answers and asks whether they go out like that."""

    name: str
    ask: str
    confirm: str
    """The title of the button that confirms."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way to go on: a step's id, END, or steps of its own. No condition: always."""

    condition: Condition | None
    then: "str | tuple[Step, ...]"


@dataclass(frozen=True, slots=True)
class Step:
    """Base of all steps. ``key`` is unique in the flow and stays while the step stands."""

    key: str
    line: int
    next: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Collect(Step):
    """Asks for a slot, unless it is known and ``ask_before_filling`` is not set."""

    slot: str = ""
    ask_before_filling: bool = False


@dataclass(frozen=True, slots=True)
class Action(Step):
    """Says a response (``utter_...``) or runs an action of the product."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class SetSlots(Step):
    """Gives slots fixed values; None takes a value away."""

    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noop(Step):
    """Only branches."""


@dataclass(frozen=True, slots=True)
class Call(Step):
    """Runs another flow's steps here, with the same slots, and comes back."""

    flow: str = ""


@dataclass(frozen=True, slots=True)
class Link(Step):
    """Ends this flow and begins another."""

    flow: str = ""


@dataclass(frozen=True, slots=True)
class Questions(Step):
    """Asks all questions of a definition held as data: ``definition`` is its id, or the name of
    the slot that holds the id, written ``slots.name``."""

    definition: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """One task."""

    id: str
    name: str
    description: str
    steps: tuple[Step, ...]
    path: Path
    line: int
    triggers: tuple[str, ...] = ()
    """Intents that begin it."""
    needs_consent: bool = True
    """Whether the person must first have agreed to how their data is handled."""
    topic: str | None = None
    """The topic word under which its turns are counted."""

    def all_steps(self) -> Iterator[Step]:
        """Every step, those inside branches included."""
        return walk(self.steps)


def walk(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps and all steps inside their branches, in the order of the file."""
    for step in steps:
        yield step
        for branch in step.next:
            if not isinstance(branch.then, str):
                yield from walk(branch.then)


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows, and the slots they share."""

    flows: Mapping[str, Flow] = field(default_factory=dict)
    slots: Mapping[str, Slot | Summary] = field(default_factory=dict)

    def triggered_by(self, intent: str) -> Flow | None:
        """The flow that an intent begins."""
        return next((flow for flow in self.flows.values() if intent in flow.triggers), None)
