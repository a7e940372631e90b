"""What the dataset of a job is stored in: a job shows it without a look at its dataset."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is what all datasets before this had; a replica of before leaves the column out.
    op.execute(
        "ALTER TABLE jobs ADD COLUMN targets VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin "
        "NOT NULL DEFAULT 'mysql,files,kafka'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE jobs DROP COLUMN targets")
