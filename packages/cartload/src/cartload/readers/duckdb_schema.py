"""The schema as DuckDB's types, and which columns a place must have."""

from collections.abc import Sequence
from pathlib import Path

from cartload.readers.stored import StoredError
from cartload.schema import Column, Ids, table


def duckdb_type(column: Column, ids: Ids) -> str:
    """The DuckDB type that holds a column, as ``DESCRIBE`` writes it."""
    match column.type:
        case "id":
            return "VARCHAR" if ids == "uuid" else "BIGINT"
        case "string" | "enum":
            return "VARCHAR"
        case "integer":
            return "INTEGER"
        case "money":
            return "BIGINT"
        case "decimal":
            return f"DECIMAL({column.precision},{column.scale})"
        case "boolean":
            return "BOOLEAN"
        case "date":
            return "DATE"
        case "timestamp":
            return "TIMESTAMP WITH TIME ZONE"


def duckdb_types(name: str, ids: Ids) -> dict[str, str]:
    """DuckDB types of a table's columns, in schema order."""
    return {column.name: duckdb_type(column, ids) for column in table(name).columns}


class Remarks:
    """What is unusual about a stored dataset but breaks nothing; each remark is kept once."""

    def __init__(self) -> None:
        self._remarks: dict[str, None] = {}

    def add(self, remark: str) -> None:
        """Add a remark, unless it is there already from another file."""
        self._remarks[remark] = None

    def all(self) -> tuple[str, ...]:
        """All remarks in the order in which they were added."""
        return tuple(self._remarks)


def require_columns(name: str, found: Sequence[str], place: str, remarks: Remarks) -> None:
    """Raises StoredError where a column of the table is missing; remarks on those that are no part of it."""
    expected = table(name).column_names
    missing = [column for column in expected if column not in found]
    if missing:
        raise StoredError(f"{place} has no column {', '.join(missing)}")
    for column in found:
        if column not in expected:
            remarks.add(f"{name}: the column {column} is no part of the schema and left out")


def text_literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def path_literals(paths: Sequence[Path]) -> str:
    """Files as a SQL list, each taken as it is called."""
    # DuckDB takes names of files for patterns: the folder shop[1] would be read from shop1, and sh*p from
    # every folder that is called like that. A character in brackets stands for itself.
    names = ("".join(f"[{one}]" if one in "*?[" else one for one in str(path)) for path in paths)
    return f"[{', '.join(map(text_literal, names))}]"
