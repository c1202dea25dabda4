"""Questions that found no answer: what was asked, what is one question, and who wants to be told.

None of it tells who asked but :class:`Asker`, which exists only where someone said so themselves.
For the same reason there are days and no moments: a second would find the turn, and the person.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment


class QuestionCluster(Base):
    """One question, asked by any number of people in their own words.

    How many they are, and on which days, is read from the questions: they move between clusters.
    """

    __tablename__ = "question_cluster"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'resolved', 'dismissed')", name="state"),
        CheckConstraint("resolution IN ('alias', 'article', 'not_ours')", name="resolution"),
        CheckConstraint("(state = 'resolved') = (resolution IS NOT NULL)", name="resolved"),
        CheckConstraint(
            "(article_id IS NOT NULL) = (COALESCE(resolution, '') IN ('alias', 'article'))",
            name="article_id",
        ),
        Index("ix_question_cluster_state", "state", "id"),
    )

    id: Mapped[Id]
    label: Mapped[str] = mapped_column(Text)
    """The clearest of its questions: see actions.questions.clearness."""
    state: Mapped[str] = mapped_column(Text, server_default=sql("'open'"))
    assigned_to: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry looks for the answer."""
    resolution: Mapped[str | None] = mapped_column(Text)
    """``alias``: an article answered it all along, and is found by those words from now on;
    ``article``: one was written; ``not_ours``: it is nothing that the ministry answers."""
    article_id: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default=sql("''"))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was resolved or dismissed."""
    resolved_by: Mapped[str | None] = mapped_column(Text)


class AskedQuestion(Base):
    """One question as it was asked, without whoever asked it."""

    __tablename__ = "asked_question"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('abstained', 'clarify', 'low_rated', 'out_of_scope')", name="outcome"
        ),
        Index("ix_asked_question_cluster_id", "cluster_id"),
        Index("ix_asked_question_asked_on", "asked_on"),
        # Searched inside a turn: entries that wait in a list to be sorted in would slow that down.
        Index(
            "ix_asked_question_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    id: Mapped[Id]
    cluster_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("question_cluster.id"))
    text: Mapped[str] = mapped_column(Text)
    """See actions.questions.anonymous."""
    words: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """What new questions are compared with: see actions.questions.words. Null once there is an
    answer: whoever asks it again begins a new cluster, for they did not find that answer."""
    outcome: Mapped[str] = mapped_column(Text)
    """What the assistant did: ``abstained``, ``clarify`` (offered a choice), ``low_rated`` (the
    answer was no help), ``out_of_scope``."""
    topic: Mapped[str | None] = mapped_column(Text)
    articles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    """Ids of what was offered, best first."""
    channel: Mapped[str] = mapped_column(Text)
    asked_on: Mapped[date] = mapped_column(Date)
    """In El Salvador."""


class Asker(Base):
    """Someone who asked to be told when there is an answer. Goes when they erase their data."""

    __tablename__ = "asker"

    question_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("asked_question.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id"), primary_key=True, autoincrement=False, index=True
    )
    agreed_at: Mapped[Moment]
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ArticleRating(Base):
    """How many said on a day that an article was of use to them, and how many that it was not."""

    __tablename__ = "article_rating"
    __table_args__ = (Index("ix_article_rating_rated_on", "rated_on"),)

    article_id: Mapped[str] = mapped_column(Text, primary_key=True)
    rated_on: Mapped[date] = mapped_column(Date, primary_key=True)
    useful: Mapped[int]
    useless: Mapped[int]
