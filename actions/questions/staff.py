"""What the staff does with questions without an answer: assigns, resolves, dismisses, sorts them.

Whatever changes a cluster holds its row first, in a way that the turns which add to it wait for. So
of two staff who resolve it one is told that it is done, each asker hears of it once, and nobody's
question or wish to be told falls in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles.given import note as as_note
from actions.articles.given import the_name
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.questions.clearness import clearest
from actions.questions.reading import NoSuchCluster, Resolution, cluster_of
from actions.questions.service import NoSuchQuestion

ContentFor = Callable[[str | None, str], Content]
"""What an asker is told: of the article that answers (None: it is nothing that the ministry
answers) and of their own question, without what tells who they are."""

CATEGORY: Final = "reminders"
"""What an asker can stop these notices by. They are about the person's own affair and were asked
for, as reminders are: whoever stopped only announcements still hears of the answer, and whoever
stopped everything does not."""


class NotOpen(Exception):
    """The cluster has been resolved or dismissed already."""

    def __init__(self, number: int, state: str, by: str | None) -> None:
        super().__init__(f"cluster {number} is {state}")
        self.number = number
        self.state = state
        self.by = by


class NothingToPart(Exception):
    """The question is the only one of its cluster, or a cluster was to be merged with itself."""


class NotToReopen(Exception):
    """The cluster is open, or has an article that answers it: who asks that again begins another
    cluster."""

    def __init__(self, number: int, state: str) -> None:
        super().__init__(f"cluster {number} is {state}")
        self.number = number
        self.state = state


async def assign(session: AsyncSession, number: int, staff: str | None) -> str | None:
    """Gives an open cluster to a member of the staff; None: to nobody. Who had it before.

    Raises NoSuchCluster and NotOpen; and, as everything here that takes a name, Missing for one
    that is empty or cannot be shown.
    """
    staff = None if staff is None else the_name(staff)
    before = await _hold(session, number)
    await session.execute(
        text("UPDATE question_cluster SET assigned_to = :staff WHERE id = :id"),
        {"staff": staff, "id": number},
    )
    return before


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many people were told, and how many of those who had asked for it were not, because they
    stopped messages, erased what we hold, or have no address left."""

    told: int
    not_told: int


async def resolve(
    session: AsyncSession,
    number: int,
    how: Resolution,
    article_id: str | None,
    note: str,
    by: str,
    now: datetime,
    content_for: ContentFor,
) -> Resolved:
    """Ends a cluster, and tells those who asked for it: each of them once, however often they
    asked, of the question that they asked last.

    ``article_id`` is the article that answers, which has to be served by then; None with
    ``not_ours`` only. New questions like these begin a cluster of their own; with ``not_ours`` they
    come to this one, which stays as it is. Raises NoSuchCluster, NotOpen, and ValueError for an
    article where none belongs, or none where one does.
    """
    if (article_id is None) != (how == "not_ours"):
        raise ValueError(f"{how} does not go with the article {article_id!r}")
    by = the_name(by)
    await _hold(session, number)
    await session.execute(
        text(
            """
            UPDATE question_cluster SET state = 'resolved', resolution = :how,
                article_id = :article, note = :note, resolved_at = :now, resolved_by = :by
            WHERE id = :id
            """
        ),
        {
            "how": how,
            "article": article_id,
            "note": as_note(note),
            "now": now,
            "by": by,
            "id": number,
        },
    )
    if article_id is not None:
        await session.execute(
            text("UPDATE asked_question SET words = NULL WHERE cluster_id = :id"), {"id": number}
        )
    return await _tell(session, number, article_id, now, content_for)


async def dismiss(session: AsyncSession, number: int, note: str, by: str, now: datetime) -> None:
    """Ends a cluster that is no question, without a word to anybody; more of its kind come to it
    and leave it ended. Raises NoSuchCluster and NotOpen."""
    by = the_name(by)
    await _hold(session, number)
    await session.execute(
        text(
            "UPDATE question_cluster SET state = 'dismissed', note = :note, resolved_at = :now, "
            "resolved_by = :by WHERE id = :id"
        ),
        {"note": as_note(note), "now": now, "by": by, "id": number},
    )


async def reopen(session: AsyncSession, number: int) -> int:
    """Opens a cluster again that was dismissed, or was said to be nothing that the ministry
    answers. Those who were told that wait for the answer again; how many wait now.

    Raises NoSuchCluster, and NotToReopen for one that is open or has an article.
    """
    row = await _locked(session, number)
    if row.state == "open" or row.article_id is not None:
        raise NotToReopen(number, row.state)
    await session.execute(
        text(
            "UPDATE question_cluster SET state = 'open', resolution = NULL, note = '', "
            "resolved_at = NULL, resolved_by = NULL WHERE id = :id"
        ),
        {"id": number},
    )
    await session.execute(
        text(
            "UPDATE asker SET told_at = NULL FROM asked_question AS q "
            "WHERE q.id = asker.question_id AND q.cluster_id = :id"
        ),
        {"id": number},
    )
    waiting: int = await session.scalar(
        text(
            "SELECT count(DISTINCT asker.person_id) FROM asker "
            "JOIN asked_question AS q ON q.id = asker.question_id WHERE q.cluster_id = :id"
        ),
        {"id": number},
    )
    return waiting


