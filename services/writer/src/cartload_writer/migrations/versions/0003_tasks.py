"""Commands on datasets, and who works on them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE tasks (
            sequence BIGINT NOT NULL AUTO_INCREMENT,
            task_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            dataset_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            message JSON NOT NULL,
            traceparent VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
            state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            attempts INT NOT NULL,
            not_before DATETIME(6) NOT NULL,
            lease_owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
            leased_until DATETIME(6) NULL,
            error TEXT NULL,
            created_at DATETIME(6) NOT NULL,
            finished_at DATETIME(6) NULL,
            PRIMARY KEY (sequence),
            UNIQUE KEY task_id (task_id),
            KEY ix_tasks_open (state, not_before),
            KEY ix_tasks_dataset (dataset_id, state, sequence)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE tasks")
