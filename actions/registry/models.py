"""The national registry of environmental consultants, and what changed in it, when and by whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.firms.models import ACCENTED, MARKS, PLAIN
from actions.store.base import Base, Id, Moment, Now

_FOLDED = f"lower(translate(name, '{ACCENTED}{MARKS}', '{PLAIN}'))"


class Consultant(Base):
    """A person or company of the registry, or one that asked to be in it. Never deleted, but for
    an application that the person had erased. Which side rules a field: actions.registry.rules."""

    __tablename__ = "consultant"
    __table_args__ = (
        UniqueConstraint("registration_number"),
        UniqueConstraint("person_id"),
        CheckConstraint("kind IN ('persona', 'empresa')", name="kind"),
        CheckConstraint(
            "state IN ('solicitada', 'vigente', 'suspendida', 'vencida', 'rechazada')",
            name="state",
        ),
        CheckConstraint(
            "state IN ('solicitada', 'rechazada') OR (registration_number IS NOT NULL "
            "AND valid_from IS NOT NULL AND valid_to IS NOT NULL)",
            name="registered",
        ),
        CheckConstraint("valid_from <= valid_to", name="validity"),
        CheckConstraint("fee_min >= 0 AND fee_min <= fee_max", name="fees"),
        CheckConstraint("fee_unit IN ('hora', 'dia', 'proyecto')", name="fee_unit"),
        CheckConstraint(
            "(fee_min IS NULL) = (fee_max IS NULL) AND (fee_min IS NULL) = (fee_unit IS NULL)",
            name="fee_whole",
        ),
        Index("ix_consultant_state", "state", "valid_to"),
        Index("ix_consultant_name_folded", "name_folded"),
        # Without a list of what is still to be put in: a synchronisation would leave thousands in
        # it, through which every search goes.
        Index(
            "ix_consultant_categories",
            "categories",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    id: Mapped[Id]
    registration_number: Mapped[str | None] = mapped_column(Text)
    """As the registry writes it, without blanks around it and in capitals; null while it is only
    applied for."""
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_folded: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed(_FOLDED, persisted=True)
    )
    """Without accents, in lower case: see actions.firms.models.folded."""
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Ids of actions.registry.rules.CATEGORIES."""
    sectors: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Ids of knowledge.sectors; empty for all of them."""
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Where they go to, names as in knowledge.territory."""
    on_site: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    remote: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{es}'"))
    """ISO 639-1 (``es``, ``en``), or 639-3 where there is none (``nah``: náhuat)."""
    fee_min: Mapped[int | None] = mapped_column(Integer)
    """Whole US dollars, as ``fee_max``."""
    fee_max: Mapped[int | None] = mapped_column(Integer)
    fee_unit: Mapped[str | None] = mapped_column(Text)
    """``hora``, ``dia`` or ``proyecto``."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    """First day of the registration in El Salvador's calendar."""
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Last day, which still counts."""
    end_told_for: Mapped[date | None] = mapped_column(Date)
    """The last day of which the consultant was told that it is near; another one is told anew."""
    state: Mapped[str] = mapped_column(Text)
    """Stored; a registration past its last day has lapsed whatever stands here. So never judge by
    it alone: see actions.registry.rules.is_bookable."""
    state_by_hand: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Whether a person of the ministry set the state: then the registry no longer changes it by
    itself, and a difference becomes a conflict."""
    missing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When a synchronisation first found that the registry no longer has them."""
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    """Who answers for them in the chat."""
    phone: Mapped[str | None] = mapped_column(Text)
    """Given to an owner only where both sides agreed, as ``email``."""
    email: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Now]
    updated_at: Mapped[Now]


class ConsultantOffer(Base):
    """When a consultant last stood first among those offered to somebody: what the rotation goes
    by. Of its own, because it changes with every search."""

    __tablename__ = "consultant_offer"

    consultant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("consultant.id"), primary_key=True, autoincrement=False
    )
    first_at: Mapped[Moment]


class ConsultantChange(Base):
    """One field of a consultant got another value. Entries are only added, but for an erasure."""

    __tablename__ = "consultant_change"
    __table_args__ = (
        Index("ix_consultant_change_consultant_id_id", "consultant_id", "id"),
        CheckConstraint(
            "source IN ('registro', 'consultor', 'ministerio', 'vencimiento')", name="source"
        ),
    )

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    field: Mapped[str] = mapped_column(Text)
    """A column of ``consultant``, or ``alta`` where the consultant is new."""
    before: Mapped[Any | None] = mapped_column(JSONB)
    after: Mapped[Any | None] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(Text)
    """Who wanted it: the registry, the consultant, the ministry's staff, or the calendar."""
    sync_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("registry_sync.id"), index=True
    )
    by: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry."""
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Moment]


class RegistrySync(Base):
    """One run of a synchronisation: what a source held, and what of it differs from ours."""

    __tablename__ = "registry_sync"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'applied', 'discarded')", name="state"),
        CheckConstraint("(state = 'proposed') = (settled_at IS NULL)", name="settled"),
        Index("ix_registry_sync_source_id", "source", "id"),
    )

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(Text)
    """The file's name, or the address it was read from."""
    digest: Mapped[str] = mapped_column(Text)
    """SHA-256 of the good rows in a canonical form, in hexadecimal."""
    etag: Mapped[str | None] = mapped_column(Text)
    """What the HTTP source said, to be asked with the next time."""
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    """Rows by what they are: see actions.registry.difference.Difference.counts."""
    difference: Mapped[dict[str, Any]] = mapped_column(JSONB)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Problems of rows: ``row``, ``column``, ``sentence``."""
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The good ``rows``, and the numbers ``mentioned`` in bad ones, until it is settled."""
    state: Mapped[str] = mapped_column(Text)
    by: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry proposed it; null for the schedule."""
    at: Mapped[Moment]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str | None] = mapped_column(Text)


class RegistryConflict(Base):
    """What a synchronisation may not decide. Open until a person does."""

    __tablename__ = "registry_conflict"
    __table_args__ = (
        Index(
            "uq_registry_conflict_open",
            "consultant_id",
            "kind",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_registry_conflict_consultant_id_id", "consultant_id", "id"),
        CheckConstraint("kind IN ('desaparecido', 'estado', 'nombre')", name="kind"),
        CheckConstraint("decision IN ('mantener', 'registro', 'suspender')", name="decision"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),
    )

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    kind: Mapped[str] = mapped_column(Text)
    ours: Mapped[Any | None] = mapped_column(JSONB)
    theirs: Mapped[Any | None] = mapped_column(JSONB)
    """What the registry has; null where it no longer has the consultant."""
    sync_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry_sync.id"), index=True)
    at: Mapped[Moment]
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None] = mapped_column(Text)


class ConsultantDocument(Base):
    """A paper of an application, as actions.files.checking made it."""

    __tablename__ = "consultant_document"

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(Text)
    """Of the content, in hexadecimal."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Moment]


class ConsultantCode(Base):
    """A code with which the consultant's person joins them in the chat; used once."""

    __tablename__ = "consultant_code"
    __table_args__ = (UniqueConstraint("consultant_id"), UniqueConstraint("digest"))

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256: 60 random bits are not tried out, so it needs no salt and can be looked up."""
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class ConsultantCodeTry(Base):
    """A code of the ministry that was typed and fitted nothing, of the last hour."""

    __tablename__ = "consultant_code_try"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    tried_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
