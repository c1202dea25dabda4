"""What people decide: consent, categories they stopped, joined accounts, their firm, erasing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _what_people_decide()
    _joining()
    _firm()
    op.add_column("address", sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_address_forget_at",
        "address",
        ["forget_at"],
        unique=False,
        postgresql_where=sa.text("forget_at IS NOT NULL"),
    )
    op.add_column("outbox", sa.Column("category", sa.Text(), nullable=True))
    op.drop_column("intake", "offset")
    # A stop used to be one moment for all that is no reply.
    op.execute(
        "INSERT INTO opted_out (person_id, category, stopped_at) "
        "SELECT id, unnest(ARRAY['announcements', 'reminders', 'training']), stopped_at "
        "FROM person WHERE stopped_at IS NOT NULL"
    )
    op.execute(
        "UPDATE outbox SET category = CASE lane WHEN 2 THEN 'announcements' ELSE 'reminders' END "
        "WHERE lane > 0 AND state IN ('queued', 'sending', 'ambiguous')"
    )
    op.drop_column("person", "stopped_at")


def _what_people_decide() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "person_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_id", sa.BigInteger(), nullable=False),
        sa.Column("address_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("firm_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["person.id"], name=op.f("fk_person_link_kept_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["joined_id"], ["person.id"], name=op.f("fk_person_link_joined_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_link")),
    )
    op.create_index("ix_person_link_kept_id", "person_link", ["kept_id"], unique=False)
    op.create_index(
        "uq_person_link_joined",
        "person_link",
        ["joined_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "opted_out",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column(
            "stopped_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_opted_out_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["person_link.id"], name=op.f("fk_opted_out_link_id_person_link")
        ),
        sa.PrimaryKeyConstraint("person_id", "category", name=op.f("pk_opted_out")),
    )


def _joining() -> None:
    op.create_table(
        "link_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_link_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
    )
    op.create_index(op.f("ix_link_code_person_id"), "link_code", ["person_id"], unique=False)
    op.create_index(op.f("ix_link_code_made_at"), "link_code", ["made_at"], unique=False)
    op.create_table(
        "link_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_link_try_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_try")),
    )
    op.create_index(op.f("ix_link_try_person_id"), "link_try", ["person_id"], unique=False)
    op.create_index(op.f("ix_link_try_tried_at"), "link_try", ["tried_at"], unique=False)


def _firm() -> None:
    op.create_table(
        "firm",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("firm_name", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("workers", sa.Integer(), nullable=True),
        sa.Column("annual_sales_usd", sa.BigInteger(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("permit_state", sa.Text(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_firm_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_firm")),
    )


def downgrade() -> None:
    raise NotImplementedError("Restore a backup: what people decided has no older form.")
