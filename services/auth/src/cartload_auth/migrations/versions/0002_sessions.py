"""Sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", word(16), nullable=False, comment="rotating or plain"),
        sa.Column(
            "generation", sa.Integer, nullable=False, comment="Tokens of this generation are the newest."
        ),
        sa.Column("advanced_at", TIME, nullable=False, comment="When the newest generation began."),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_sessions_account_id", ondelete="CASCADE"
        ),
        sa.Index("ix_sessions_account_id", "account_id"),
        sa.Index("ix_sessions_expires_at", "expires_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("sessions")
