"""What the ministry answers to a complaint, whose registration's end was told, and tries of codes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("complaint", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("consultant", sa.Column("end_told_for", sa.Date(), nullable=True))
    op.create_table(
        "consultant_code_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consultant_code_try_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant_code_try")),
    )
    op.create_index(
        op.f("ix_consultant_code_try_person_id"), "consultant_code_try", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_consultant_code_try_tried_at"), "consultant_code_try", ["tried_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("consultant_code_try")
    op.drop_column("consultant", "end_told_for")
    op.drop_column("complaint", "answer")
