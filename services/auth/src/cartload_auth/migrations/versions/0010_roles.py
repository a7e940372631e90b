"""Accounts of a role are found by an index."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_accounts_role", "accounts", ["role"])


def downgrade() -> None:
    op.drop_index("ix_accounts_role", "accounts")
