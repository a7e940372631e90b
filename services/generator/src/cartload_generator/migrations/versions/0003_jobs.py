"""Jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("dataset_id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("kind", word(16), nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column(
            "step", word(16), nullable=False, comment="What is awaited: prepare generate index check none."
        ),
        sa.Column("round", sa.Integer, nullable=False, comment="Rises with each retry."),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("published_version", sa.BigInteger, nullable=False),
        sa.Column("unpublished", sa.Boolean, nullable=False),
        sa.Column("first_block", sa.BigInteger, nullable=False),
        sa.Column("customers", sa.Integer, nullable=False),
        sa.Column(
            "blocks_per_chunk", sa.Integer, nullable=False, comment="Fixed when accepted: positions mean it."
        ),
        sa.Column("rows_total", sa.BigInteger, nullable=False),
        sa.Column("rows_done", sa.BigInteger, nullable=False),
        sa.Column("chunks_total", sa.Integer, nullable=False),
        sa.Column("chunks_done", sa.Integer, nullable=False),
        sa.Column(
            "next_position", sa.Integer, nullable=False, comment="The first chunk that was never sent."
        ),
        sa.Column("chunks_in_flight", sa.Integer, nullable=False),
        sa.Column("rows_in_flight", sa.BigInteger, nullable=False),
        sa.Column("bytes_estimated", sa.BigInteger, nullable=False),
        sa.Column(
            "tables", sa.JSON, nullable=False, comment="Rows expected, rows, hash and bytes stored, a table."
        ),
        sa.Column("generating_seconds", sa.Double, nullable=False),
        sa.Column("storing_seconds", sa.Double, nullable=False),
        sa.Column("indexing_seconds", sa.Double, nullable=False),
        sa.Column("checking_seconds", sa.Double, nullable=False),
        sa.Column(
            "active_seconds", sa.Double, nullable=False, comment="Time spent generating, without pauses."
        ),
        sa.Column("active_since", TIME, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False, comment="Times that the awaited command was sent."),
        sa.Column("due_at", TIME, nullable=True, comment="When to look at the job though nothing came."),
        sa.Column("turned_at", TIME, nullable=False, comment="When it last had its turn."),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
        sa.Index("ix_jobs_dataset", "dataset_id", "number"),
        sa.Index("ix_jobs_due", "due_at"),
        sa.Index("ix_jobs_owner", "owner_id", "number"),
        sa.Index("ix_jobs_owner_state", "owner_id", "state", "number"),
        sa.Index("ix_jobs_state", "state", "step"),
        sa.Index("ix_jobs_unpublished", "unpublished"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("jobs")
