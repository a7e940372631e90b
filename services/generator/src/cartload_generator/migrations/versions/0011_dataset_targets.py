"""What a dataset is stored in."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is what all datasets before this had; a replica of before leaves the column out.
    op.execute(
        "ALTER TABLE datasets ADD COLUMN targets VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin "
        "NOT NULL DEFAULT 'mysql,files,kafka'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE datasets DROP COLUMN targets")
