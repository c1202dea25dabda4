"""Articles as versions, what staff say of facts, and the number of what is served."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment, Now


class ArticleVersion(Base):
    """One text of an article. While it is a draft its author may change the text; from then on only
    its state changes."""

    __tablename__ = "article_version"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'superseded', 'withdrawn', 'rejected')",
            name="state",
        ),
        CheckConstraint("origin IN ('seed', 'staff', 'import')", name="origin"),
        CheckConstraint(
            "state <> 'published' OR (published_at IS NOT NULL AND effective_on IS NOT NULL)",
            name="published",
        ),
        Index(
            "ix_article_version_published",
            "article_id",
            "effective_on",
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[Id]
    article_id: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    """Counts from 1 within its article."""
    markdown: Mapped[str] = mapped_column(Text)
    """The whole file, in the format of ``knowledge/articles``."""
    topic: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    """Of the text: see actions.articles.rules.digest."""
    state: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    seed_digest: Mapped[str | None] = mapped_column(Text)
    """The factory's text it goes back to; the same as ``digest`` where it is that text."""
    began_from: Mapped[int | None] = mapped_column(Integer)
    """The number of the published version that its author had before them, if there was one."""
    author: Mapped[str] = mapped_column(Text)
    """A member of the staff, or "seed"."""
    note: Mapped[str] = mapped_column(Text, server_default=text("''"))
    effective_on: Mapped[date | None] = mapped_column(Date)
    """First day on which it is served; may be in the future. Set when it is published."""
    created_at: Mapped[Moment]
    """When its text was written, the last time if it was changed as a draft."""
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewer: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    review_note: Mapped[str] = mapped_column(Text, server_default=text("''"))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was published first; kept when it is superseded or withdrawn."""
    fact_digests: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """Fact id -> digest of what the fact said when this version was reviewed."""


class KnowledgeRevision(Base):
    """One row: a number that grows with every change of what is served."""

    __tablename__ = "knowledge_revision"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    """Tells a revision from the one of that number in a database that was restored over it."""


class FactChange(Base):
    """What staff say of a fact on top of the files. Never deleted: the newest of a kind holds."""

    __tablename__ = "fact_change"
    __table_args__ = (
        CheckConstraint("kind IN ('ended', 'confirmed')", name="kind"),
        CheckConstraint("(kind = 'ended') = (ends_on IS NOT NULL)", name="ends_on"),
        CheckConstraint("(kind = 'confirmed') = (source IS NOT NULL)", name="source"),
        Index("ix_fact_change_fact_id", "fact_id", "id"),
    )

    id: Mapped[Id]
    fact_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    ends_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which the fact holds."""
    source: Mapped[str | None] = mapped_column(Text)
    """Who confirmed it, when, and in which document."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[Now]
    note: Mapped[str] = mapped_column(Text, server_default=text("''"))
