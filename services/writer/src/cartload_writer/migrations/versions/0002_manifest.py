"""What is stored: one row a batch."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE manifest (
            dataset_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            table_name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            chunk BIGINT NOT NULL,
            row_count BIGINT NOT NULL,
            row_hash CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            bytes BIGINT NOT NULL,
            sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            blob_name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            storing_seconds DOUBLE NOT NULL,
            stored_at DATETIME(6) NOT NULL,
            PRIMARY KEY (dataset_id, table_name, chunk)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE manifest")
