"""The audit: what staff did, each entry chained to the one before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Moment


class AuditEntry(Base):
    """One act. A trigger lets nothing be changed or deleted, but for values that are erased.

    The chain runs over digests of the values, each salted: so values can be erased and the chain
    still be verified, and from a digest alone nobody can try out what the value was.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_staff_id", "staff_id", "place"),
        Index("ix_audit_entry_subject", "subject", "place"),
        Index(
            "ix_audit_entry_person_id",
            "person_id",
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """1, 2, 3 ... without a gap."""
    at: Mapped[Moment]
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
    """Null for who has no account: the command line, another system. No foreign key: an account
    may go, what was done stays."""
    way: Mapped[str] = mapped_column(Text)
    """Where from: see actions.audit.service.WAYS."""
    act: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """What it was done to, as ``kind:id``."""
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whom the values are about, so that they go when that person erases what we hold."""
    actor: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Who, and from which address; null once erased."""
    actor_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor_digest: Mapped[bytes] = mapped_column(LargeBinary)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What was there before and after; null once erased."""
    detail_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    detail_digest: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuditHead(Base):
    """The last entry of the chain, so that entries missing at its end are noticed too."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
