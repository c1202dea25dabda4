"""Articles as versions, what staff say of facts, and the revision of what is served."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "article_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("seed_digest", sa.Text(), nullable=True),
        sa.Column("began_from", sa.Integer(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fact_digests",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_article_version_number")),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'superseded', 'withdrawn', 'rejected')",
            name=op.f("ck_article_version_state"),
        ),
        sa.CheckConstraint(
            "origin IN ('seed', 'staff', 'import')", name=op.f("ck_article_version_origin")
        ),
        sa.CheckConstraint(
            "state <> 'published' OR (published_at IS NOT NULL AND effective_on IS NOT NULL)",
            name=op.f("ck_article_version_published"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint(
            "article_id", "number", name=op.f("uq_article_version_article_id_number")
        ),
    )
    op.create_index(
        "ix_article_version_published",
        "article_version",
        ["article_id", "effective_on"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "knowledge_revision",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_knowledge_revision_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_revision")),
    )
    op.create_table(
        "fact_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("kind IN ('ended', 'confirmed')", name=op.f("ck_fact_change_kind")),
        sa.CheckConstraint(
            "(kind = 'ended') = (ends_on IS NOT NULL)", name=op.f("ck_fact_change_ends_on")
        ),
        sa.CheckConstraint(
            "(kind = 'confirmed') = (source IS NOT NULL)", name=op.f("ck_fact_change_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_change")),
    )
    op.create_index("ix_fact_change_fact_id", "fact_change", ["fact_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_fact_change_fact_id", table_name="fact_change")
    op.drop_table("fact_change")
    op.drop_table("knowledge_revision")
    op.drop_index(
        "ix_article_version_published",
        table_name="article_version",
        postgresql_where=sa.text("state = 'published'"),
    )
    op.drop_table("article_version")
