"""What the demo's three months consist of, before they are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.cases.service import Reason
from actions.demo.firms import Channel, Invented
from actions.demo.talk import Unanswered

State = Literal["waiting", "held", "closed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What the demo needs of an article: its topic, the branches it is for, ways to ask for it,
    the answer as it is shown, and the ids of what comes next."""

    id: str
    title: str
    topic: str
    sectors: tuple[str, ...]
    questions: tuple[str, ...]
    answer: str
    next: tuple[str, ...]


@dataclass(slots=True)
class Guest:
    """Somebody; ``care`` is how carelessly they type (see actions.demo.talk.typed)."""

    channel: Channel
    external: str
    care: int
    firm: Invented | None = None
    has_written: bool = False
    has_case: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """What the assistant made of a message, and how many milliseconds that took."""

    outcome: str
    intent: str
    confidence: float | None
    topic: str | None
    articles: tuple[str, ...]
    milliseconds: int


@dataclass(slots=True)
class CasePlan:
    """Somebody's wish to talk with a person, and what became of it. ``waiting_since`` as in
    actions.cases.models; ``replies`` are the ministry's."""

    guest: Guest
    reason: Reason
    why: str
    state: State
    question: str
    article: str
    opened_at: datetime
    waiting_since: datetime | None
    closed_at: datetime | None = None
    close_reason: str = ""
    close_note: str = ""
    notes: list[tuple[datetime, str]] = field(default_factory=list)
    replies: list[tuple[datetime, str]] = field(default_factory=list)
    number: int = 0
    """Once it is stored."""


@dataclass(slots=True)
class Line:
    """A message: of the person, with the turn that it got; of the assistant, where it says so with
    the case that it opened, whose number it names; or of the ministry, in a case."""

    at: datetime
    guest: Guest
    text: str
    turn: Turned | None = None
    opens: CasePlan | None = None
    reply_in: CasePlan | None = None
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def is_inbound(self) -> bool:
        return self.turn is not None


@dataclass(frozen=True, slots=True)
class Wondered:
    """A question without an answer, as one person asked it."""

    at: datetime
    guest: Guest
    text: str
    subject: Unanswered
    wants_to_know: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, each in the order of time; ``ratings`` are votes on an article (of use, of none)
    by its id and the day."""

    guests: Sequence[Guest]
    lines: Sequence[Line]
    cases: Sequence[CasePlan]
    wondered: Sequence[Wondered]
    ratings: Mapping[tuple[str, date], tuple[int, int]]
