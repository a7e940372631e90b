"""What was decided about dead letters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "dead_letter_decisions",
        sa.Column("letter_id", word(48), nullable=False),
        sa.Column("decision", word(16), nullable=False),
        sa.Column("decided_by", word(64), nullable=False, comment="An account's id, or what else decided."),
        sa.Column("decided_at", mysql.DATETIME(fsp=6), nullable=False),
        sa.PrimaryKeyConstraint("letter_id"),
        sa.Index("ix_dead_letter_decisions_at", "decided_at"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("dead_letter_decisions")
