"""Read-only database users of owners."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE database_users (
            owner_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            user_name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            password_set_at DATETIME(6) NULL,
            PRIMARY KEY (owner_id),
            UNIQUE KEY user_name (user_name)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE database_users")
