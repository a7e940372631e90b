"""The batch transaction: dataset's state, manifest row and rows, all or nothing, on one bulk connection.

These functions block; they run in the thread of a `Bulk`. An exception leaves the transaction open: the pool
closes the connection then, and the server rolls back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa
import pymysql

from cartload.encoders import mysql
from cartload_contracts.batches import BatchHeader
from cartload_kit.mysql_url import MysqlUrl
from cartload_writer.adapters.blob import StoredPart
from cartload_writer.domain.states import GONE, Format, Ids

DUPLICATE_KEY = 1062

LOADED_AT_ONCE = 10_000
"""Rows of one LOAD DATA: more make it no faster, and as text they are several times as large."""


class DatasetGone(Exception):
    """The dataset is deleted or about to be: its batches are dropped."""


class AlreadyStored(Exception):
    """The manifest has these coordinates: somebody stored them a moment ago."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """What the manifest says of a batch."""

    rows: int
    row_hash: str
    bytes: int
    storing_seconds: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where a batch goes, and what is stored of it already."""

    database: str
    ids: Ids
    format: Format
    vintage: int
    gone: bool
    stored: StoredBatch | None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """The manifest row of a batch."""

    header: BatchHeader
    blob_name: str
    part: StoredPart
    storing_seconds: float
    stored_at: datetime


def connect(url: str, meta: str) -> "pymysql.Connection[Any]":
    """A bulk connection on which every statement outside a transaction commits by itself."""
    connection = mysql.connect(url, meta, ssl=MysqlUrl.parse(url).ssl_context())
    connection.autocommit(True)
    return connection


def find_target(connection: "pymysql.Connection[Any]", meta: str, header: BatchHeader) -> Target | None:
    """The dataset of a batch with its manifest row, if any; None when the dataset is unknown."""
    query = (
        "SELECT d.database_name, d.ids, d.format, d.vintage, d.state, "  # noqa: S608 our own database
        "m.row_count, m.row_hash, m.bytes, m.storing_seconds "
        f"FROM `{meta}`.datasets d LEFT JOIN `{meta}`.manifest m "
        "ON m.dataset_id = d.dataset_id AND m.table_name = %s AND m.chunk = %s WHERE d.dataset_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, (header.table, header.chunk, str(header.dataset_id)))
        row = cursor.fetchone()
    if row is None:
        return None
    database, ids, format_, vintage, state, *stored = row
    known = None if stored[0] is None else StoredBatch(*stored)
    return Target(database, ids, format_, vintage, state in GONE, known)


def store(
    connection: "pymysql.Connection[Any]", meta: str, database: str, entry: NewEntry, rows: pa.RecordBatch
) -> None:
    """Begin, look at the dataset's state, write the manifest row and the rows; the caller commits.

    Raises:
        DatasetGone: it is a tombstone.
        AlreadyStored: the coordinates are in the manifest.
        cartload.encoders.mysql.LoadError: the server did not take every row as it is.
    """
    connection.begin()
    with connection.cursor() as cursor:
        _require_dataset(cursor, meta, entry.header.dataset_id)
        _insert(cursor, meta, entry)
    for first in range(0, rows.num_rows, LOADED_AT_ONCE):
        mysql.load(connection, entry.header.table, rows.slice(first, LOADED_AT_ONCE), database=database)


def update_part(connection: "pymysql.Connection[Any]", meta: str, entry: NewEntry) -> None:
    """Put down the part that is really there: one of equal rows that was written differently, and earlier."""
    statement = (
        f"UPDATE `{meta}`.manifest SET bytes = %s, sha256 = %s "  # noqa: S608 our own database
        "WHERE dataset_id = %s AND table_name = %s AND chunk = %s"
    )
    header = entry.header
    place = (str(header.dataset_id), header.table, header.chunk)
    with connection.cursor() as cursor:
        cursor.execute(statement, (entry.part.bytes, entry.part.sha256, *place))


def commit(connection: "pymysql.Connection[Any]") -> None:
    """Make the batch last. After an error here only the manifest knows: it tells the next delivery."""
    connection.commit()


def _require_dataset(cursor: Any, meta: str, dataset_id: UUID) -> None:
    query = f"SELECT state FROM `{meta}`.datasets WHERE dataset_id = %s LOCK IN SHARE MODE"  # noqa: S608
    cursor.execute(query, (str(dataset_id),))
    row = cursor.fetchone()
    if row is None or row[0] in GONE:
        raise DatasetGone


def _insert(cursor: Any, meta: str, entry: NewEntry) -> None:
    header = entry.header
    statement = (
        f"INSERT INTO `{meta}`.manifest (dataset_id, table_name, chunk, row_count, row_hash, "  # noqa: S608 our own database
        "bytes, sha256, "
        "blob_name, storing_seconds, stored_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    place = (str(header.dataset_id), header.table, header.chunk)
    content = (header.rows, header.row_hash, entry.part.bytes, entry.part.sha256, entry.blob_name)
    try:
        cursor.execute(
            statement, (*place, *content, entry.storing_seconds, entry.stored_at.replace(tzinfo=None))
        )
    except pymysql.IntegrityError as error:
        if error.args[0] == DUPLICATE_KEY:
            raise AlreadyStored from error
        raise
