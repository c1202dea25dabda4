"""What staff write beside a case, and the files they send."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# To owners, so in "vos". No fact and no promise: those are for articles, and for whoever writes.
CANNED = (
    (
        "Saludo",
        "Hola, te escribe una persona del Ministerio de Medio Ambiente. Estoy leyendo lo que nos contaste.",
    ),
    (
        "Pedir más detalles",
        "Para entender mejor tu caso, contame un poco más: ¿a qué se dedica tu negocio y qué necesitás resolver?",
    ),
    ("Pedir el lugar", "¿En qué municipio y departamento está tu negocio?"),
    (
        "Pedir el expediente",
        "Si ya tenés un trámite con nosotros, pasame el número de expediente para buscarlo.",
    ),
    ("Sigo revisando", "Sigo revisando tu consulta. Gracias por tu paciencia."),
    (
        "No nos corresponde",
        "Por lo que me contás, eso no lo ve el Ministerio de Medio Ambiente. Si te entendí mal, contame un poco más y lo reviso.",
    ),
    (
        "¿Sigue con la duda?",
        "Hola, ¿todavía necesitás ayuda con tu consulta? Si ya la resolviste, contanos por aquí.",
    ),
    ("¿Quedó resuelto?", "¿Con esto quedó resuelta tu consulta, o te quedó alguna duda?"),
    (
        "Despedida",
        "Gracias por escribirnos. Si te surge otra duda, escribinos por este mismo chat.",
    ),
)


def upgrade() -> None:
    op.add_column("case", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("close_reason", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("close_note", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("closed_by", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_case_close_reason"),
        "case",
        "close_reason IN ('resuelto', 'sin_respuesta', 'no_corresponde', 'duplicado', 'otro')",
    )
    op.create_index("ix_inbox_address_id_id", "inbox", ["address_id", "id"], unique=False)
    op.execute(
        """
        UPDATE "case" SET channel = (
            SELECT address.channel FROM address WHERE address.person_id = "case".person_id
            ORDER BY last_inbound_at DESC NULLS LAST, address.id LIMIT 1)
        """
    )
    op.execute(
        """
        UPDATE "case" SET waiting_since = COALESCE(
            (SELECT min(inbox.received_at) FROM inbox JOIN address ON address.id = inbox.address_id
                WHERE address.person_id = "case".person_id AND inbox.received_at > answered.at),
            CASE WHEN answered.at IS NULL THEN opened_at END)
        FROM (SELECT open.id, max(outbox.created_at) AS at FROM "case" AS open
            LEFT JOIN case_reply ON case_reply.case_id = open.id
            LEFT JOIN outbox ON outbox.id = case_reply.outbox_id GROUP BY open.id) AS answered
        WHERE answered.id = "case".id AND closed_at IS NULL
        """
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_note_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_case_id_id", "case_note", ["case_id", "id"], unique=False)
    canned = op.create_table(
        "canned_reply",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
        sa.UniqueConstraint("title", name=op.f("uq_canned_reply_title")),
    )
    op.bulk_insert(
        canned,
        [{"title": title, "text": words, "updated_by": "torogoz"} for title, words in CANNED],
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_stored_file_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("token", name=op.f("uq_stored_file_token")),
    )
    op.create_index(op.f("ix_stored_file_outbox_id"), "stored_file", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_stored_file_expires_at"), "stored_file", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stored_file_expires_at"), table_name="stored_file")
    op.drop_index(op.f("ix_stored_file_outbox_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("canned_reply")
    op.drop_index("ix_case_note_case_id_id", table_name="case_note")
    op.drop_table("case_note")
    op.drop_index("ix_inbox_address_id_id", table_name="inbox")
    op.drop_constraint(op.f("ck_case_close_reason"), "case", type_="check")
    op.drop_column("case", "closed_by")
    op.drop_column("case", "close_note")
    op.drop_column("case", "close_reason")
    op.drop_column("case", "waiting_since")
    op.drop_column("case", "channel")
