"""Signing keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = mysql.DATETIME(fsp=6)


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kid", word(64), nullable=False),
        sa.Column("private_key", word(255), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("signs_from", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("kid", name="uq_signing_keys_kid"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("signing_keys")
