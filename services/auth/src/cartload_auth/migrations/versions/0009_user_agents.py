"""What the client of a session called itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column(
            "user_agent",
            mysql.VARCHAR(200, charset="ascii", collation="ascii_bin"),
            nullable=True,
            comment="What the client called itself at the sign-in.",
        ),
    )


def downgrade() -> None:
    op.drop_column("sessions", "user_agent")
