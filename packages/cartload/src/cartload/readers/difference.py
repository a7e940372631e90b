"""What differs between two datasets, table by table, by the sums of their row hashes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from cartload.readers.duckdb_schema import duckdb_types
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.schema import table
from cartload.schema.rowhash import RowHash, hash_batch

type Batches = Callable[[str], Iterator[pa.RecordBatch]]
"""The rows of a table, some at a time, in schema order."""

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How many rows a table has and should have, how many keys' rows are not the same, and the first of them.

    Where no key differs the tables are equal.
    """

    table: str
    rows: int
    expected: int
    differing: int = 0
    first_keys: tuple[Any, ...] = ()


def compared(name: str, found: Stored, expected: Batches) -> TableDifference:
    """Compare a table. Raises StoredError where one of the two cannot be read."""
    here, there = _sum(name, found.batches(name)), _sum(name, expected(name))
    if here == there:
        return TableDifference(name, here.rows, there.rows)
    try:
        differing, keys = _keys(name, found, expected)
    except duckdb.Error as error:
        raise StoredError(f"{name} cannot be compared: {first_line(error)}") from error
    return TableDifference(name, here.rows, there.rows, differing, keys)


def _sum(name: str, batches: Iterator[pa.RecordBatch]) -> RowHash:
    return sum((hash_batch(batch, name) for batch in batches), RowHash())


def _keys(name: str, found: Stored, expected: Batches) -> tuple[int, tuple[Any, ...]]:
    """How many keys have rows that are in one of the two only, and the first of them."""
    types = ", ".join(f"{column} {kind}" for column, kind in duckdb_types(name, found.ids).items())
    found.connection.execute(f"CREATE OR REPLACE TABLE expected ({types})")
    for batch in expected(name):
        found.connection.register("arriving", batch)
        found.connection.execute("INSERT INTO expected SELECT * FROM arriving")
        found.connection.unregister("arriving")
    columns = ", ".join(table(name).column_names)
    ours, theirs = (f"SELECT {columns} FROM {place}" for place in (name, "expected"))  # noqa: S608 the schema's names
    found.connection.execute(
        f"""CREATE OR REPLACE TABLE differing AS SELECT DISTINCT id FROM (
            ({ours} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {ours}))"""  # noqa: S608 the same
    )
    ((count,),) = found.rows("SELECT count(*) FROM differing")
    first = found.rows(f"SELECT id FROM differing ORDER BY id LIMIT {_SHOWN}")  # noqa: S608 a number
    return count, tuple(key for (key,) in first)
