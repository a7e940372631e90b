"""Refresh tokens, by their hash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
DIGEST = mysql.CHAR(64, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def upgrade() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id", ondelete="CASCADE"
        ),
        sa.Index("ix_refresh_tokens_session_id", "session_id", "generation"),
        sa.Index("ix_refresh_tokens_expires_at", "expires_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("refresh_tokens")
