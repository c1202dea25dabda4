"""Where a meeting in person is, and the telephone of an owner whose channel gives none."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for name in ("place", "phone"):
        op.add_column(
            "booking", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
        )


def downgrade() -> None:
    op.drop_column("booking", "phone")
    op.drop_column("booking", "place")
