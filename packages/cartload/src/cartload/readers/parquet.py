"""Parquet parts as a view: read where they lie, or from copies where their types are not the schema's."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cartload.readers.casting import cast_file, is_as_stored
from cartload.readers.duckdb_schema import Remarks, path_literals, require_columns
from cartload.readers.stored import StoredError
from cartload.schema import Ids, arrow_schema, table


def create_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    ids: Ids,
    paths: list[Path],
    scratch: Path,
    remarks: Remarks,
) -> None:
    """Make the view of a table; copies of its files go into ``scratch``.

    Raises StoredError for an unreadable file, a missing column, or a value that its column cannot hold.
    """
    readable = [_readable(path, number, name, ids, scratch, remarks) for number, path in enumerate(paths)]
    columns = ", ".join(table(name).column_names)
    # Reading by name opens every file before each query: only where the files differ in their columns.
    by_name = "true" if len({tuple(_schema(path).names) for path in readable}) > 1 else "false"
    # Without hive partitioning, by which a folder placed_month=2024-01 would be read as a column more.
    source = f"read_parquet({path_literals(readable)}, hive_partitioning = false, union_by_name = {by_name})"
    connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM {source}")  # noqa: S608 the schema's names


def _readable(path: Path, number: int, name: str, ids: Ids, scratch: Path, remarks: Remarks) -> Path:
    """The file itself, or a copy of it with the types of the schema."""
    found = _schema(path)
    require_columns(name, found.names, str(path), remarks)
    if all(is_as_stored(found.field(field.name).type, field.type) for field in arrow_schema(name, ids)):
        return path
    copy = scratch / f"{name}-{number}.parquet"
    try:
        cast_file(path, name, ids, copy)
    except (pa.ArrowException, OSError) as error:
        raise StoredError(f"{path} cannot be read or copied to {copy.parent}: {error}") from error
    return copy


def ids(name: str, paths: list[Path]) -> Ids:
    """The kind of ids in the first of the files."""
    schema = _schema(paths[0])
    require_columns(name, schema.names, str(paths[0]), Remarks())
    kind = schema.field("id").type
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return "integer" if any(is_number(kind) for is_number in numbers) else "uuid"


def _schema(path: Path) -> Any:
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise StoredError(f"{path} is no readable Parquet file: {error}") from error
