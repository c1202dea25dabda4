"""Availability of consultants, openings held, bookings and referrals."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
