"""Cases: requests to talk with a person of the ministry, and what staff keep beside them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Now


class Case(Base):
    """A person's request; at most one is open for a person."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_open", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_case_held_until", "held_until", postgresql_where=text("held_until IS NOT NULL")),
        CheckConstraint(
            "close_reason IN ('resuelto', 'sin_respuesta', 'no_corresponde', 'duplicado', 'otro')",
            name="close_reason",
        ),
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
    channel: Mapped[str | None] = mapped_column(Text)
    """Where the person wrote last. Kept here, and not looked for among their messages, because
    the list of all open cases is narrowed by it."""
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the person first wrote after the last answer of the staff; null while they have it.
    Kept here because the list of all open cases is sorted by it."""
    close_reason: Mapped[str | None] = mapped_column(Text)
    """See actions.cases.service.CloseReason; null where it was not staff that closed it."""
    close_note: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry closed it; null where the person did, or had everything erased."""


class CaseReply(Base):
    """An outbound message that a member of the staff wrote, and not the assistant."""

    __tablename__ = "case_reply"

    outbox_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("outbox.id"), primary_key=True, autoincrement=False
    )
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("case.id"), index=True)
    staff: Mapped[str] = mapped_column(Text)


class CaseNote(Base):
    """What a member of the staff noted for the others; the person never sees it."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_case_id_id", "case_id", "id"),)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("case.id"))
    staff: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Now]


class CannedReply(Base):
    """A text that staff put into their replies by its title."""

    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("title"),)

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[Now]
    updated_by: Mapped[str] = mapped_column(Text)
