"""Runs of a task that failed, apart from those that only had to wait."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE tasks ADD COLUMN failures INT NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE tasks DROP COLUMN failures")
