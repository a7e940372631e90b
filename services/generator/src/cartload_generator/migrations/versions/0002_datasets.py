"""Datasets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
DIGEST = mysql.CHAR(64, charset="ascii", collation="ascii_bin")
TIME = mysql.DATETIME(fsp=6)


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("name", mysql.VARCHAR(200), nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column("spec", sa.JSON, nullable=False, comment="Resolved."),
        sa.Column("spec_hash", DIGEST, nullable=False),
        sa.Column("vintage", sa.Integer, nullable=False),
        sa.Column(
            "tables",
            sa.JSON,
            nullable=False,
            comment="Rows, hash and bytes stored, a table; of all ended jobs.",
        ),
        sa.Column("bytes", sa.BigInteger, nullable=False, comment="Stored in Blob, of all ended jobs."),
        sa.Column("active_job_id", ID, nullable=True, comment="The one unfinished job."),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delete_due_at", TIME, nullable=True, comment="When to send the delete (again)."),
        sa.Column("deleted_at", TIME, nullable=True, comment="Nothing is left of it."),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id", name="uq_datasets_id"),
        sa.Index("ix_datasets_active", "state", "active_job_id"),
        sa.Index("ix_datasets_delete_due", "delete_due_at"),
        sa.Index("ix_datasets_owner", "owner_id", "number"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("datasets")
