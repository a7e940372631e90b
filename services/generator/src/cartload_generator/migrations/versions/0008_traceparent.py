"""Where a job's trace goes on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import VARCHAR

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs",
        sa.Column(
            "traceparent",
            VARCHAR(80, charset="ascii", collation="ascii_bin"),
            nullable=True,
            comment="W3C: the request that made the job.",
        ),
    )


def downgrade() -> None:
    op.drop_column("jobs", "traceparent")
