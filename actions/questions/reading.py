"""What there is to know of questions without an answer: lists, one in full, how old they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Row, text

from actions.store.database import Executor

State = Literal["open", "resolved", "dismissed"]
Resolution = Literal["alias", "article", "not_ours"]
Order = Literal["size", "age"]

EXAMPLES: Final = 3
WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)


class NoSuchCluster(LookupError):
    """There is no cluster with that number."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One question as the staff sees it.

    ``size`` is how often it was asked, from ``first_on`` to ``last_on``; ``waiting`` how many
    people want to be told and were not; ``examples`` are its newest questions.
    """

    number: int
    label: str
    state: State
    assigned_to: str | None
    resolution: Resolution | None
    article_id: str | None
    note: str
    resolved_at: datetime | None
    resolved_by: str | None
    size: int
    first_on: date
    last_on: date
    waiting: int
    examples: tuple[str, ...]


_CLUSTERS = """
    SELECT c.id AS number, c.label, c.state, c.assigned_to, c.resolution, c.article_id, c.note,
        c.resolved_at, c.resolved_by, asked.size, asked.first_on, asked.last_on,
        (SELECT count(DISTINCT asker.person_id) FROM asker
            JOIN asked_question AS q ON q.id = asker.question_id
            WHERE q.cluster_id = c.id AND asker.told_at IS NULL) AS waiting,
        ARRAY(SELECT q.text FROM asked_question AS q WHERE q.cluster_id = c.id
            ORDER BY q.id DESC LIMIT :examples) AS examples
    FROM question_cluster AS c JOIN (
        SELECT cluster_id, count(*) AS size, min(asked_on) AS first_on, max(asked_on) AS last_on
        FROM asked_question GROUP BY cluster_id) AS asked ON asked.cluster_id = c.id
"""
_ORDERS: Final[dict[Order, str]] = {
    "size": "asked.size DESC, asked.first_on, c.id",
    "age": "asked.first_on, asked.size DESC, c.id",
}


async def clusters(
    session: Executor,
    state: State | None = "open",
    order: Order = "size",
    limit: int = 50,
    *,
    first_asked_by: date | None = None,
    unassigned: bool = False,
) -> list[Cluster]:
    """Clusters in a state (None: in any), the most asked or the oldest first.

    ``first_asked_by`` leaves out those that were first asked later; ``unassigned`` those that
    somebody looks after.
    """
    rows = await session.execute(
        text(
            f"""
            {_CLUSTERS}
            WHERE (CAST(:state AS text) IS NULL OR c.state = :state)
                AND (CAST(:by AS date) IS NULL OR asked.first_on <= :by)
                AND NOT (:unassigned AND c.assigned_to IS NOT NULL)
            ORDER BY {_ORDERS[order]} LIMIT :limit
            """
        ),
        {
            "state": state,
            "by": first_asked_by,
            "unassigned": unassigned,
            "limit": limit,
            "examples": EXAMPLES,
        },
    )
    return [_cluster(row) for row in rows]


async def several(session: Executor, numbers: Sequence[int]) -> list[Cluster]:
    """The clusters of these numbers, in their order; those that are gone are left out."""
    rows = await session.execute(
        text(
            # Said of the questions too: else those of all clusters would be counted.
            f"{_CLUSTERS} WHERE c.id = ANY(:numbers) AND asked.cluster_id = ANY(:numbers)"
        ),
        {"numbers": [*numbers], "examples": EXAMPLES},
    )
    found = {row.number: _cluster(row) for row in rows}
    return [found[number] for number in numbers if number in found]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a cluster. ``awaited``: whoever asked it wants to be told."""

    number: int
    text: str
    outcome: str
    topic: str | None
    articles: tuple[str, ...]
    channel: str
    asked_on: date
    awaited: bool


_QUESTIONS = """
    SELECT q.id, q.text, q.outcome, q.topic, q.articles, q.channel, q.asked_on,
        EXISTS (SELECT 1 FROM asker WHERE asker.question_id = q.id) AS awaited
    FROM asked_question AS q WHERE q.cluster_id = :number
"""


async def one(session: Executor, number: int) -> Cluster:
    """A cluster in any state. Raises NoSuchCluster."""
    found = await several(session, [number])
    if not found:
        raise NoSuchCluster(number)
    return found[0]


async def cluster_of(session: Executor, question_id: int) -> int | None:
    """The number of the cluster that a question is in; None where there is no such question."""
    number: int | None = await session.scalar(
        text("SELECT cluster_id FROM asked_question WHERE id = :id"), {"id": question_id}
    )
    return number


async def show(session: Executor, number: int) -> tuple[Cluster, list[Question]]:
    """A cluster in any state and all its questions, oldest first. Raises NoSuchCluster."""
    cluster = await one(session, number)
    rows = await session.execute(text(f"{_QUESTIONS} ORDER BY q.id"), {"number": number})
    return cluster, [_question(row) for row in rows]


async def wordings(session: Executor, number: int, offset: int, limit: int) -> list[Question]:
    """A page of the questions of a cluster, newest first; none of a cluster that is gone."""
    rows = await session.execute(
        text(f"{_QUESTIONS} ORDER BY q.id DESC LIMIT :limit OFFSET :offset"),
        {"number": number, "limit": limit, "offset": offset},
    )
    return [_question(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Ages:
    """How many open clusters were first asked in the last seven days, in the three weeks before
    those (of thirty days in all), and earlier; and how many of all of them nobody looks after."""

    week: int
    month: int
    older: int
    unassigned: int


async def ages(session: Executor, today: date) -> Ages:
    """The open clusters by age."""
    row = (
        await session.execute(
            text(
                """
                SELECT count(*) FILTER (WHERE first_on > :week),
                    count(*) FILTER (WHERE first_on <= :week AND first_on > :month),
                    count(*) FILTER (WHERE first_on <= :month),
                    count(*) FILTER (WHERE assigned_to IS NULL)
                FROM (SELECT c.assigned_to, min(q.asked_on) AS first_on
                    FROM question_cluster AS c JOIN asked_question AS q ON q.cluster_id = c.id
                    WHERE c.state = 'open' GROUP BY c.id) AS standing
                """
            ),
            {"week": today - WEEK, "month": today - MONTH},
        )
    ).one()
    return Ages(*row)


def _cluster(row: Row[Any]) -> Cluster:
    fields: dict[str, Any] = {**row._mapping, "examples": tuple(row.examples)}
    return Cluster(**fields)


def _question(row: Row[Any]) -> Question:
    return Question(
        row.id,
        row.text,
        row.outcome,
        row.topic,
        tuple(row.articles),
        row.channel,
        row.asked_on,
        row.awaited,
    )
