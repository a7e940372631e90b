"""What happened to streams."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "stream_events",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("stream_number", sa.BigInteger, nullable=False),
        sa.Column("at", mysql.DATETIME(fsp=6), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("event", word(24), nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.Index("ix_stream_events_stream", "stream_number", "number"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("stream_events")
