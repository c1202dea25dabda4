"""What the figures of a day are, and what they say: days, answers, the state of a channel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal

from actions.cases.hours import ZONE

ANSWERED: Final = frozenset({"answered"})
NOT_ANSWERED: Final = frozenset({"abstained", "clarify", "out_of_scope"})
NO_QUESTION: Final = frozenset({"task", "person", "smalltalk"})
"""Outcomes of turns (actions.messages.models.Turn): the person got an answer; got none, or was
asked back; asked nothing that has one. Each that the dialogue writes stands in one of them."""

ON_A_TOPIC: Final = frozenset({"answered", "abstained", "clarify", "task"})
"""Outcomes whose topic tells what people are after. A greeting has a topic too, and would lead."""

TOP: Final = 10
"""So many topics, and articles, are kept of a day."""

COMMITTED_AFTER: Final = timedelta(minutes=5)
"""What began before midnight has been committed by then: a turn's writing takes less by far."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A topic, or an article by its id, and in how many turns it came up."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one day in El Salvador; without arguments, those of a day without anything.

    ``outcomes`` counts turns by outcome; ``people`` wrote on that day, and ``new_people`` for the
    first time; ``inbound`` counts messages by channel; ``outbound`` those that were handed
    to a provider or given up on that day, by channel and by the state that they had reached when
    this was counted (``read`` ones are not among the ``delivered``). ``topics`` and ``articles``
    are the most frequent, an article by the answers that it gave. ``p50_ms`` and ``p95_ms`` are of
    the turns, in milliseconds. ``first_reply_minutes`` is the median time from a case's opening to
    the first message of the staff, over the ``first_replies`` cases that got it on that day.
    ``useful`` and ``useless`` are votes on articles; ``unanswered_questions`` those noted for the
    ministry, because nothing answered them or the answer was no help.
    """

    turns: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    people: int = 0
    new_people: int = 0
    inbound: Mapping[str, int] = field(default_factory=dict)
    outbound: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    topics: tuple[Counted, ...] = ()
    articles: tuple[Counted, ...] = ()
    p50_ms: int | None = None
    p95_ms: int | None = None
    cases_opened: int = 0
    cases_closed: int = 0
    first_replies: int = 0
    first_reply_minutes: float | None = None
    useful: int = 0
    useless: int = 0
    unanswered_questions: int = 0

    @property
    def answered(self) -> int:
        """Turns that gave an answer."""
        return sum(self.outcomes.get(name, 0) for name in ANSWERED)

    @property
    def not_answered(self) -> int:
        """Turns in which something was asked, and no answer given."""
        return sum(self.outcomes.get(name, 0) for name in NOT_ANSWERED)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Figures":
        """As :meth:`as_json` gave it; what was not counted yet in those days stays empty."""
        ranked = {
            name: tuple(Counted(**one) for one in stored.get(name, ()))
            for name in ("topics", "articles")
        }
        return cls(**{**stored, **ranked})


def day_of(moment: datetime) -> date:
    """The day of a moment in El Salvador. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone says nothing")
    return moment.astimezone(ZONE).date()


def span_of(day: date) -> tuple[datetime, datetime]:
    """When a day in El Salvador begins, and when the next one does."""
    return (
        datetime.combine(day, time(), ZONE),
        datetime.combine(day + timedelta(days=1), time(), ZONE),
    )


def last_finished(now: datetime) -> date:
    """The newest day that is over, and of which nothing more will come."""
    return day_of(now - COMMITTED_AFTER) - timedelta(days=1)


ChannelState = Literal["good", "attention", "silent"]

SILENT_AFTER: Final = timedelta(hours=24)
MANY_FAILED: Final = 3
FAILING_SHARE: Final = 0.05


def channel_state(
    now: datetime, last_inbound_at: datetime | None, settled: int, failed: int
) -> ChannelState:
    """How a channel fares, by what was ``settled`` of its messages in the last 24 hours.

    ``attention``: three or more failed, and they are a twentieth or more of what was settled; one
    wrong number is no news. Else ``silent``: nobody has written for 24 hours, or ever. Else
    ``good``.
    """
    if failed >= MANY_FAILED and failed >= settled * FAILING_SHARE:
        return "attention"
    if last_inbound_at is None or now - last_inbound_at >= SILENT_AFTER:
        return "silent"
    return "good"


def change(value: float, before: float) -> float | None:
    """By how much a figure grew over the one before: 0.25 is a quarter more. None where there was
    nothing before."""
    return (value - before) / before if before else None
