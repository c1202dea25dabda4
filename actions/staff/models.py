"""Staff of the ministry: their accounts, sessions, and what lets them in."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment, Now


class Staff(Base):
    """An account. Names are unique too: they stand beside what staff write and decide."""

    __tablename__ = "staff"
    __table_args__ = (
        Index("uq_staff_email", func.lower(text("email")), unique=True),
        Index("uq_staff_name", func.lower(text("name")), unique=True),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """See actions.staff.permissions.ROLES."""
    password_hash: Mapped[str | None] = mapped_column(Text)
    """argon2id; null until the invitation was accepted."""
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted: see actions.staff.vault."""
    totp_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when the second factor is asked for; null while it is not (or not yet) set up."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the last code used: none is taken twice."""
    made_at: Mapped[Now]
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StaffSession(Base):
    """A login, until it ends. Only a digest of its token is kept."""

    __tablename__ = "staff_session"
    __table_args__ = (CheckConstraint("stage IN ('code', 'setup', 'full')", name="stage"),)

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    stage: Mapped[str] = mapped_column(Text)
    """``code``: the password was right, the second factor is missing; ``setup``: it has to be set
    up first; ``full``."""
    made_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    """However much it is used."""
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    """The browser, as it calls itself, shortened."""


class StaffLink(Base):
    """A link by which a password is set: an invitation, or because it was forgotten."""

    __tablename__ = "staff_link"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecoveryCode(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LoginFailure(Base):
    """A login that failed, of the last day: so that nobody tries passwords or codes out."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_account", "account_digest", "at"),
        Index("ix_login_failure_address", "address", "at"),
    )

    id: Mapped[Id]
    account_digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the e-mail address as it was typed: it may be nobody's."""
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
