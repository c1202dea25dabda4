"""The registry of consultants, and what its synchronisation changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

ACCENTED = (
    "ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇç\u0300\u0301\u0302\u0303\u0308\u030a\u0327"
)
PLAIN = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunncc"


def upgrade() -> None:
    op.create_table(
        "registry_sync",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("difference", postgresql.JSONB(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_at IS NULL)", name=op.f("ck_registry_sync_settled")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'applied', 'discarded')", name=op.f("ck_registry_sync_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_sync")),
    )
    op.create_index("ix_registry_sync_source_id", "registry_sync", ["source", "id"], unique=False)
    op.create_table(
        "consultant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "name_folded",
            sa.Text(collation="C"),
            sa.Computed(f"lower(translate(name, '{ACCENTED}', '{PLAIN}'))", persisted=True),
            nullable=True,
        ),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "sectors", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "departments",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("on_site", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("remote", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "languages",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{es}'"),
            nullable=False,
        ),
        sa.Column("fee_min", sa.Integer(), nullable=True),
        sa.Column("fee_max", sa.Integer(), nullable=True),
        sa.Column("fee_unit", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "fee_unit IN ('hora', 'dia', 'proyecto')", name=op.f("ck_consultant_fee_unit")
        ),
        sa.CheckConstraint("kind IN ('persona', 'empresa')", name=op.f("ck_consultant_kind")),
        sa.CheckConstraint(
            "state IN ('solicitada', 'rechazada') OR (registration_number IS NOT NULL AND valid_from IS NOT NULL AND valid_to IS NOT NULL)",
            name=op.f("ck_consultant_registered"),
        ),
        sa.CheckConstraint(
            "state IN ('solicitada', 'vigente', 'suspendida', 'vencida', 'rechazada')",
            name=op.f("ck_consultant_state"),
        ),
        sa.CheckConstraint(
            "(fee_min IS NULL) = (fee_max IS NULL) AND (fee_min IS NULL) = (fee_unit IS NULL)",
            name=op.f("ck_consultant_fee_whole"),
        ),
        sa.CheckConstraint("fee_min >= 0 AND fee_min <= fee_max", name=op.f("ck_consultant_fees")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_consultant_validity")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consultant_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant")),
        sa.UniqueConstraint("person_id", name=op.f("uq_consultant_person_id")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_consultant_registration_number")),
    )
    op.create_index("ix_consultant_name_folded", "consultant", ["name_folded"], unique=False)
    op.create_index("ix_consultant_state", "consultant", ["state", "valid_to"], unique=False)
    op.create_table(
        "consultant_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sync_id", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('registro', 'consultor', 'ministerio', 'vencimiento')",
            name=op.f("ck_consultant_change_source"),
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consultant_change_consultant_id_consultant"),
        ),
        sa.ForeignKeyConstraint(
            ["sync_id"],
            ["registry_sync.id"],
            name=op.f("fk_consultant_change_sync_id_registry_sync"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant_change")),
    )
    op.create_index(
        "ix_consultant_change_consultant_id_id",
        "consultant_change",
        ["consultant_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_consultant_change_sync_id"), "consultant_change", ["sync_id"], unique=False
    )
    op.create_table(
        "consultant_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consultant_code_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant_code")),
        sa.UniqueConstraint("consultant_id", name=op.f("uq_consultant_code_consultant_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_consultant_code_digest")),
    )
    op.create_table(
        "consultant_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consultant_document_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant_document")),
    )
    op.create_index(
        op.f("ix_consultant_document_consultant_id"),
        "consultant_document",
        ["consultant_id"],
        unique=False,
    )
    op.create_table(
        "consultant_offer",
        sa.Column("consultant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consultant_offer_consultant_id_consultant"),
        ),
        sa.PrimaryKeyConstraint("consultant_id", name=op.f("pk_consultant_offer")),
    )
    op.create_table(
        "registry_conflict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ours", postgresql.JSONB(), nullable=True),
        sa.Column("theirs", postgresql.JSONB(), nullable=True),
        sa.Column("sync_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('mantener', 'registro', 'suspender')",
            name=op.f("ck_registry_conflict_decision"),
        ),
        sa.CheckConstraint(
            "kind IN ('desaparecido', 'estado', 'nombre')", name=op.f("ck_registry_conflict_kind")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_registry_conflict_decided")
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_registry_conflict_consultant_id_consultant"),
        ),
        sa.ForeignKeyConstraint(
            ["sync_id"],
            ["registry_sync.id"],
            name=op.f("fk_registry_conflict_sync_id_registry_sync"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_conflict")),
    )
    op.create_index(
        "ix_registry_conflict_consultant_id_id",
        "registry_conflict",
        ["consultant_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_registry_conflict_sync_id"), "registry_conflict", ["sync_id"], unique=False
    )
    op.create_index(
        "uq_registry_conflict_open",
        "registry_conflict",
        ["consultant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("registry_conflict")
    op.drop_table("consultant_offer")
    op.drop_table("consultant_document")
    op.drop_table("consultant_code")
    op.drop_table("consultant_change")
    op.drop_table("consultant")
    op.drop_table("registry_sync")
