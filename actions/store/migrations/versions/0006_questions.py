"""Questions that found no answer, clustered, and who wants to be told of one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "question_cluster",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("article_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'resolved', 'dismissed')", name=op.f("ck_question_cluster_state")
        ),
        sa.CheckConstraint(
            "resolution IN ('alias', 'article', 'not_ours')",
            name=op.f("ck_question_cluster_resolution"),
        ),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolution IS NOT NULL)",
            name=op.f("ck_question_cluster_resolved"),
        ),
        sa.CheckConstraint(
            "(article_id IS NOT NULL) = (COALESCE(resolution, '') IN ('alias', 'article'))",
            name=op.f("ck_question_cluster_article_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_cluster")),
    )
    op.create_index("ix_question_cluster_state", "question_cluster", ["state", "id"], unique=False)
    op.create_table(
        "asked_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column(
            "articles", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('abstained', 'clarify', 'low_rated', 'out_of_scope')",
            name=op.f("ck_asked_question_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["question_cluster.id"],
            name=op.f("fk_asked_question_cluster_id_question_cluster"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_question")),
    )
    op.create_index("ix_asked_question_cluster_id", "asked_question", ["cluster_id"], unique=False)
    op.create_index(
        "ix_asked_question_words",
        "asked_question",
        ["words"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "asker",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_asker_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["asked_question.id"],
            name=op.f("fk_asker_question_id_asked_question"),
        ),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_asker")),
    )
    op.create_index(op.f("ix_asker_person_id"), "asker", ["person_id"], unique=False)
    op.create_table(
        "article_rating",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("useless", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "rated_on", name=op.f("pk_article_rating")),
    )


def downgrade() -> None:
    op.drop_table("article_rating")
    op.drop_table("asker")
    op.drop_table("asked_question")
    op.drop_table("question_cluster")
