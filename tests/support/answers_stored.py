"""Small datasets to ask the business questions of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from cartload.answers import answers
from cartload.answers.document import Cell


@dataclass(frozen=True)
class InMemory:
    """Arrow tables in DuckDB."""

    connection: Any


@contextmanager
def in_memory(tables: Mapping[str, pa.Table]) -> Iterator[InMemory]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        yield InMemory(connection)


def true_rows(tables: Mapping[str, pa.Table]) -> dict[str, tuple[tuple[Cell, ...], ...]]:
    """The rows of each answer, by its question's name."""
    with in_memory(tables) as stored:
        return {answer.name: answer.rows for answer in answers(stored).items}
