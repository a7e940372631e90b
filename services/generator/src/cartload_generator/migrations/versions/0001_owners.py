"""Owners, to lock while limits are checked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "owners",
        sa.Column("owner_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("owners")
