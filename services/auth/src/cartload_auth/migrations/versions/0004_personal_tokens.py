"""Personal tokens, by their hash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
DIGEST = mysql.CHAR(64, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def upgrade() -> None:
    op.create_table(
        "personal_tokens",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", mysql.VARCHAR(100), nullable=False),
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name="uq_personal_tokens_token_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_personal_tokens_account_id", ondelete="CASCADE"
        ),
        sa.Index("ix_personal_tokens_account_id", "account_id", "created_at", "id"),
        sa.Index("ix_personal_tokens_expires_at", "expires_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("personal_tokens")
