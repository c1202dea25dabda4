"""Availability of consultants, openings held, bookings and referrals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "availability",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mode IN ('on_site', 'remote', 'both')", name=op.f("ck_availability_mode")
        ),
        sa.CheckConstraint("starts < ends", name=op.f("ck_availability_span")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_availability_weekday")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_availability_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
        sa.UniqueConstraint(
            "consultant_id",
            "weekday",
            "starts",
            "mode",
            name=op.f("uq_availability_consultant_id_weekday_starts_mode"),
        ),
    )
    op.create_table(
        "availability_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("mode", sa.Text(), server_default=sa.text("'both'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "mode IN ('on_site', 'remote', 'both')", name=op.f("ck_availability_exception_mode")
        ),
        sa.CheckConstraint(
            "(starts IS NULL) = (ends IS NULL) AND starts < ends",
            name=op.f("ck_availability_exception_span"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_availability_exception_days")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_availability_exception_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_exception")),
    )
    op.create_index(
        "ix_availability_exception_consultant_id_last_day",
        "availability_exception",
        ["consultant_id", "last_day"],
        unique=False,
    )
    op.create_table(
        "calendar_feed",
        sa.Column("consultant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_calendar_feed_digest")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_calendar_feed_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("consultant_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "need",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("tried", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('waiting', 'proposed')) = (deadline IS NOT NULL)",
            name=op.f("ck_referral_due"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'proposed', 'looking', 'accepted', 'exhausted', 'withdrawn')",
            name=op.f("ck_referral_state"),
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultant.id"], name=op.f("fk_referral_consultant_id_consultant")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_referral_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_consultant_id", "referral", ["consultant_id"], unique=False)
    op.create_index(
        "ix_referral_deadline",
        "referral",
        ["deadline"],
        unique=False,
        postgresql_where=sa.text("deadline IS NOT NULL"),
    )
    op.create_index(
        "ix_referral_looking",
        "referral",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'looking'"),
    )
    op.create_index("ix_referral_made_at", "referral", ["made_at"], unique=False)
    op.create_index("ix_referral_person_id", "referral", ["person_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("referral_id", sa.BigInteger(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("occupied", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purpose", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("day_reminder_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hour_reminder_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapse_told_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(consultant_id, consultant_id, '[]')"), "&&"),
            (sa.column("occupied"), "&&"),
            where=sa.text("state IN ('held', 'pending', 'proposed', 'accepted', 'done', 'missed')"),
            using="gist",
            name="ex_booking_occupied",
        ),
        sa.CheckConstraint(
            "(state = 'accepted') <= (accepted_at IS NOT NULL)", name=op.f("ck_booking_accepted")
        ),
        sa.CheckConstraint(
            "(state = 'held') = (hold_until IS NOT NULL)", name=op.f("ck_booking_hold")
        ),
        sa.CheckConstraint("mode IN ('on_site', 'remote')", name=op.f("ck_booking_mode")),
        sa.CheckConstraint(
            "state = 'held' OR (referral_id IS NOT NULL AND asked_at IS NOT NULL AND consent_version IS NOT NULL AND consent_at IS NOT NULL)",
            name=op.f("ck_booking_asked"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'pending', 'proposed', 'accepted', 'declined', 'expired', 'cancelled', 'done', 'missed')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint(
            "occupied @> during AND NOT isempty(during)", name=op.f("ck_booking_occupied")
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultant.id"], name=op.f("fk_booking_consultant_id_consultant")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_booking_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index(
        "ix_booking_live",
        "booking",
        [sa.literal_column("lower(during)")],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'proposed', 'accepted')"),
    )
    op.create_index("ix_booking_asked_at", "booking", ["asked_at"], unique=False)
    op.create_index(
        "ix_booking_consultant_id",
        "booking",
        ["consultant_id", sa.literal_column("lower(during)")],
        unique=False,
    )
    op.create_index(
        "ix_booking_held",
        "booking",
        ["hold_until"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_booking_person_id",
        "booking",
        ["person_id", sa.literal_column("lower(during)")],
        unique=False,
    )
    op.create_index("ix_booking_referral_id", "booking", ["referral_id"], unique=False)
    op.create_table(
        "booking_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "by IN ('owner', 'consultant', 'clock', 'erasure')", name=op.f("ck_booking_event_by")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_event_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_event")),
    )
    op.create_index(
        "ix_booking_event_booking_id_id", "booking_event", ["booking_id", "id"], unique=False
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("by IN ('owner', 'consultant')", name=op.f("ck_complaint_by")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_complaint_settled")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_complaint_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_complaint_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_booking_id", "complaint", ["booking_id"], unique=False)
    op.create_index(
        "ix_complaint_open",
        "complaint",
        ["made_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_complaint_person_id", "complaint", ["person_id"], unique=False)
    op.create_table(
        "rating",
        sa.Column("booking_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_rating_stars")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_rating_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_rating")),
    )


def downgrade() -> None:
    op.drop_table("rating")
    op.drop_table("complaint")
    op.drop_table("booking_event")
    op.drop_table("booking")
    op.drop_table("referral")
    op.drop_table("calendar_feed")
    op.drop_table("availability_exception")
    op.drop_table("availability")
