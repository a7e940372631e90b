"""The tables of the database `cartload_writer`. Times are UTC with microseconds."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.mysql import CHAR, VARCHAR

from cartload_kit.database.types import UtcDateTime, Words

metadata = MetaData()


def _id() -> CHAR:
    return CHAR(36, charset="ascii", collation="ascii_bin")


def _hex(digits: int) -> CHAR:
    return CHAR(digits, charset="ascii", collation="ascii_bin")


def _word(length: int) -> VARCHAR:
    return VARCHAR(length, charset="ascii", collation="ascii_bin")


_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}

# One row a dataset, for ever: a deleted one stays as the tombstone that late batches meet.
datasets = Table(
    "datasets",
    metadata,
    Column("dataset_id", _id(), primary_key=True),
    Column("owner_id", _id(), nullable=False),
    Column("database_name", _word(64), nullable=False, unique=True),
    Column("state", _word(16), nullable=False),
    Column("load_mode", _word(16), nullable=False),
    Column("ids", _word(16), nullable=False),
    Column("format", _word(16), nullable=False),
    Column("spec", JSON, nullable=False),
    Column("spec_hash", _hex(64), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("targets", Words(32), nullable=False, server_default="mysql,files,kafka"),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Index("ix_datasets_owner", "owner_id", "state"),
    **_OPTIONS,
)

# One row a stored batch, written in the transaction that stores its rows: what makes the effect exactly once.
# A dataset without files has no bytes, and neither hash nor name of a part: they are empty.
manifest = Table(
    "manifest",
    metadata,
    Column("dataset_id", _id(), primary_key=True),
    Column("table_name", _word(32), primary_key=True),
    Column("chunk", BigInteger, primary_key=True, autoincrement=False),
    Column("row_count", BigInteger, nullable=False),
    Column("row_hash", _hex(32), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", _hex(64), nullable=False),
    Column("blob_name", _word(200), nullable=False),
    Column("storing_seconds", Double, nullable=False),
    Column("stored_at", UtcDateTime(), nullable=False),
    **_OPTIONS,
)

# One row a command on a dataset, in order of arrival; `leased_until` is set while one process works on it.
tasks = Table(
    "tasks",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=True),
    Column("task_id", _id(), nullable=False, unique=True),
    Column("dataset_id", _id(), nullable=False),
    Column("kind", _word(16), nullable=False),
    Column("message", JSON, nullable=False),
    Column("traceparent", _word(80), nullable=True),
    Column("state", _word(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime(), nullable=False),
    Column("lease_owner", _word(64), nullable=True),
    Column("leased_until", UtcDateTime(), nullable=True),
    Column("error", Text, nullable=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("finished_at", UtcDateTime(), nullable=True),
    Index("ix_tasks_open", "state", "not_before"),
    Index("ix_tasks_dataset", "dataset_id", "state", "sequence"),
    **_OPTIONS,
)

# Empty databases with the final DDL that wait for a dataset; a row is there before its database is.
stock = Table(
    "stock",
    metadata,
    Column("database_name", _word(64), primary_key=True),
    Column("state", _word(16), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    **_OPTIONS,
)

# The read-only database user of each owner who asked for one.
database_users = Table(
    "database_users",
    metadata,
    Column("owner_id", _id(), primary_key=True),
    Column("user_name", _word(32), nullable=False, unique=True),
    Column("password_set_at", UtcDateTime(), nullable=True),
    **_OPTIONS,
)

# The newest report of each dataset, as the API answers it.
reports = Table(
    "reports",
    metadata,
    Column("dataset_id", _id(), primary_key=True),
    Column("state", _word(16), nullable=False),
    Column("document", JSON, nullable=False),
    Column("made_at", UtcDateTime(), nullable=True),
    Column("answers", JSON, nullable=True),
    **_OPTIONS,
)

# Always empty: what a starting consumer puts here, to prove that it is one transaction, is rolled back.
probe = Table("probe", metadata, Column("id", _id(), primary_key=True), **_OPTIONS)
