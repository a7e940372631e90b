"""The batch transaction: dataset's state, manifest row and rows, all or nothing, on one bulk connection.

These functions block; a `BulkPool` runs them in its threads. An exception leaves the transaction open: the
pool closes the connection then, and the server rolls back.
"""

import json
from collections.abc import Sequence
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
from cartload_writer.domain.names import reader_user
from cartload_writer.domain.states import GONE, Format, Ids, covers, has_files, has_rows
from cartload_writer.metrics import STEP_SECONDS

DUPLICATE_KEY = 1062
NO_SUCH_THREAD = 1094

LOCK_SECONDS = 2
"""How long a batch waits for a lock: loads do not wait for each other, so it is somebody else's."""

LOADED_AT_ONCE = 10_000
"""Rows of one LOAD DATA: more make it no faster, and as text they are several times as large."""


class DatasetGone(Exception):
    """Nothing is to be stored any more in the dataset or the batch's segment: the batch is dropped."""


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
    """Where a batch goes, and what is stored of it already.

    `gone`: nowhere, for the dataset is deleted, or its job failed or was cancelled, or the batch belongs to
    an append that was rolled back.
    """

    owner_id: UUID
    database: str
    ids: Ids
    format: Format
    vintage: int
    has_rows: bool
    has_files: bool
    gone: bool
    stored: StoredBatch | None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """The manifest row of a batch; `blob_name` is empty where it has no part in Blob."""

    header: BatchHeader
    blob_name: str
    part: StoredPart
    storing_seconds: float
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch that is to be stored: its manifest row, and its rows where the dataset has tables for them."""

    entry: NewEntry
    rows: pa.RecordBatch | None


def connect(url: str, meta: str, *, idle_seconds: int = 10) -> "pymysql.Connection[Any]":
    """A bulk connection on which every statement outside a transaction commits by itself."""
    connection = mysql.connect(
        url, meta, ssl=MysqlUrl.parse(url).ssl_context(), lock_seconds=LOCK_SECONDS, idle_seconds=idle_seconds
    )
    # Looks at the manifest must not open a transaction that stays open: its snapshot and locks would age.
    connection.autocommit(True)
    return connection


def find_target(connection: "pymysql.Connection[Any]", meta: str, header: BatchHeader) -> Target | None:
    """The dataset of a batch with its manifest row, if any; None when the dataset is unknown."""
    query = (
        "SELECT d.owner_id, d.database_name, d.ids, d.format, d.vintage, d.state, d.segments, d.targets, "  # noqa: S608
        "m.row_count, m.row_hash, m.bytes, m.storing_seconds "
        f"FROM `{meta}`.datasets d LEFT JOIN `{meta}`.manifest m "
        "ON m.dataset_id = d.dataset_id AND m.table_name = %s AND m.chunk = %s WHERE d.dataset_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, (header.table, header.chunk, str(header.dataset_id)))
        row = cursor.fetchone()
    if row is None:
        return None
    owner, database, ids, format_, vintage, state, segments, targets_text, *stored = row
    known = None if stored[0] is None else StoredBatch(*stored)
    # A batch outside all segments is one of an append that was rolled back; one that is stored in a dataset
    # that ended incomplete is answered again, but nothing is added there.
    gone = state in GONE or not covers(json.loads(segments), header.table, header.chunk)
    gone = gone or (state == "incomplete" and known is None)
    targets = targets_text.split(",")
    return Target(
        UUID(owner), database, ids, format_, vintage, has_rows(targets), has_files(targets), gone, known
    )


def store(
    connection: "pymysql.Connection[Any]", meta: str, database: str, batches: Sequence[NewBatch]
) -> None:
    """Begin, look at the dataset's state, write manifest rows and rows, commit: one transaction.

    All batches belong to the dataset that has the database; what is raised of one undoes all. Their parts lie
    in Blob already, so nothing but MySQL is waited for while locks are held. After an error of the commit
    only the manifest knows: it tells the next delivery.

    Raises:
        DatasetGone: it is a tombstone.
        AlreadyStored: the coordinates are in the manifest.
        cartload.encoders.mysql.LoadError: the server did not take every row as it is.
    """
    entries = [batch.entry for batch in batches]
    connection.begin()
    with connection.cursor() as cursor:
        # The dataset first: its lock keeps deletions and roll-backs out until the commit. The manifest rows
        # before the load, so that a second delivery fails before it sends any rows.
        _require_dataset(cursor, meta, [entry.header for entry in entries])
        _insert(cursor, meta, entries)
    for batch in batches:
        if batch.rows is None:
            continue
        for first in range(0, batch.rows.num_rows, LOADED_AT_ONCE):
            rows = batch.rows.slice(first, LOADED_AT_ONCE)
            mysql.load(connection, batch.entry.header.table, rows, database=database)
    with STEP_SECONDS.labels("commit").time():
        connection.commit()


def end_readers(connection: "pymysql.Connection[Any]", owner_id: UUID) -> int:
    """End the sessions of the owner's read-only user that hold locks; how many there were.

    On MariaDB, SELECT … FOR UPDATE needs no more than the right to read, and on MySQL FOR SHARE does.
    """
    query = (
        "SELECT p.ID FROM information_schema.PROCESSLIST p JOIN information_schema.INNODB_TRX t "
        "ON t.trx_mysql_thread_id = p.ID WHERE p.USER = %s AND t.trx_tables_locked > 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, (reader_user(owner_id),))
        sessions = [int(row[0]) for row in cursor.fetchall()]
        for session in sessions:
            try:
                cursor.execute(f"KILL {session}")
            except pymysql.MySQLError as error:
                if error.args[0] != NO_SUCH_THREAD:
                    raise
    return len(sessions)


def _require_dataset(cursor: Any, meta: str, headers: Sequence[BatchHeader]) -> None:
    """Keep the dataset as it is until the commit: a deletion or a roll-back waits for this lock."""
    query = (
        f"SELECT state, segments FROM `{meta}`.datasets "  # noqa: S608 our own database
        "WHERE dataset_id = %s LOCK IN SHARE MODE"  # FOR SHARE is MySQL's alone
    )
    cursor.execute(query, (str(headers[0].dataset_id),))
    row = cursor.fetchone()
    if row is None or row[0] in GONE:
        raise DatasetGone
    segments = json.loads(row[1])
    if not all(covers(segments, header.table, header.chunk) for header in headers):
        raise DatasetGone
    if row[0] == "incomplete":
        # Its totals were told when it was sealed. What another delivery stored before that stays.
        stored = all(_is_stored(cursor, meta, header) for header in headers)
        raise AlreadyStored if stored else DatasetGone


def _is_stored(cursor: Any, meta: str, header: BatchHeader) -> bool:
    query = f"SELECT 1 FROM `{meta}`.manifest WHERE dataset_id = %s AND table_name = %s AND chunk = %s"  # noqa: S608 our own database
    cursor.execute(query, (str(header.dataset_id), header.table, header.chunk))
    return cursor.fetchone() is not None


def _insert(cursor: Any, meta: str, entries: Sequence[NewEntry]) -> None:
    statement = (
        f"INSERT INTO `{meta}`.manifest (dataset_id, table_name, chunk, row_count, row_hash, "  # noqa: S608 our own database
        "bytes, sha256, "
        "blob_name, storing_seconds, stored_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    try:
        cursor.executemany(statement, [_values(entry) for entry in entries])
    except pymysql.IntegrityError as error:
        if error.args[0] == DUPLICATE_KEY:
            raise AlreadyStored from error
        raise


def _values(entry: NewEntry) -> tuple[object, ...]:
    header = entry.header
    place = (str(header.dataset_id), header.table, header.chunk)
    content = (header.rows, header.row_hash, entry.part.bytes, entry.part.sha256, entry.blob_name)
    return (*place, *content, entry.storing_seconds, entry.stored_at.replace(tzinfo=None))
