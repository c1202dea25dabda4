"""Messages in and out: the inbox, the outbox, receipts, and the pace of each sender."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment, Now


class InboundMessage(Base):
    """The inbox: what came in, once each. It is also the queue of turns."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("address_id", "provider_id"),
        Index("ix_inbox_waiting", "person_id", "id", postgresql_where=sql("handled_at IS NULL")),
        Index("ix_inbox_turn_id", "turn_id"),
        Index("ix_inbox_address_id_id", "address_id", "id"),
        Index("ix_inbox_received_at", "received_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    address_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("address.id"))
    provider_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sql("'{}'"))
    """What a kind needs beside its text: a button's payload, a callback's id, a file's type."""
    received_at: Mapped[Now]
    handled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    turn_id: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=sql("0"))
    """How often a turn over this message failed for a reason other than an outage."""


class OutboundMessage(Base):
    """The outbox: one row is one message of the provider."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "person_id",
            "lane",
            "id",
            postgresql_where=sql("state IN ('queued', 'sending', 'ambiguous')"),
        ),
        Index("ix_outbox_address_id_id", "address_id", "id"),
        Index("ix_outbox_turn_id", "turn_id"),
        Index(
            "ix_outbox_channel_settled_at",
            "channel",
            "settled_at",
            postgresql_where=sql("settled_at IS NOT NULL"),
        ),
        Index(
            "uq_outbox_provider_id",
            "channel",
            "provider_id",
            unique=True,
            postgresql_where=sql("provider_id IS NOT NULL AND channel = 'whatsapp'"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    address_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("address.id"))
    channel: Mapped[str] = mapped_column(Text)
    turn_id: Mapped[int | None] = mapped_column(BigInteger)
    """The turn it answers; null for notices and announcements."""
    lane: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[str | None] = mapped_column(Text)
    """What a person can stop (see actions.people.wanted); null for what always goes."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """See actions.messages.content: text, buttons, links, files, template."""
    state: Mapped[str] = mapped_column(Text)
    """See actions.messages.states."""
    provider_id: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=sql("0"))
    attempted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was first handed to the provider: from there on the provider's list is searched."""
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When a worker took it up last: tells a send cut off by a crash."""
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it failed or waits: a code of ours or of the provider."""
    created_at: Mapped[Now]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was handed to the provider, or given up."""


class Receipt(Base):
    """What a provider told about a message we sent; kept as told, each status once."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("outbox_id", "status"),)

    id: Mapped[Id]
    outbox_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("outbox.id"))
    status: Mapped[str] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[Now]


class Pace(Base):
    """When a sender may send next: the one authority on its rate, for all workers."""

    __tablename__ = "pace"

    sender: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[Moment]


class Intake(Base):
    """How far a provider's messages have been read from its own list."""

    __tablename__ = "intake"

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    listed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Turn(Base):
    """One turn: what the assistant understood and did. Holds no text of the person."""

    __tablename__ = "turn"
    __table_args__ = (
        Index("ix_turn_person_id", "person_id"),
        Index("ix_turn_created_at", "created_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column(Float)
    outcome: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(Text)
    articles: Mapped[list[str]] = mapped_column(JSONB, server_default=sql("'[]'"))
    nlu_up: Mapped[bool] = mapped_column(Boolean, server_default=sql("true"))
    milliseconds: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[Now]
