"""When an account was deleted: nothing is made for it any more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "owners",
        sa.Column(
            "deleted_at", mysql.DATETIME(fsp=6), nullable=True, comment="When the account was deleted."
        ),
    )


def downgrade() -> None:
    op.drop_column("owners", "deleted_at")
