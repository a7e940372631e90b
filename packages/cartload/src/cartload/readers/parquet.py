"""Parquet parts as a view: read where they lie."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cartload.readers.errors import StoredError
from cartload.readers.types import columns_problem, duckdb_types, text_literal
from cartload.schema import Ids


def view(connection: duckdb.DuckDBPyConnection, name: str, ids: Ids, paths: list[Path]) -> None:
    """Make the view of a table. Raises StoredError for an unreadable file or other columns or types."""
    for path in paths:
        problem = columns_problem(name, _schema(path).names)
        if problem:
            raise StoredError(f"{path} {problem}")
    files = ", ".join(text_literal(str(path)) for path in paths)
    source = f"read_parquet([{files}], hive_partitioning = false)"
    expected = duckdb_types(name, ids)
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 our own files
    for column, found, *_ in described:
        if found != expected[column]:
            raise StoredError(f"{paths[0]} has {column} as {found}, expected is {expected[column]}")
    columns = ", ".join(expected)
    connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM {source}")  # noqa: S608 the schema's names


def ids(name: str, paths: list[Path]) -> Ids:
    """The kind of ids in the first of the files."""
    schema = _schema(paths[0])
    if "id" not in schema.names:
        raise StoredError(f"{paths[0]} {columns_problem(name, schema.names)}")
    return "integer" if pa.types.is_integer(schema.field("id").type) else "uuid"


def _schema(path: Path) -> Any:
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise StoredError(f"{path} is no readable Parquet file: {error}") from error
