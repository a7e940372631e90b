"""The answers that come with a full report."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE reports ADD COLUMN answers JSON NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE reports DROP COLUMN answers")
