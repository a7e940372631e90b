"""Shops: which there are, and what a worker has to do for them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = mysql.DATETIME(fsp=6)
ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}


def upgrade() -> None:
    op.create_table(
        "owners",
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True, comment="When the account was deleted."),
        sa.PrimaryKeyConstraint("owner_id"),
        **OPTIONS,
    )
    op.create_table(
        "shops",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("name", mysql.VARCHAR(100), nullable=False),
        sa.Column("dataset_id", ID, nullable=False),
        sa.Column("dataset_database", word(64), nullable=False),
        sa.Column("database_name", word(64), nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger,
            nullable=False,
            comment="Rises with every change that a user can see.",
        ),
        sa.Column("ids", word(8), nullable=False, comment="uuid or integer."),
        sa.Column("spec", sa.JSON, nullable=False, comment="Of the dataset, resolved."),
        sa.Column("vintage", sa.Integer, nullable=False),
        sa.Column("segments", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False, comment="Rows of each table when it was opened."),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("lease_owner", word(64), nullable=True, comment="The run of a worker that has the shop."),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True, comment="Nothing is left of it."),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id", name="uq_shops_id"),
        sa.Index("ix_shops_owner", "owner_id", "number"),
        sa.Index("ix_shops_state", "state", "leased_until"),
        sa.Index("ix_shops_dataset", "dataset_id"),
        **OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("shops")
    op.drop_table("owners")
