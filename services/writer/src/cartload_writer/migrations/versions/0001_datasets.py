"""Datasets, and the tombstones of deleted ones."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE datasets (
            dataset_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            owner_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            database_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            load_mode VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            ids VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            format VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            spec JSON NOT NULL,
            spec_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            vintage INT NOT NULL,
            segments JSON NOT NULL,
            created_at DATETIME(6) NOT NULL,
            updated_at DATETIME(6) NOT NULL,
            PRIMARY KEY (dataset_id),
            UNIQUE KEY database_name (database_name),
            KEY ix_datasets_owner (owner_id, state)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE datasets")
