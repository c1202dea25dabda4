"""The state of a conversation, and the events and effects of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from actions.answers.service import Answer
from actions.messages.content import Attachment, Button
from bot.flows.model import Flows, Slot
from bot.slots.protocol import Stored
from bot.understanding.understood import Understood


@dataclass(frozen=True, slots=True)
class Task:
    """A flow that a person began and did not end.

    Where it stands is not kept: it follows from the answers, so that a flow which was changed
    meanwhile goes on from whatever answers still fit.
    """

    flow: str
    number: int
    """Names it in buttons; never used again in this conversation."""
    touched: int
    """When the person last worked on it, in seconds since 1970."""
    answers: Mapping[str, Stored] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    """The slots in the order in which they were first answered."""
    done: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What steps already did: the digest of what they stood on, and the slots that they set."""
    given: Mapping[str, Stored] = field(default_factory=dict)
    """Slots that were set when it began."""
    changing: str | None = None
    """The slot whose answer the person is about to correct."""
    again: tuple[str, ...] = ()
    """Slots to be asked for although the firm's profile has them."""

    def as_json(self) -> dict[str, Any]:
        """The stored form; empty parts are left out."""
        stored = {
            "flow": self.flow,
            "number": self.number,
            "touched": self.touched,
            "answers": dict(self.answers),
            "order": list(self.order),
            "done": {key: dict(value) for key, value in self.done.items()},
            "given": dict(self.given),
            "changing": self.changing,
            "again": list(self.again),
        }
        return {key: value for key, value in stored.items() if value or key == "number"}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`as_json`."""
        return cls(
            flow=stored["flow"],
            number=stored["number"],
            touched=stored.get("touched", 0),
            answers=stored.get("answers", {}),
            order=tuple(stored.get("order", ())),
            done=stored.get("done", {}),
            given=stored.get("given", {}),
            changing=stored.get("changing"),
            again=tuple(stored.get("again", ())),
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the engine remembers between turns."""

    welcomed: bool = False
    turns: int = 0
    menu: tuple[Button, ...] = ()
    """The choices shown last, which a number or a title picks."""
    article: str | None = None
    """The article answered with last."""
    question: str | None = None
    """What was asked last, while the person has not said whether the answer was of use."""
    tasks: tuple[Task, ...] = ()
    """All that was begun and not ended, oldest first."""
    under_way: tuple[int, ...] = ()
    """Numbers of the tasks under way: the last one is asked about, the others wait for its end."""
    asked: str | None = None
    """The slot that the open question is about."""
    cancelled: Task | None = None
    """The task cancelled last, for those who did not mean it."""
    begun: int = 0
    """How many tasks were ever begun."""
    failures: int = 0
    """Messages in a row that were not understood."""
    aside: int = 0
    """Answers in a row about something else than the open question."""

    @property
    def task(self) -> Task | None:
        """The task under way, if there is one."""
        return self.find(self.under_way[-1]) if self.under_way else None

    def find(self, number: int) -> Task | None:
        """An unfinished task by its number."""
        return next((task for task in self.tasks if task.number == number), None)

    def with_task(self, task: Task) -> Self:
        """The same with a task in a new state."""
        tasks = tuple(task if one.number == task.number else one for one in self.tasks)
        return replace(self, tasks=tasks)

    def without_task(self, number: int) -> Self:
        """The same without that task."""
        was_asked = self.under_way[-1:] == (number,)
        return replace(
            self,
            tasks=tuple(one for one in self.tasks if one.number != number),
            under_way=tuple(one for one in self.under_way if one != number),
            asked=None if was_asked else self.asked,
        )

    def as_json(self) -> dict[str, Any]:
        """The stored form; empty parts are left out."""
        stored = {
            "welcomed": self.welcomed,
            "turns": self.turns,
            "menu": [[button.title, button.means] for button in self.menu],
            "article": self.article,
            "question": self.question,
            "tasks": [task.as_json() for task in self.tasks],
            "under_way": list(self.under_way),
            "asked": self.asked,
            "cancelled": self.cancelled.as_json() if self.cancelled else None,
            "begun": self.begun,
            "failures": self.failures,
            "aside": self.aside,
        }
        return {key: value for key, value in stored.items() if value}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`as_json`; missing parts take their first value."""
        cancelled = state.get("cancelled")
        return cls(
            welcomed=bool(state.get("welcomed", False)),
            turns=int(state.get("turns", 0)),
            menu=tuple(Button(title, means) for title, means in state.get("menu", ())),
            article=state.get("article"),
            question=state.get("question"),
            tasks=tuple(Task.from_json(task) for task in state.get("tasks", ())),
            under_way=tuple(state.get("under_way", ())),
            asked=state.get("asked"),
            cancelled=Task.from_json(cancelled) if cancelled else None,
            begun=int(state.get("begun", 0)),
            failures=int(state.get("failures", 0)),
            aside=int(state.get("aside", 0)),
        )

    def with_menu(self, menu: tuple[Button, ...]) -> Self:
        """The same with other choices open."""
        return replace(self, menu=menu)


@dataclass(frozen=True, slots=True)
class Definition:
    """Questions held as data: a report form, a scan. ``version`` tells that they changed."""

    id: str
    title: str
    version: str
    questions: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What the engine may look at beside the conversation."""

    now: datetime
    """In El Salvador's time."""
    flows: Flows
    known: Mapping[str, Stored] = field(default_factory=dict)
    """What is known of the person and the firm, by slot."""
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    held: bool = False
    """Whether staff have the conversation, so that the assistant keeps quiet."""
    has_case: bool = False
    """Whether a case of the person is already open."""

    @property
    def today(self) -> date:
        """The day, in El Salvador."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Heard:
    """Event: the person said something."""

    understood: Understood


@dataclass(frozen=True, slots=True)
class Done:
    """Event: an action ran, with what it returned."""

    do: "Do"
    result: Any


Event = Heard | Done


@dataclass(frozen=True, slots=True)
class Say:
    """Effect: a response goes to the person; ``bare`` leaves its own buttons out."""

    response: str
    params: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    bare: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Do:
    """Effect: an action runs, and its result comes back as an event.

    ``step`` names the step of the flow that wants it; None when the engine itself does.
    """

    action: str
    args: Mapping[str, Any] = field(default_factory=dict)
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Effect: what became of the turn, for its record and for ``torogoz ask``."""

    outcome: str
    topic: str | None = None
    answer: Answer | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What an action gives back that does more than set slots.

    ``says`` is said at once, with buttons and files that no flow can declare. ``again`` are answers
    that hold no more, to be asked for anew; ``given`` is known from now on in this task. ``ends``
    names flows that have become pointless: what was begun of them is left.
    """

    sets: Mapping[str, Any] = field(default_factory=dict)
    says: tuple[Say, ...] = ()
    again: tuple[str, ...] = ()
    given: Mapping[str, Stored] = field(default_factory=dict)
    ends: tuple[str, ...] = ()


Effect = Say | Do | Note
