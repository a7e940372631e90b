"""Addresses from which an account signed in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
DIGEST = mysql.CHAR(64, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def upgrade() -> None:
    op.create_table(
        "known_addresses",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("address_hash", DIGEST, nullable=False),
        sa.Column("last_used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "address_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_known_addresses_account_id", ondelete="CASCADE"
        ),
        sa.Index("ix_known_addresses_last_used_at", "last_used_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("known_addresses")
