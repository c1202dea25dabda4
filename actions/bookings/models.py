"""When consultants have time, who holds it, and what became of each request."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment, Now

_OCCUPYING = "state IN ('held', 'pending', 'proposed', 'accepted', 'done', 'missed')"
"""As actions.bookings.states.OCCUPYING."""


class Availability(Base):
    """Time that a consultant has every week, in El Salvador's time."""

    __tablename__ = "availability"
    __table_args__ = (
        UniqueConstraint("consultant_id", "weekday", "starts", "mode"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts < ends", name="span"),
        CheckConstraint("mode IN ('on_site', 'remote', 'both')", name="mode"),
    )

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """Monday is 0."""
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    mode: Mapped[str] = mapped_column(Text)


class AvailabilityException(Base):
    """Days on which a consultant has less time than usual, or more: see
    actions.bookings.openings.Exceptional."""

    __tablename__ = "availability_exception"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("(starts IS NULL) = (ends IS NULL) AND starts < ends", name="span"),
        CheckConstraint("mode IN ('on_site', 'remote', 'both')", name="mode"),
        Index("ix_availability_exception_consultant_id_last_day", "consultant_id", "last_day"),
    )

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    """Included."""
    opened: Mapped[bool] = mapped_column(Boolean)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    mode: Mapped[str] = mapped_column(Text, server_default=text("'both'"))
    reason: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Now]


class Referral(Base):
    """The chain of one request: who was asked for it, one after the other, until one accepts."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'proposed', 'looking', 'accepted', 'exhausted', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("(state IN ('waiting', 'proposed')) = (deadline IS NOT NULL)", name="due"),
        Index("ix_referral_person_id", "person_id"),
        Index("ix_referral_consultant_id", "consultant_id"),
        Index("ix_referral_made_at", "made_at"),
        Index("ix_referral_deadline", "deadline", postgresql_where=text("deadline IS NOT NULL")),
        Index("ix_referral_looking", "id", postgresql_where=text("state = 'looking'")),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    need: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What a fitting consultant was looked for by: ids and names of lists, nothing typed."""
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    """Who is asked now, or was asked last."""
    tried: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """Every consultant asked so far, in order, the present one included."""
    state: Mapped[str] = mapped_column(Text)
    deadline: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Until when the consultant (``waiting``) or the owner (``proposed``) may answer."""
    made_at: Mapped[Moment]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Booking(Base):
    """Time with a consultant that a person holds, asks for or has. That no two of one consultant
    overlap is held here and nowhere else: whatever the code does, the second one is refused."""

    __tablename__ = "booking"
    __table_args__ = (
        # A consultant stands there as a range because PostgreSQL has no equality of numbers in a
        # GiST index without an extension. Lapsed holds also count, since a condition cannot tell
        # the time: whoever takes an opening deletes them first.
        ExcludeConstraint(
            (text("int8range(consultant_id, consultant_id, '[]')"), "&&"),
            ("occupied", "&&"),
            where=text(_OCCUPYING),
            using="gist",
            name="ex_booking_occupied",
        ),
        UniqueConstraint("uid"),
        CheckConstraint(
            "state IN ('held', 'pending', 'proposed', 'accepted', 'declined', 'expired', "
            "'cancelled', 'done', 'missed')",
            name="state",
        ),
        CheckConstraint("mode IN ('on_site', 'remote')", name="mode"),
        CheckConstraint("occupied @> during AND NOT isempty(during)", name="occupied"),
        CheckConstraint("(state = 'held') = (hold_until IS NOT NULL)", name="hold"),
        CheckConstraint(
            "state = 'held' OR (referral_id IS NOT NULL AND asked_at IS NOT NULL "
            "AND consent_version IS NOT NULL AND consent_at IS NOT NULL)",
            name="asked",
        ),
        CheckConstraint("(state = 'accepted') <= (accepted_at IS NOT NULL)", name="accepted"),
        Index("ix_booking_person_id", "person_id", text("lower(during)")),
        Index("ix_booking_referral_id", "referral_id"),
        Index("ix_booking_consultant_id", "consultant_id", text("lower(during)")),
        Index("ix_booking_asked_at", "asked_at"),
        Index("ix_booking_held", "hold_until", postgresql_where=text("state = 'held'")),
        Index(
            "ix_booking_live",
            text("lower(during)"),
            postgresql_where=text("state IN ('pending', 'proposed', 'accepted')"),
        ),
    )

    id: Mapped[Id]
    consultant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("consultant.id"))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    """The owner."""
    referral_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("referral.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """The meeting itself."""
    occupied: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """With the buffers around it."""
    mode: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """See actions.bookings.states."""
    hold_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    purpose: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """In the owner's words; empty before it is asked for, and once it is erased."""
    place: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Where a meeting in person is, in the owner's words: an address or what it is next to. Empty
    where it was not asked for, and once it is erased, as is ``phone``."""
    phone: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """At which the owner is called, where their channel gives no number."""
    consent_version: Mapped[str | None] = mapped_column(Text)
    """Which text the owner agreed to before their contact was given to the consultant."""
    consent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[Moment]
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when the consultant is asked to answer; renewed when the owner changes the time."""
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the consultant accepted, declined or proposed another time."""
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when the present time is agreed on."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was declined, expired, cancelled, or marked as done or missed."""
    uid: Mapped[str] = mapped_column(Text)
    """By which calendars know it again."""
    sequence: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Rises with each change that a calendar has to take over."""
    day_reminder_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the reminder of the day before was given out; as is ``hour_reminder_at``."""
    hour_reminder_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lapse_told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When both sides were told that the consultant's registration no longer holds."""


class BookingEvent(Base):
    """What happened to a booking, in order. Entries are only added."""

    __tablename__ = "booking_event"
    __table_args__ = (
        CheckConstraint("by IN ('owner', 'consultant', 'clock', 'erasure')", name="by"),
        Index("ix_booking_event_booking_id_id", "booking_id", "id"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("booking.id"))
    at: Mapped[Moment]
    act: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """The time of the meeting after it."""
    note: Mapped[str | None] = mapped_column(Text)
    """Why, in the words of who did it."""


class Rating(Base):
    """What the owner thought of a meeting."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),)

    booking_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("booking.id"), primary_key=True, autoincrement=False
    )
    stars: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(Text, server_default=text("''"))
    made_at: Mapped[Moment]


class Complaint(Base):
    """What somebody holds against the other side of a booking; the ministry settles it."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint("by IN ('owner', 'consultant')", name="by"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),
        Index("ix_complaint_booking_id", "booking_id"),
        Index("ix_complaint_person_id", "person_id"),
        Index("ix_complaint_open", "made_at", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("booking.id"))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    """Who complains."""
    by: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str | None] = mapped_column(Text)
    """Who of the ministry."""
    outcome: Mapped[str | None] = mapped_column(Text)
    """What the ministry found: not told in the chat, but handed over with the person's data."""
    answer: Mapped[str | None] = mapped_column(Text)
    """What it told who complains; null where only that it was looked into."""


class CalendarFeed(Base):
    """The secret address at which a consultant's own calendar reads their bookings."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
    )

    consultant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("consultant.id"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the token: 256 random bits are not tried out, so it needs no salt."""
    made_at: Mapped[Moment]
