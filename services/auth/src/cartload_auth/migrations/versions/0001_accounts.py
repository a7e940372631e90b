"""Accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "user_name",
            mysql.VARCHAR(64, charset="ascii", collation="ascii_general_ci"),
            nullable=False,
            comment="Compared without regard to case.",
        ),
        sa.Column("role", word(16), nullable=False),
        sa.Column("password_hash", word(72), nullable=False, comment="bcrypt"),
        sa.Column(
            "password_once", sa.Boolean, nullable=False, comment="May only be used to choose a new one."
        ),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_name", name="uq_accounts_user_name"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("accounts")
