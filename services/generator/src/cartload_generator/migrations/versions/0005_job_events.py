"""What happened to jobs."""

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
        "job_events",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("job_number", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("event", word(24), nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column("phase", word(16), nullable=True),
        sa.Column("detail", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.Index("ix_job_events_job", "job_number", "number"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("job_events")