async def merge(session: AsyncSession, number: int, other: int) -> None:
    """Moves all questions of the ``other`` open cluster to the first one, and takes it away.

    The first one keeps who looks after it; where nobody does, it takes over from the other. Raises
    NothingToPart for one and the same, NoSuchCluster and NotOpen.
    """
    if number == other:
        raise NothingToPart(number)
    # In one order, so that two who merge the same clusters do not wait for each other.
    for one in sorted((number, other)):
        await _hold(session, one)
    values = {"id": number, "other": other}
    await session.execute(
        text("UPDATE asked_question SET cluster_id = :id WHERE cluster_id = :other"), values
    )
    await session.execute(
        text(
            "UPDATE question_cluster AS kept SET "
            "assigned_to = COALESCE(kept.assigned_to, other.assigned_to) "
            "FROM question_cluster AS other WHERE kept.id = :id AND other.id = :other"
        ),
        values,
    )
    await session.execute(text("DELETE FROM question_cluster WHERE id = :other"), values)
    await _label(session, number)


async def split(session: AsyncSession, question_id: int, of: int | None = None) -> int:
    """Takes a question out of its open cluster into one of its own; the new cluster's number.

    ``of`` is the cluster that it is believed to be in. Raises NoSuchQuestion, also where it is in
    another one; NotOpen; and NothingToPart where it is the only one.
    """
    number = await cluster_of(session, question_id)
    if number is None or of not in (None, number):
        raise NoSuchQuestion(question_id)
    await _hold(session, number)
    texts = {
        row.id: row.text
        for row in await session.execute(
            text("SELECT id, text FROM asked_question WHERE cluster_id = :id"), {"id": number}
        )
    }
    if question_id not in texts:
        # It went over to another cluster while we waited.
        return await split(session, question_id, of)
    if len(texts) == 1:
        raise NothingToPart(question_id)
    new: int = await session.scalar(
        text("INSERT INTO question_cluster (label) VALUES (:label) RETURNING id"),
        {"label": texts[question_id]},
    )
    await session.execute(
        text("UPDATE asked_question SET cluster_id = :new WHERE id = :id"),
        {"new": new, "id": question_id},
    )
    await _label(session, number)
    return new


async def _locked(session: AsyncSession, number: int) -> Row[Any]:
    """Keeps a cluster from everybody else, and from the questions that come in."""
    row = (
        await session.execute(
            text(
                "SELECT state, resolved_by, article_id, assigned_to FROM question_cluster "
                "WHERE id = :id FOR UPDATE"
            ),
            {"id": number},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchCluster(number)
    return row


async def _hold(session: AsyncSession, number: int) -> str | None:
    """The same for one that has to be open; who looks after it."""
    row = await _locked(session, number)
    if row.state != "open":
        raise NotOpen(number, row.state, row.resolved_by)
    return None if row.assigned_to is None else str(row.assigned_to)


async def _label(session: AsyncSession, number: int) -> None:
    said = await session.scalars(
        text("SELECT text FROM asked_question WHERE cluster_id = :id ORDER BY id"), {"id": number}
    )
    await session.execute(
        text("UPDATE question_cluster SET label = :label WHERE id = :id"),
        {"label": clearest(said), "id": number},
    )


# Whoever was joined to another person is that one now: who both asked is told once. A person whom
# a link leads further is not the last of its chain.
_WAITING = text(
    """
    WITH RECURSIVE asked AS (
        SELECT q.id, q.text, asker.person_id FROM asker
        JOIN asked_question AS q ON q.id = asker.question_id
        WHERE q.cluster_id = :id AND asker.told_at IS NULL
    ), holder(person_id, id) AS (
        SELECT person_id, person_id FROM asked
        UNION
        SELECT holder.person_id, link.kept_id FROM person_link AS link
        JOIN holder ON holder.id = link.joined_id WHERE link.undone_at IS NULL)
    SELECT holder.id, array_agg(DISTINCT asked.person_id) AS accounts,
        (array_agg(asked.text ORDER BY asked.id DESC))[1] AS said,
        EXISTS (SELECT 1 FROM opted_out WHERE opted_out.person_id = holder.id
            AND opted_out.category = :category) AS stopped
    FROM holder JOIN asked ON asked.person_id = holder.person_id
    WHERE NOT EXISTS (SELECT 1 FROM person_link AS further
        WHERE further.joined_id = holder.id AND further.undone_at IS NULL)
    GROUP BY holder.id ORDER BY holder.id
    """
)


async def _tell(
    session: AsyncSession,
    number: int,
    article_id: str | None,
    now: datetime,
    content_for: ContentFor,
) -> Resolved:
    waiting = await session.execute(_WAITING, {"id": number, "category": CATEGORY})
    told = not_told = 0
    for person_id, accounts, said, stopped in waiting.all():
        message_id = None
        if not stopped:
            # With its category: one who stops messages before it is sent does not get it either.
            message_id = await outbox.post(
                session, person_id, content_for(article_id, said), states.NOTICE, CATEGORY
            )
        if message_id is None:
            not_told += 1
            continue
        told += 1
        await session.execute(
            text(
                """
                UPDATE asker SET told_at = :now FROM asked_question AS q
                WHERE q.id = asker.question_id AND q.cluster_id = :id
                    AND asker.person_id = ANY(:accounts)
                """
            ),
            {"now": now, "id": number, "accounts": accounts},
        )
    return Resolved(told, not_told)
