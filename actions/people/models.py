"""People who write to us, where they can be reached, and what they decided."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment, Now


class Person(Base):
    """Someone who writes to us. Holds nothing that tells who they are."""

    __tablename__ = "person"

    id: Mapped[Id]
    created_at: Mapped[Now]


class Address(Base):
    """A person's address on one channel."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("channel", "external"),
        Index("ix_address_forget_at", "forget_at", postgresql_where=text("forget_at IS NOT NULL")),
        Index(
            "ix_address_last_inbound_at",
            text("last_inbound_at DESC NULLS LAST"),
            "person_id",
            postgresql_where=text("forget_at IS NULL"),
        ),
    )

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
    forget_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Set when the person erased what we hold: from then on ``external`` may be replaced. Cleared
    when they write again before. It stays where the address has been forgotten."""


class Consent(Base):
    """That a version of the privacy notice was accepted. At most one is in force for a person."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_in_force",
            "person_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    """Null once the person has erased what we hold; the moments then only tell the day."""
    version: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    given_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PersonLink(Base):
    """One joining of two people who turned out to be the same: the joined one's addresses belong
    to the kept one from then on, and its history stays where it was."""

    __tablename__ = "person_link"
    __table_args__ = (
        Index(
            "uq_person_link_joined",
            "joined_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_person_link_kept_id", "kept_id"),
    )

    id: Mapped[Id]
    kept_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    joined_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    address_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """The addresses that came with it, so that undoing gives back exactly those."""
    firm_fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of the firm's fields that were copied because the kept person had none."""
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    """The joined person's open case, where the kept one had none."""
    joined_at: Mapped[Now]
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OptedOut(Base):
    """A category of messages that a person does not want, on any channel."""

    __tablename__ = "opted_out"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    stopped_at: Mapped[Now]
    link_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person_link.id"))
    """The joining that brought it; null for what the person said themselves."""


class LinkCode(Base):
    """A code that joins two people, of the last hour. See actions.people.codes."""

    __tablename__ = "link_code"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    expires_at: Mapped[Moment]
    """Ten minutes later, or when it was used or replaced."""


class LinkTry(Base):
    """A code that was typed and fitted nothing, of the last hour: so that nobody tries them out."""

    __tablename__ = "link_try"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    tried_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
