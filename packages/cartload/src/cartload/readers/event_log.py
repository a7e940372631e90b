"""A stream's events of rows in a file, read and folded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from cartload.readers.duckdb_schema import path_literals
from cartload.readers.opening import scratch_database
from cartload.readers.received_events import RECEIVED, Folded, count, fold_received, topic_literals
from cartload.readers.stored import StoredError, first_line
from cartload.schema import Ids

STANDARD_INPUT: Final = "-"
_LONGEST_LINE: Final = 64 * 2**20


@contextmanager
def open_folded(path: str, ids: Ids, ledger: Path | None = None) -> Iterator[Folded]:
    """What a file of events in Debezium's envelope adds up to; ``-`` reads standard input.

    Raises :class:`StoredError` where it is no such stream, or its keys are not ``ids``.
    """
    with scratch_database() as (connection, _):
        try:
            unreadable = _load(connection, path)
            folded = fold_received(connection, _place(path), ids, ledger, unreadable)
        except duckdb.Error as error:
            raise StoredError(f"{_place(path)} cannot be read: {first_line(error)}") from error
        yield folded


def _place(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path


def _load(connection: duckdb.DuckDBPyConnection, path: str) -> int:
    """Take the events of rows; how many lines are no JSON."""
    files = path_literals([Path("/dev/stdin" if path == STANDARD_INPUT else path)])
    connection.execute(RECEIVED)
    # A line that is no JSON has no topic; those of other topics are left out.
    connection.execute(f"""INSERT INTO received
        SELECT topic, key, sequence, id, data ->> 'op', data -> 'after'
        FROM read_json({files}, format = 'newline_delimited', ignore_errors = true,
            maximum_object_size = {_LONGEST_LINE}, columns =
            {{topic: 'VARCHAR', key: 'VARCHAR', sequence: 'BIGINT', id: 'VARCHAR', data: 'JSON'}})
        WHERE topic IS NULL OR topic IN ({topic_literals()})""")  # noqa: S608 our own names
    return count(connection, "DELETE FROM received WHERE topic IS NULL")
