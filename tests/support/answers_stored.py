"""Small datasets to ask the business questions of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from cartload.answers import answers
from cartload.answers.document import Cell
from cartload.readers import Stored
from cartload.schema import TABLE_NAMES

type Rows = tuple[tuple[Cell, ...], ...]


@contextmanager
def in_memory(tables: Mapping[str, pa.Table]) -> Iterator[Stored]:
    """Arrow tables as a stored dataset."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        yield Stored("memory", None, "uuid", None, TABLE_NAMES, connection)


def true_rows(stored: Stored) -> dict[str, Rows]:
    """The rows of each answer, by its question's name."""
    return {answer.name: answer.rows for answer in answers(stored).items}


def true_rows_of(tables: Mapping[str, pa.Table]) -> dict[str, Rows]:
    """The same, of Arrow tables."""
    with in_memory(tables) as stored:
        return true_rows(stored)
