"""Streams of events, read back: the rows of each table as the last event of each key has them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from cartload.events.topics import cdc_topic
from cartload.readers.duckdb_schema import duckdb_type, duckdb_types, path_literals, text_literal
from cartload.readers.opening import scratch_database
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.schema import TABLE_NAMES, Column, Ids, table

STANDARD_INPUT: Final = "-"
_LONGEST_LINE: Final = 64 * 2**20


@contextmanager
def open_folded(path: str, ids: Ids) -> Iterator[Stored]:
    """The tables that a stream's events in Debezium's envelope add up to; ``-`` reads standard input.

    Of each key the event with the highest sequence counts, in whatever order events come and however often.
    Raises :class:`StoredError` where the file is no such stream, or its keys are not ``ids``.
    """
    with scratch_database() as (connection, _):
        try:
            _load(connection, path)
            fold_events(connection, _place(path), ids)
        except duckdb.Error as error:
            raise StoredError(f"{_place(path)} cannot be read: {first_line(error)}") from error
        yield Stored(_place(path), None, ids, None, TABLE_NAMES, connection)


def _place(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path


def _load(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    files = path_literals([Path("/dev/stdin" if path == STANDARD_INPUT else path)])
    connection.execute(f"""CREATE TABLE events AS
        SELECT topic, key ->> 'id' AS id, sequence, data ->> 'op' AS op, data -> 'after' AS after
        FROM read_json({files}, format = 'newline_delimited', maximum_object_size = {_LONGEST_LINE}, columns =
            {{topic: 'VARCHAR', key: 'VARCHAR', sequence: 'BIGINT', data: 'JSON'}})
        WHERE topic IN ({", ".join(text_literal(cdc_topic(name)) for name in TABLE_NAMES)})""")  # noqa: S608 our own names


def fold_events(connection: duckdb.DuckDBPyConnection, place: str, ids: Ids) -> None:
    """Make the tables that the rows of ``events`` add up to: topic, id, sequence, op and ``after``.

    Raises StoredError where there are none, or their keys are not ``ids``.
    """
    _require_ids(connection, place, ids)
    for name in TABLE_NAMES:
        _fold(connection, name, ids)


def _require_ids(connection: duckdb.DuckDBPyConnection, place: str, ids: Ids) -> None:
    first = connection.execute(
        "SELECT json_type(after, '$.id') FROM events WHERE op <> 'd' LIMIT 1"
    ).fetchone()
    if first is None:
        raise StoredError(f"{place} has no event of a row: make it with --topics '{cdc_topic('*')}'")
    found: Ids = "uuid" if first[0] == "VARCHAR" else "integer"
    if found != ids:
        raise StoredError(f"{place} has {found} ids, the dataset has {ids}")


def _fold(connection: duckdb.DuckDBPyConnection, name: str, ids: Ids) -> None:
    columns = table(name).columns
    # What cannot be read as its column's type is NULL: then the row differs, which is what is asked for.
    kinds = json.dumps({column.name: _json_type(column, ids) for column in columns})
    values = ", ".join(f"{_value(column, ids)} AS {column.name}" for column in columns)
    types = ", ".join(f"{column} {kind}" for column, kind in duckdb_types(name, ids).items())
    connection.execute(f"CREATE TABLE {name} ({types})")
    connection.execute(f"""INSERT INTO {name}
        SELECT {values} FROM (
            SELECT op, from_json(after, {text_literal(kinds)}) AS row FROM events
            WHERE topic = {text_literal(cdc_topic(name))}
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY sequence DESC) = 1)
        WHERE op <> 'd'""")  # noqa: S608 the schema's names


def _json_type(column: Column, ids: Ids) -> str:
    """The type of a column's values in the envelope."""
    match column.type:
        case "timestamp" | "date":
            return "BIGINT"
        case "decimal":
            return "VARCHAR"
        case _:
            return duckdb_type(column, ids)


def _value(column: Column, ids: Ids) -> str:
    """A column's value out of the envelope, as SQL."""
    value = f"row.{column.name}"
    match column.type:
        case "timestamp":
            return f"make_timestamp({value} * 1000) AT TIME ZONE 'UTC'"
        case "date":
            return f"DATE '1970-01-01' + {value}::INTEGER"
        case "decimal":
            return f"TRY_CAST({value} AS {duckdb_type(column, ids)})"
        case _:
            return value
