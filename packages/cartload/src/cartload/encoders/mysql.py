"""Batches into MySQL or MariaDB by ``LOAD DATA LOCAL``: the fast way, its silent losses made errors.

LOCAL implies IGNORE: doubled keys, over-long text and bad numbers are warnings there, not errors. So a load
counts: as many rows as sent and no warning, or :class:`LoadError`, and the caller rolls back by closing.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pyarrow as pa
import pymysql
from pymysql.connections import Connection

from cartload.encoders import inserts, text
from cartload.kernels.text_lines import Field
from cartload.storage import mysql_url

type Bulk = Connection[Any]
"""A connection made by :func:`connect`."""

_SESSION: Final = (
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
)
# The backslash first: later it would escape the escapes, and \N would be NULL.
_ESCAPES: Final = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0"))


class LoadError(Exception):
    """The server did not take exactly the rows it was sent; the connection is closed, nothing committed."""


def connect(
    url: str,
    database: str | None = None,
    *,
    idle_seconds: int = 10,
    lock_seconds: int = 5,
    read_seconds: int = 60,
    foreign_key_checks: bool = False,
    ssl: Any = None,
) -> Bulk:
    """A connection for bulk loads to ``mysql://user:password@host:port/database``, without autocommit.

    ``idle_seconds`` is how long the server keeps a session whose client is silent, ``lock_seconds`` how long
    statements wait for row and metadata locks, ``read_seconds`` how long the client waits for an answer. Give
    ``ssl``, a verifying context, when the server is remote.
    Raises pymysql's OperationalError when the server is away.
    """
    connection = pymysql.connect(
        **mysql_url.server_arguments(url),
        database=database or mysql_url.database(url) or None,
        charset="utf8mb4",
        autocommit=False,
        local_infile=True,  # lets the server read our files: only on these connections
        connect_timeout=idle_seconds,
        read_timeout=read_seconds,
        write_timeout=60,
        ssl=ssl,
        ssl_disabled=ssl is None,
    )
    with closed_on_error(connection), connection.cursor() as cursor:
        for statement in (*_SESSION, *_limits(idle_seconds, lock_seconds, foreign_key_checks)):
            cursor.execute(statement)
    return connection


def _limits(idle: int, lock: int, foreign_key_checks: bool) -> Iterator[str]:
    yield f"SET SESSION wait_timeout = {idle}, net_read_timeout = {idle}, net_write_timeout = {idle}"
    yield f"SET SESSION lock_wait_timeout = {lock}, innodb_lock_wait_timeout = {lock}"
    yield f"SET SESSION foreign_key_checks = {int(foreign_key_checks)}"


@contextmanager
def closed_on_error(connection: Bulk) -> Iterator[None]:
    """Closes the connection, and with it the transaction, when anything at all is raised inside."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def load(connection: Bulk, table: str, batch: pa.RecordBatch, *, database: str | None = None) -> None:
    """Inserts the batch in the open transaction; the caller commits. ``database``: not the connection's.

    Raises :class:`LoadError` when rows or warnings do not match, else pymysql's errors; the connection is
    closed then.
    """
    if batch.num_rows == 0:
        return
    payload = tab_separated(batch)
    with closed_on_error(connection), _as_file(payload) as path, connection.cursor() as cursor:
        target = f"`{database}`.`{table}`" if database else f"`{table}`"
        # A driver that cannot read the file ends the stream as if it were complete: only the number of rows
        # and of warnings shows that something was lost.
        stored = cursor.execute(_statement(target, batch.schema.names), (path,))
        warnings = cursor.warning_count
        if stored != batch.num_rows or warnings:
            raise LoadError(_difference(cursor, table, stored, batch.num_rows, warnings))


def insert(connection: Bulk, table: str, batch: pa.RecordBatch) -> None:
    """As :func:`load`, by ``INSERT`` statements: for servers that take no files from clients."""
    cursor: Any
    with closed_on_error(connection), connection.cursor() as cursor:
        for start in range(0, batch.num_rows, inserts.ROWS_AT_ONCE):
            rows = batch.slice(start, inserts.ROWS_AT_ONCE)
            stored = cursor.execute(inserts.statement(rows, table))
            warnings = cursor.warning_count
            if stored != rows.num_rows or warnings:
                raise LoadError(_difference(cursor, table, stored, rows.num_rows, warnings))


def _statement(target: str, columns: list[str]) -> str:
    names = ", ".join(f"`{column}`" for column in columns)
    return (
        f"LOAD DATA LOCAL INFILE %s INTO TABLE {target} CHARACTER SET utf8mb4 "
        rf"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({names})"
    )


def _difference(cursor: Any, table: str, stored: int, sent: int, warnings: int) -> str:
    cursor.execute("SHOW WARNINGS LIMIT 3")
    shown = "; ".join(f"{code} {message}" for _, code, message in cursor.fetchall())
    return f"{table}: {stored} of {sent} rows stored, {warnings} warnings: {shown}"


@contextmanager
def _as_file(payload: memoryview) -> Iterator[str]:
    """A path under which the payload can be read: in memory on Linux, a temporary file elsewhere."""
    # The driver opens the file by its name, so bytes in memory need one: on Linux that of a file in memory.
    if not hasattr(os, "memfd_create"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(payload)
            file.flush()
            yield file.name
        return
    descriptor = os.memfd_create("cartload")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(payload)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def tab_separated(batch: pa.RecordBatch) -> memoryview:
    r"""The batch as LOAD DATA reads it: tabs between, ``\N`` for NULL, what would mislead escaped."""
    fields = [
        Field(b"\t" if place else b"", _column(values), null=rb"\N", between=" ")
        for place, values in enumerate(batch.columns)
    ]
    return text.written(fields, b"\n", batch.num_rows)


def _column(values: Any) -> Any:
    # MySQL has no booleans: TINYINT takes 1 and 0, and not the words.
    flags = pa.types.is_boolean(values.type)
    return values.cast(pa.int32()) if flags else text.column(values, "tab-separated", _escaped)


def _escaped(values: Any) -> Any:
    return text.replaced(values, _ESCAPES) if text.contains(values, "\\") else values
