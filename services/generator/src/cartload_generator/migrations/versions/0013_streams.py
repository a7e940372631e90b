"""Streams: datasets that are played as events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = mysql.DATETIME(fsp=6)
ID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def upgrade() -> None:
    op.create_table(
        "streams",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("dataset_id", ID, nullable=False),
        sa.Column("state", word(16), nullable=False),
        sa.Column("goal", word(16), nullable=False, comment="What its owner wants: play pause stop."),
        sa.Column(
            "version",
            sa.BigInteger,
            nullable=False,
            comment="Rises with every change that a user can see.",
        ),
        sa.Column("stream_id", ID, nullable=False, comment="The same whenever this dataset is played."),
        sa.Column("spec", sa.JSON, nullable=False, comment="Resolved, until the end of the stream."),
        sa.Column("segments", sa.JSON, nullable=False, comment="The runs of customers that are played."),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("topic_prefix", word(200), nullable=False),
        sa.Column("played_after", TIME, nullable=True),
        sa.Column("played_until", TIME, nullable=True),
        sa.Column("live_from", TIME, nullable=True),
        sa.Column("speed", sa.Double, nullable=True, comment="Null: as fast as it goes."),
        sa.Column("rate_limit", sa.Double, nullable=True, comment="Events a second at most."),
        sa.Column("position_time", sa.BigInteger, nullable=True, comment="Milliseconds since 1970."),
        sa.Column(
            "position_events",
            sa.Integer,
            nullable=False,
            comment="Events of that moment that have arrived.",
        ),
        sa.Column("events_total", sa.BigInteger, nullable=True),
        sa.Column("events_sent", sa.BigInteger, nullable=False),
        sa.Column("events_per_second", sa.Double, nullable=True),
        sa.Column("seconds_slowed", sa.Double, nullable=False),
        sa.Column("lease_owner", word(64), nullable=True, comment="The run of a player that has the stream."),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column(
            "expected", sa.JSON, nullable=True, comment="What its events add up to, where it stands still."
        ),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("waiting_for", mysql.VARCHAR(500), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True, comment="Gone for its owner."),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id", name="uq_streams_id"),
        sa.Index("ix_streams_owner", "owner_id", "number"),
        sa.Index("ix_streams_dataset", "dataset_id", "number"),
        sa.Index("ix_streams_state", "state", "leased_until"),
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade() -> None:
    op.drop_table("streams")
