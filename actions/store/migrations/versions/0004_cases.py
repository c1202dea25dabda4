"""Cases: what the assistant knew, who of the staff has the conversation, and what they wrote."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Demo data had a reason of its own, which is none of those that are told apart now.
    op.execute("UPDATE \"case\" SET reason = 'request' WHERE reason = 'demo'")
    op.add_column(
        "case",
        sa.Column(
            "context",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("case", sa.Column("staff", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_case_held_until",
        "case",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_table(
        "case_reply",
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_reply_case_id_case")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_case_reply_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_case_reply")),
    )
    op.create_index(op.f("ix_case_reply_case_id"), "case_reply", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_case_reply_case_id"), table_name="case_reply")
    op.drop_table("case_reply")
    op.drop_index(
        "ix_case_held_until",
        table_name="case",
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.drop_column("case", "held_until")
    op.drop_column("case", "staff")
    op.drop_column("case", "context")
