"""The job queue's own schema, as its library ships it."""

from typing import Any

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    # Straight to the driver: the statements hold colons and percent signs that are not parameters.
    driver.execute(SchemaManager.get_schema())


def downgrade() -> None:
    raise NotImplementedError("Restore a backup: jobs cannot be taken out from under the inbox.")
