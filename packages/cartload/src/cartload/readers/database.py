"""Datasets in MySQL or MariaDB: copied row by row, within one read-only snapshot, into DuckDB tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import pyarrow as pa
import pymysql
from pydantic import ValidationError
from pymysql.connections import Connection
from pymysql.cursors import SSCursor

from cartload._identity import VINTAGE
from cartload.engine.chunks import Segment
from cartload.readers import csv_rows
from cartload.readers.duckdb_schema import Remarks, duckdb_types, require_columns
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.schema import TABLE_NAMES, Ids, arrow_schema
from cartload.spec.model import Spec
from cartload.storage import about, mysql_url

type _Source = Connection[Any]

_ROWS: Final = 20_000
# One read-only snapshot: rows that are loaded meanwhile are not seen. Limits on time are lifted, since large
# tables take long; what stands in /*M! is for MariaDB only, in /*! for MySQL only.
_SESSION: Final = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = ''",
    "SET SESSION net_write_timeout = 600, wait_timeout = 3600",
    "/*M!100000 SET SESSION max_statement_time = 0 */",
    "/*!80000 SET SESSION max_execution_time = 0 */",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


def open_database(url: str, spec: Spec | None, connection: duckdb.DuckDBPyConnection) -> Stored:
    """The dataset in a database. Raises StoredError."""
    try:
        mysql_url.require_database(url)
    except mysql_url.UrlError as error:
        raise StoredError(str(error)) from error
    place = mysql_url.shown(url)
    with _translate_errors(place), _snapshot(url) as source:
        columns = _columns(source)
        tables = tuple(name for name in TABLE_NAMES if name in columns)
        if not tables:
            raise StoredError(f"{place} has none of the dataset's tables")
        own_spec, segments = _description(source, place) if about.TABLE in columns else (None, None)
        known = spec or own_spec
        ids = _ids(columns[tables[0]], place, known)
        remarks = Remarks()
        for name in tables:
            _copy(source, place, name, list(columns[name]), ids, connection, remarks)
    return Stored(place, known, ids, segments, tables, connection, remarks.all())


@contextmanager
def _translate_errors(place: str) -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        words = error.args[-1] if error.args else type(error).__name__
        raise StoredError(f"{place} cannot be read: {words}") from error


@contextmanager
def _snapshot(url: str) -> Iterator[_Source]:
    """A connection in a read-only transaction that sees one moment.

    It has ``local_infile`` off, so that a server cannot ask for a file, and gives bytes for Arrow to parse.
    """
    context = mysql_url.tls(url)
    connection = pymysql.connect(
        **mysql_url.server_arguments(url),
        database=mysql_url.database(url),
        charset="utf8mb4",
        use_unicode=False,
        local_infile=False,
        connect_timeout=10,
        read_timeout=600,
        ssl=context,
        ssl_disabled=context is None,
    )
    try:
        with connection.cursor() as cursor:
            for statement in _SESSION:
                cursor.execute(statement)
        yield connection
    finally:
        connection.close()


def _rows(source: _Source, query: str) -> list[tuple[str, ...]]:
    with source.cursor() as cursor:
        cursor.execute(query)
        return [tuple(_decoded(value) for value in row) for row in cursor.fetchall()]


def _decoded(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _columns(source: _Source) -> dict[str, dict[str, str]]:
    """Type of each column of each table of the database."""
    found: dict[str, dict[str, str]] = {}
    query = (
        "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS "
        "WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION"
    )
    for name, column, kind in _rows(source, query):
        found.setdefault(name, {})[column] = kind.lower()
    return found


def _description(source: _Source, place: str) -> tuple[Spec | None, tuple[Segment, ...] | None]:
    """Spec and segments that the database says it was made from; nothing where its table is empty."""
    rows = _rows(source, f"SELECT {', '.join(about.COLUMNS)} FROM `{about.TABLE}`")  # noqa: S608 ours
    if not rows:
        return None, None
    text, vintage, segments = rows[0]
    if vintage != str(VINTAGE):
        raise StoredError(
            f"{place} was made by vintage {vintage} of the engine, this one is vintage {VINTAGE}: "
            "read it with the cartload that made it"
        )
    try:
        spec = Spec.model_validate_json(text)
        return spec, tuple(Segment(**segment) for segment in json.loads(segments))
    except (ValidationError, ValueError, TypeError) as error:
        raise StoredError(f"{place}: what {about.TABLE} says cannot be used: {first_line(error)}") from error


def _ids(columns: dict[str, str], place: str, spec: Spec | None) -> Ids:
    # "int" as in "bigint"; ids of the other kind are "char" or, made by others, "varchar".
    ids: Ids = "integer" if "int" in columns.get("id", "") else "uuid"
    if spec is not None and spec.ids != ids:
        raise StoredError(f"{place} has {ids} ids, the spec says {spec.ids}")
    return ids


def _copy(
    source: _Source,
    place: str,
    name: str,
    columns: list[str],
    ids: Ids,
    connection: duckdb.DuckDBPyConnection,
    remarks: Remarks,
) -> None:
    require_columns(name, columns, f"{place}: {name}", remarks)
    types = ", ".join(f"{column} {kind}" for column, kind in duckdb_types(name, ids).items())
    connection.execute(f"CREATE TABLE {name} ({types})")
    # NULL is read in any column: the checker reports one that should not be there, with its row.
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(name, ids)])
    # Of PyMySQL's cursors the one that fetches rows as they come: the usual one holds the whole table in
    # memory.
    with source.cursor(SSCursor) as cursor:
        cursor.execute(csv_rows.query(name))
        for batch in _batches(cursor, schema, f"{place}: {name}"):
            connection.register("arriving", batch)
            connection.execute(f"INSERT INTO {name} SELECT * FROM arriving")  # noqa: S608 the schema's name
            connection.unregister("arriving")


def _batches(cursor: Any, schema: pa.Schema, place: str) -> Iterator[pa.Table]:
    while rows := cursor.fetchmany(_ROWS):
        try:
            yield csv_rows.parse_rows(rows, schema)
        except pa.ArrowException as error:
            raise StoredError(
                f"{place} has a value that its column cannot hold: {first_line(error)}"
            ) from error
