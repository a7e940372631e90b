"""Chunks in flight."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = mysql.DATETIME(fsp=6)


def upgrade() -> None:
    op.create_table(
        "job_windows",
        sa.Column("job_number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("wanted_mask", sa.Integer, nullable=False, comment="A bit for each table of the chunk."),
        sa.Column("done_mask", sa.Integer, nullable=False, comment="A bit for each table that is stored."),
        sa.Column("rows_expected", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("job_number", "position"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("job_windows")
