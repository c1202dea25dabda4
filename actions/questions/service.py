"""Notes questions that found no answer, and who wants to be told; reads them for the staff.

What the staff does with them: actions.questions.staff.

A turn notes a question while staff may be at its cluster. It holds the cluster's row in the weakest
way, which turns share, so that none of them waits for another one; staff hold it in the strongest,
so that they wait for those turns, and the next ones for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases.hours import ZONE
from actions.questions.anonymous import anonymous
from actions.questions.clearness import clearness
from actions.questions.clustering import nearest, telling
from actions.questions.words import words_of

Outcome = Literal["abstained", "clarify", "low_rated", "out_of_scope"]

CANDIDATES: Final = 200
"""So many earlier questions are looked at when one comes in: those most like it in length, of them
the newest."""
ASKED_WITHIN: Final = timedelta(days=30)
"""So long after a question its asker may still say that they want to be told."""
CLEARER_BY: Final = 0.1
"""A label gives way to a clearer question only, lest it change with each that comes in."""


class NoSuchQuestion(LookupError):
    """There is no question with that number, or it was asked too long ago."""


async def record(
    session: AsyncSession,
    asked: str,
    outcome: Outcome,
    articles: Sequence[str],
    topic: str | None,
    channel: str,
    day: date,
) -> int | None:
    """Notes a question that found no answer, without who asked it; the number it has.

    ``articles`` are ids of what was offered, ``day`` is today in El Salvador. It goes to the open
    cluster of that question, or to a new one. None for a text without a letter or a digit.
    """
    said = anonymous(asked)
    words = words_of(said)
    if not words:
        return None
    values = {
        "said": said,
        "words": [*words],
        "outcome": outcome,
        "topic": topic,
        "articles": [*articles],
        "channel": channel,
        "day": day,
    }
    near = await _near(session, words)
    if near is not None:
        joined = (await session.execute(_JOIN, {**values, "cluster": near})).one_or_none()
        if joined is not None:
            if clearness(said) > clearness(joined.label) + CLEARER_BY:
                await session.execute(
                    text("UPDATE question_cluster SET label = :label WHERE id = :id"),
                    {"label": said, "id": near},
                )
            return int(joined.id)
    number: int = await session.scalar(_BEGIN, values)
    return number


_QUESTION: Final = """
    INSERT INTO asked_question
        (cluster_id, text, words, outcome, topic, articles, channel, asked_on)
    SELECT cluster.id, :said, CAST(:words AS text[]), :outcome, :topic,
        CAST(:articles AS text[]), :channel, CAST(:day AS date) FROM cluster
"""
# Looked at again now that it is held: staff may have answered or merged it meanwhile.
_JOIN = text(
    f"""
    WITH cluster AS (SELECT id, label FROM question_cluster
        WHERE id = :cluster AND article_id IS NULL FOR KEY SHARE)
    {_QUESTION} RETURNING id, (SELECT label FROM cluster) AS label
    """
)
_BEGIN = text(
    f"""
    WITH cluster AS (INSERT INTO question_cluster (label) VALUES (:said) RETURNING id)
    {_QUESTION} RETURNING id
    """
)
# Questions of one length have the more words in common, so those are the ones to look at. An
# answered question has no words any more. Lists are slow to read, so they come as one text each.
_CANDIDATES = text(
    """
    SELECT cluster_id, array_to_string(words, ' ') FROM (
        SELECT id, cluster_id, words FROM asked_question
        WHERE words && CAST(:telling AS text[])
        ORDER BY abs(cardinality(words) - :size), id DESC LIMIT :limit) AS alike
    ORDER BY id
    """
)


async def _near(session: AsyncSession, words: Sequence[str]) -> int | None:
    rows = await session.execute(
        _CANDIDATES, {"telling": telling(words), "size": len(words), "limit": CANDIDATES}
    )
    return nearest(words, ((cluster, known.split()) for cluster, known in rows))


@dataclass(frozen=True, slots=True)
class Wish:
    """What becomes of a person's wish to be told.

    ``noted``: they will be; ``answered``: there is an answer already, the article
    ``article_id``; ``no_answer``: the staff decided that there will be none.
    """

    kind: Literal["noted", "answered", "no_answer"]
    article_id: str | None = None


async def wants_answer(
    session: AsyncSession, question_id: int, person_id: int, now: datetime
) -> Wish:
    """Notes that a person wants to be told when their question is answered. Repeated, it is noted
    once.

    ``question_id`` is one that the caller kept in this person's conversation: whose question it is
    stands nowhere else. Raises NoSuchQuestion for an unknown one, and for one that was asked more
    than ASKED_WITHIN ago.
    """
    cluster_id = await _hold_cluster(session, question_id, now)
    state, article_id = (
        await session.execute(
            text("SELECT state, article_id FROM question_cluster WHERE id = :id"),
            {"id": cluster_id},
        )
    ).one()
    if article_id is not None:
        return Wish("answered", article_id)
    if state != "open":
        return Wish("no_answer")
    await session.execute(
        text(
            "INSERT INTO asker (question_id, person_id, agreed_at) "
            "VALUES (:question, :person, :now) ON CONFLICT DO NOTHING"
        ),
        {"question": question_id, "person": person_id, "now": now},
    )
    return Wish("noted")


async def _hold_cluster(session: AsyncSession, question_id: int, now: datetime) -> int:
    """Keeps the question's cluster from being answered; its number. Raises NoSuchQuestion."""
    since = (now - ASKED_WITHIN).astimezone(ZONE).date()
    held: int | None = None
    while True:
        cluster_id: int | None = await session.scalar(
            text("SELECT cluster_id FROM asked_question WHERE id = :id AND asked_on >= :since"),
            {"id": question_id, "since": since},
        )
        if cluster_id is None:
            raise NoSuchQuestion(question_id)
        if cluster_id == held:
            return cluster_id
        # While we wait, the question may go over to another cluster.
        await session.execute(
            text("SELECT 1 FROM question_cluster WHERE id = :id FOR KEY SHARE"),
            {"id": cluster_id},
        )
        held = cluster_id
