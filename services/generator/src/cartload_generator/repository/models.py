"""The tables of the database `cartload_jobs`. Times are UTC with microseconds."""

from pathlib import Path

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.mysql import VARCHAR

from cartload_kit.database.types import TABLE_OPTIONS, UtcDateTime, Uuid, Words, ascii_digits, ascii_word

metadata = MetaData()
MIGRATIONS = Path(__file__).parents[1] / "migrations"
"""What makes these tables, step by step."""


def _number() -> Column[int]:
    return Column("number", BigInteger, primary_key=True, autoincrement=True)


# One row a user who ever made a job: locked while limits are checked, so that two requests cannot pass both.
owners = Table(
    "owners",
    metadata,
    Column("owner_id", Uuid(), primary_key=True),
    Column("deleted_at", UtcDateTime(), nullable=True, comment="When the account was deleted."),
    **TABLE_OPTIONS,
)

# One row a dataset, for ever: a deleted one stays as a tombstone.
datasets = Table(
    "datasets",
    metadata,
    _number(),
    Column("id", Uuid(), nullable=False, unique=True),
    Column("owner_id", Uuid(), nullable=False),
    Column("name", VARCHAR(200), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column("spec", JSON, nullable=False, comment="Resolved."),
    Column("spec_hash", ascii_digits(64), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("targets", Words(32), nullable=False, server_default="mysql,files,kafka"),
    Column(
        "tables", JSON, nullable=False, comment="Rows, hash and bytes stored, a table; of all ended jobs."
    ),
    Column("bytes", BigInteger, nullable=False, comment="Stored in Blob, of all ended jobs."),
    Column("active_job_id", Uuid(), nullable=True, comment="The one unfinished job."),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("delete_due_at", UtcDateTime(), nullable=True, comment="When to send the delete (again)."),
    Column("deleted_at", UtcDateTime(), nullable=True, comment="Nothing is left of it."),
    Index("ix_datasets_owner", "owner_id", "number"),
    Index("ix_datasets_delete_due", "delete_due_at"),
    Index("ix_datasets_active", "state", "active_job_id"),
    **TABLE_OPTIONS,
)

# One row a job. `version` rises with every change that a user can see; the row is its own outbox.
# Columns with a `key` have an older name in the database, where a change would cost a migration.
jobs = Table(
    "jobs",
    metadata,
    _number(),
    Column("id", Uuid(), nullable=False, unique=True),
    Column("dataset_id", Uuid(), nullable=False),
    Column("owner_id", Uuid(), nullable=False),
    Column("kind", ascii_word(16), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column(
        "step", ascii_word(16), nullable=False, comment="What is awaited: prepare generate index check none."
    ),
    Column("round", Integer, key="attempt", nullable=False, comment="Rises with each retry."),
    Column("version", BigInteger, nullable=False),
    Column("published_version", BigInteger, nullable=False),
    # Follows from the two versions above. It is a column because an index finds it, and no comparison of two.
    Column("unpublished", Boolean, nullable=False),
    Column("first_block", BigInteger, nullable=False),
    Column("customers", Integer, nullable=False),
    Column("targets", Words(32), nullable=False, server_default="mysql,files,kafka"),
    Column("blocks_per_chunk", Integer, nullable=False, comment="Fixed when accepted: positions mean it."),
    Column("rows_total", BigInteger, nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("chunks_total", Integer, nullable=False),
    Column("chunks_done", Integer, nullable=False),
    Column(
        "next_position",
        Integer,
        key="next_chunk",
        nullable=False,
        comment="The first chunk that was never sent.",
    ),
    Column("chunks_in_flight", Integer, nullable=False),
    Column("rows_in_flight", BigInteger, nullable=False),
    Column("bytes_estimated", BigInteger, nullable=False),
    Column("tables", JSON, nullable=False, comment="Rows expected, rows, hash and bytes stored, a table."),
    Column("generating_seconds", Double, nullable=False),
    Column("storing_seconds", Double, nullable=False),
    Column("indexing_seconds", Double, nullable=False),
    Column("checking_seconds", Double, nullable=False),
    Column("active_seconds", Double, nullable=False, comment="Time spent generating, without pauses."),
    Column("active_since", UtcDateTime(), nullable=True),
    Column(
        "attempts",
        Integer,
        key="sendings",
        nullable=False,
        comment="Times that the awaited command was sent.",
    ),
    Column("due_at", UtcDateTime(), nullable=True, comment="When to look at the job though nothing came."),
    Column(
        "turned_at", UtcDateTime(), key="scheduled_at", nullable=False, comment="When it last had its turn."
    ),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("started_at", UtcDateTime(), nullable=True),
    Column("finished_at", UtcDateTime(), nullable=True),
    Column("error", Text, nullable=True),
    Column("waiting_for", VARCHAR(500), nullable=True, comment="What holds it up, in words."),
    Column("traceparent", ascii_word(80), nullable=True, comment="W3C: the request that made the job."),
    Index("ix_jobs_owner", "owner_id", "number"),
    Index("ix_jobs_owner_state", "owner_id", "state", "number"),
    Index("ix_jobs_dataset", "dataset_id", "number"),
    Index("ix_jobs_state", "state", "step"),
    Index("ix_jobs_due", "due_at"),
    Index("ix_jobs_unpublished", "unpublished"),
    **TABLE_OPTIONS,
)

# One row a chunk in flight. A position below `next_position` without a row is stored.
job_windows = Table(
    "job_windows",
    metadata,
    Column("job_number", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, key="chunk_index", primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False),
    Column("issued_at", UtcDateTime(), nullable=False),
    Column("wanted_mask", Integer, nullable=False, comment="A bit for each table of the chunk."),
    Column("done_mask", Integer, nullable=False, comment="A bit for each table that is stored."),
    Column("rows_expected", BigInteger, nullable=False),
    **TABLE_OPTIONS,
)

# One row for each thing that happened to a job and that its owner may want to know.
job_events = Table(
    "job_events",
    metadata,
    _number(),
    Column("job_number", BigInteger, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("event", ascii_word(24), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column("phase", ascii_word(16), nullable=True),
    Column("detail", Text, nullable=True),
    Index("ix_job_events_job", "job_number", "number"),
    **TABLE_OPTIONS,
)

# One row a request with an Idempotency-Key that made a job.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner_id", Uuid(), primary_key=True),
    Column("idempotency_key", ascii_word(255), primary_key=True),
    Column("request_hash", ascii_digits(64), nullable=False),
    Column("job_id", Uuid(), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Index("ix_idempotency_keys_created", "created_at"),
    **TABLE_OPTIONS,
)

# One row a dead letter that an administrator has put back or set aside; the letters are in Kafka only.
dead_letter_decisions = Table(
    "dead_letter_decisions",
    metadata,
    Column("letter_id", ascii_word(48), primary_key=True),
    Column("decision", ascii_word(16), nullable=False),
    Column("decided_by", ascii_word(64), nullable=False, comment="An account's id, or what else decided."),
    Column("decided_at", UtcDateTime(), nullable=False),
    Index("ix_dead_letter_decisions_at", "decided_at"),
    **TABLE_OPTIONS,
)

# One row a stream. The API writes what is wanted of it, the player that has leased it how far it has come.
streams = Table(
    "streams",
    metadata,
    _number(),
    Column("id", Uuid(), nullable=False, unique=True),
    Column("owner_id", Uuid(), nullable=False),
    Column("dataset_id", Uuid(), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column("goal", ascii_word(16), nullable=False, comment="What its owner wants: play pause stop."),
    Column("version", BigInteger, nullable=False, comment="Rises with every change that a user can see."),
    Column("stream_id", Uuid(), nullable=False, comment="The same whenever this dataset is played."),
    Column("spec", JSON, nullable=False, comment="Resolved, until the end of the stream."),
    Column("segments", JSON, nullable=False, comment="The runs of customers that are played."),
    Column("topics", JSON, nullable=False),
    Column("topic_prefix", ascii_word(200), nullable=False),
    Column("played_after", UtcDateTime(), key="after", nullable=True),
    Column("played_until", UtcDateTime(), key="until", nullable=True),
    Column("live_from", UtcDateTime(), nullable=True),
    Column("speed", Double, nullable=True, comment="Null: as fast as it goes."),
    Column("rate_limit", Double, nullable=True, comment="Events a second at most."),
    Column("position_time", BigInteger, nullable=True, comment="Milliseconds since 1970."),
    Column("position_events", Integer, nullable=False, comment="Events of that moment that have arrived."),
    Column("events_total", BigInteger, nullable=True),
    Column("events_sent", BigInteger, nullable=False),
    Column("events_per_second", Double, nullable=True),
    Column("seconds_slowed", Double, nullable=False),
    Column("lease_owner", ascii_word(64), nullable=True, comment="The run of a player that has the stream."),
    Column("leased_until", UtcDateTime(), nullable=True),
    Column(
        "expected",
        JSON(none_as_null=True),
        nullable=True,
        comment="What its events add up to, where it stands still.",
    ),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("started_at", UtcDateTime(), nullable=True),
    Column("finished_at", UtcDateTime(), nullable=True),
    Column("error", Text, nullable=True),
    Column("waiting_for", VARCHAR(500), nullable=True),
    Column("deleted_at", UtcDateTime(), nullable=True, comment="Gone for its owner."),
    Index("ix_streams_owner", "owner_id", "number"),
    Index("ix_streams_dataset", "dataset_id", "number"),
    Index("ix_streams_state", "state", "leased_until"),
    **TABLE_OPTIONS,
)

# One row for each thing that happened to a stream and that its owner may want to know.
stream_events = Table(
    "stream_events",
    metadata,
    _number(),
    Column("stream_number", BigInteger, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("event", ascii_word(24), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column("detail", Text, nullable=True),
    Index("ix_stream_events_stream", "stream_number", "number"),
    **TABLE_OPTIONS,
)
