"""Firms can be searched and sorted by their names without accents, and people by who wrote last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ACCENTED = (
    "ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇç\u0300\u0301\u0302\u0303\u0308\u030a\u0327"
)
PLAIN = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunncc"


def upgrade() -> None:
    op.add_column(
        "firm",
        sa.Column(
            "name_folded",
            sa.Text(collation="C"),
            sa.Computed(f"lower(translate(firm_name, '{ACCENTED}', '{PLAIN}'))", persisted=True),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_address_last_inbound_at",
        "address",
        [sa.text("last_inbound_at DESC NULLS LAST"), "person_id"],
        unique=False,
        postgresql_where=sa.text("forget_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_address_last_inbound_at", table_name="address")
    op.drop_column("firm", "name_folded")
