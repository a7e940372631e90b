"""Accounts that an administrator has disabled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column("disabled_at", mysql.DATETIME(fsp=6), nullable=True, comment="Since when nobody signs in."),
    )


def downgrade() -> None:
    op.drop_column("accounts", "disabled_at")
