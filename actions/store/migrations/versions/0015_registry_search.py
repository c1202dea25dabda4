"""An index for who does what: a search looks at those who do what is needed, not at everybody."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(
        "ix_consultant_categories",
        "consultant",
        ["categories"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    op.drop_index("ix_consultant_categories", table_name="consultant")
