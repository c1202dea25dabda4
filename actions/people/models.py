"""People who write to us, and where they can be reached."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Now


class Person(Base):
    """Someone who writes to us. Holds nothing that tells who they are."""

    __tablename__ = "person"

    id: Mapped[Id]
    created_at: Mapped[Now]
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When they asked for no more notices and announcements; null while they want them."""


class Address(Base):
    """A person's address on one channel."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "external"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(Text)
    external: Mapped[str] = mapped_column(Text)
    """The provider's own name for it: E.164 number, Telegram chat id, digest of a web chat's id."""
    created_at: Mapped[Now]
    last_inbound_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Opens WhatsApp's 24-hour window."""
    blocked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the provider told us that the person blocked us; cleared when they write again."""
