"""Events that were received, from wherever: mended by a ledger of faults, counted, and folded to tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from cartload.events.topics import cdc_topic
from cartload.readers.duckdb_schema import duckdb_type, duckdb_types, path_literals, text_literal
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.schema import TABLE_NAMES, Column, Ids, table

RECEIVED: Final = """CREATE TABLE received
    (topic VARCHAR, key VARCHAR, sequence BIGINT, ce_id VARCHAR, op VARCHAR, after JSON)"""
"""What a source fills: an event of a row each, with the topics' usual names."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that a topic does not have, though it has later ones of their keys."""

    topic: str
    missing: int
    first_key: str


@dataclass(frozen=True, slots=True)
class Folded:
    """The tables that a stream adds up to, the events that are missing, how many came more than once, and how
    many messages were no JSON.
    """

    stored: Stored
    gaps: tuple[Gap, ...]
    repeated: int
    unreadable: int


def fold_received(
    connection: duckdb.DuckDBPyConnection, place: str, ids: Ids, ledger: Path | None, unreadable: int
) -> Folded:
    """Make the tables that the rows of ``received`` add up to.

    Of each key the event with the highest sequence counts, in whatever order events came and however often.
    With a ledger of faults first what is missing or wrong is put right. Raises StoredError where there are no
    events, or their keys are not ``ids``.
    """
    _require_ids(connection, place, ids)
    if ledger is not None:
        try:
            _mend(connection, ledger)
        except duckdb.Error as error:
            raise StoredError(f"{ledger} cannot be read: {first_line(error)}") from error
    for name in TABLE_NAMES:
        _fold(connection, name, ids)
    stored = Stored(place, None, ids, None, TABLE_NAMES, connection)
    repeated = count(connection, "SELECT count(*) - count(DISTINCT ce_id) FROM received")
    return Folded(stored, _gaps(connection), repeated, unreadable)


def count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """The number that a query answers, or the rows that another statement touched."""
    ((found,),) = connection.execute(statement).fetchall()
    return int(found)


def topic_literals(tables: Sequence[str] = TABLE_NAMES) -> str:
    """The topics of tables as a list in SQL."""
    return ", ".join(text_literal(cdc_topic(name)) for name in tables)


def _mend(connection: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    connection.execute(f"""CREATE TABLE ledger AS SELECT
        kind, event ->> 'topic' AS topic, event ->> 'key' AS key, (event ->> 'sequence')::BIGINT AS sequence,
        event ->> 'id' AS ce_id, event ->> '$.data.op' AS op, event -> '$.data.after' AS after
        FROM read_json({path_literals([ledger])}, format = 'newline_delimited',
            columns = {{kind: 'VARCHAR', event: 'JSON'}})
        WHERE kind IN ('missing', 'corrupt', 'new_field')""")  # noqa: S608 escaped
    connection.execute("DELETE FROM received WHERE ce_id IN (SELECT ce_id FROM ledger)")
    connection.execute(f"""INSERT INTO received SELECT topic, key, sequence, ce_id, op, after FROM ledger
        WHERE topic IN ({topic_literals()})""")  # noqa: S608 our own names


def _gaps(connection: duckdb.DuckDBPyConnection) -> tuple[Gap, ...]:
    found = connection.execute("""SELECT topic, sum(missing)::BIGINT, min(key) FROM (
            SELECT topic, key, max(sequence) - count(DISTINCT sequence) AS missing
            FROM received GROUP BY topic, key)
        WHERE missing > 0 GROUP BY topic ORDER BY topic""").fetchall()
    return tuple(Gap(*row) for row in found)


def _require_ids(connection: duckdb.DuckDBPyConnection, place: str, ids: Ids) -> None:
    first = connection.execute(
        "SELECT json_type(after, '$.id') FROM received WHERE op <> 'd' LIMIT 1"
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
            SELECT op, from_json(after, {text_literal(kinds)}) AS row FROM received
            WHERE topic = {text_literal(cdc_topic(name))}
            QUALIFY row_number() OVER (PARTITION BY key ORDER BY sequence DESC) = 1)
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
