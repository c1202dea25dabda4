"""Cases: requests to talk with a person of the ministry."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Now


class Case(Base):
    """A person's request; at most one is open for a person."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_open", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_case_held_until", "held_until", postgresql_where=text("held_until IS NOT NULL")),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    """The strongest one so far: see actions.cases.service.Reason."""
    context: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What the assistant knew when it was asked for: see actions.cases.service.Context."""
    opened_at: Mapped[Now]
    staff: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry has the conversation; null while nobody does."""
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Until when the assistant keeps quiet. While it is set, past or not, the person has not been
    told yet that the assistant is back."""
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CaseReply(Base):
    """An outbound message that a member of the staff wrote, and not the assistant."""

    __tablename__ = "case_reply"

    outbox_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("outbox.id"), primary_key=True, autoincrement=False
    )
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("case.id"), index=True)
    staff: Mapped[str] = mapped_column(Text)
