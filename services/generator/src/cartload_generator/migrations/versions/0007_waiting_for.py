"""What a job waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs",
        sa.Column("waiting_for", sa.VARCHAR(500), nullable=True, comment="What holds it up, in words."),
    )


def downgrade() -> None:
    op.drop_column("jobs", "waiting_for")
