"""Figures of finished days, and what the running one is counted by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "day_figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_figures")),
    )
    op.create_index("ix_turn_created_at", "turn", ["created_at"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_index(
        "ix_outbox_channel_settled_at",
        "outbox",
        ["channel", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_index("ix_article_rating_rated_on", "article_rating", ["rated_on"])
    op.create_index("ix_asked_question_asked_on", "asked_question", ["asked_on"])


def downgrade() -> None:
    op.drop_index("ix_asked_question_asked_on", table_name="asked_question")
    op.drop_index("ix_article_rating_rated_on", table_name="article_rating")
    op.drop_index("ix_outbox_channel_settled_at", table_name="outbox")
    op.drop_index("ix_inbox_received_at", table_name="inbox")
    op.drop_index("ix_turn_created_at", table_name="turn")
    op.drop_table("day_figures")
