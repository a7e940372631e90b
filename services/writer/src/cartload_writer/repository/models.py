"""The tables of the database `cartload_writer`. Times are UTC with microseconds."""

from sqlalchemy import JSON, BigInteger, Column, Double, Index, Integer, MetaData, Table, Text

from cartload_kit.database.types import TABLE_OPTIONS, UtcDateTime, Words, ascii_digits, ascii_word

metadata = MetaData()


# One row a dataset, for ever: a deleted one stays as the tombstone that late batches meet.
datasets = Table(
    "datasets",
    metadata,
    Column("dataset_id", ascii_digits(36), primary_key=True),
    Column("owner_id", ascii_digits(36), nullable=False),
    Column("database_name", ascii_word(64), nullable=False, unique=True),
    Column("state", ascii_word(16), nullable=False),
    Column("load_mode", ascii_word(16), nullable=False),
    Column("ids", ascii_word(16), nullable=False),
    Column("format", ascii_word(16), nullable=False),
    Column("spec", JSON, nullable=False),
    Column("spec_hash", ascii_digits(64), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("targets", Words(32), nullable=False, server_default="mysql,files,kafka"),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Index("ix_datasets_owner", "owner_id", "state"),
    **TABLE_OPTIONS,
)

# One row a stored batch, written in the transaction that stores its rows: what makes the effect exactly once.
# A dataset without files has no bytes, and neither hash nor name of a part: they are empty.
manifest = Table(
    "manifest",
    metadata,
    Column("dataset_id", ascii_digits(36), primary_key=True),
    Column("table_name", ascii_word(32), primary_key=True),
    Column("chunk", BigInteger, primary_key=True, autoincrement=False),
    Column("row_count", BigInteger, nullable=False),
    Column("row_hash", ascii_digits(32), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", ascii_digits(64), nullable=False),
    Column("blob_name", ascii_word(200), nullable=False),
    Column("storing_seconds", Double, nullable=False),
    Column("stored_at", UtcDateTime(), nullable=False),
    **TABLE_OPTIONS,
)

# One row a command on a dataset, in order of arrival; `leased_until` is set while one process works on it.
tasks = Table(
    "tasks",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=True),
    Column("task_id", ascii_digits(36), nullable=False, unique=True),
    Column("dataset_id", ascii_digits(36), nullable=False),
    Column("kind", ascii_word(16), nullable=False),
    Column("message", JSON, nullable=False),
    Column("traceparent", ascii_word(80), nullable=True),
    Column("state", ascii_word(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime(), nullable=False),
    Column("lease_owner", ascii_word(64), nullable=True),
    Column("leased_until", UtcDateTime(), nullable=True),
    Column("error", Text, nullable=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("finished_at", UtcDateTime(), nullable=True),
    Index("ix_tasks_open", "state", "not_before"),
    Index("ix_tasks_dataset", "dataset_id", "state", "sequence"),
    **TABLE_OPTIONS,
)

# Empty databases with the final DDL that wait for a dataset; a row is there before its database is.
stock = Table(
    "stock",
    metadata,
    Column("database_name", ascii_word(64), primary_key=True),
    Column("state", ascii_word(16), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    **TABLE_OPTIONS,
)

# The read-only database user of each owner who asked for one.
database_users = Table(
    "database_users",
    metadata,
    Column("owner_id", ascii_digits(36), primary_key=True),
    Column("user_name", ascii_word(32), nullable=False, unique=True),
    Column("password_set_at", UtcDateTime(), nullable=True),
    **TABLE_OPTIONS,
)

# The newest report of each dataset, as the API answers it.
reports = Table(
    "reports",
    metadata,
    Column("dataset_id", ascii_digits(36), primary_key=True),
    Column("state", ascii_word(16), nullable=False),
    Column("document", JSON, nullable=False),
    Column("made_at", UtcDateTime(), nullable=True),
    Column("answers", JSON, nullable=True),
    **TABLE_OPTIONS,
)

# Always empty: what a starting consumer puts here, to prove that it is one transaction, is rolled back.
probe = Table("probe", metadata, Column("id", ascii_digits(36), primary_key=True), **TABLE_OPTIONS)
