"""Attempts counted by key."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DIGEST = mysql.CHAR(64, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "throttles",
        sa.Column("key_hash", DIGEST, nullable=False),
        sa.Column(
            "free_at", sa.Double, nullable=False, comment="Unix seconds at which the bucket is full again."
        ),
        sa.PrimaryKeyConstraint("key_hash"),
        sa.Index("ix_throttles_free_at", "free_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("throttles")
