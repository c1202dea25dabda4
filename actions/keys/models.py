"""Keys of other systems, how much each was used, and answers that may be replayed."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment


class ApiKey(Base):
    """What one system shows to be let in. Never deleted: its name stands under what it did."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        CheckConstraint("per_minute > 0", name="per_minute"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    """Of the system; it may have several keys, so that one can take over from another."""
    prefix: Mapped[str] = mapped_column(Text, unique=True)
    """The part of the key that may be shown, and by which it is found."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the part that is secret."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """See actions.keys.rules."""
    per_minute: Mapped[int] = mapped_column(Integer)
    """Requests."""
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """To the minute."""
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[str | None] = mapped_column(Text)


class ApiWindow(Base):
    """The minute in which a key's requests are being counted."""

    __tablename__ = "api_window"

    key_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("api_key.id"), primary_key=True, autoincrement=False
    )
    began_at: Mapped[Moment]
    used: Mapped[int] = mapped_column(Integer)


class ApiAnswer(Base):
    """What was answered to a request that changed something, of the last day.

    Holds no personal text: answers name what was made by its number.
    """

    __tablename__ = "api_answer"

    key_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("api_key.id"), primary_key=True, autoincrement=False
    )
    idempotency_key: Mapped[str] = mapped_column(Text, primary_key=True)
    """Chosen by the client, once for each thing that it wants done."""
    request: Mapped[bytes] = mapped_column(LargeBinary)
    """Digest of what was asked for."""
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
