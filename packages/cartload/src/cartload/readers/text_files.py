"""CSV and JSON Lines parts, loaded into tables of the temporary database: parsed once, then compact."""

import csv
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import duckdb

from cartload.readers.duckdb_schema import Remarks, duckdb_types, path_literals, require_columns, text_literal
from cartload.readers.stored import StoredError, first_line
from cartload.schema import Ids, table

type TextFormat = Literal["csv", "jsonl"]

# Types are given and not detected: DuckDB would look at the first rows only, where a column may be all NULL.
# Only the ends of lines are left to it: a file of other ends than the given ones is read as one without rows,
# and tools on Windows write CRLF. It refuses files that mix both.
_CSV: Final = (
    "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
    "nullstr = '', allow_quoted_nulls = false, strict_mode = true"
)
_JSON: Final = "format = 'newline_delimited'"


def load_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    ids: Ids,
    paths: list[Path],
    form: TextFormat,
    remarks: Remarks,
) -> None:
    """Load a table. Raises StoredError for a missing column, or a value that its column cannot hold."""
    # Files are read together where their columns are in the same order; DuckDB takes one list of columns a
    # call.
    by_columns: dict[tuple[str, ...], list[Path]] = {}
    for path in paths:
        by_columns.setdefault(_columns(path, name, form, remarks), []).append(path)
    wanted = ", ".join(table(name).column_names)
    sources = [_source(name, ids, found, files, form) for found, files in by_columns.items()]
    rows = " UNION ALL ".join(f"SELECT {wanted} FROM {source}" for source in sources)  # noqa: S608 our own files
    try:
        connection.execute(f"CREATE TABLE {name} AS {rows}")
    except duckdb.Error as error:
        raise StoredError(f"{name} cannot be read: {first_line(error)}") from error


def _source(name: str, ids: Ids, found: tuple[str, ...], paths: list[Path], form: TextFormat) -> str:
    """The call that reads files with these columns; those that the schema does not know are read as text."""
    types = duckdb_types(name, ids)
    columns = ", ".join(f"{text_literal(column)}: '{types.get(column, 'VARCHAR')}'" for column in found)
    reader, options = ("read_csv", _CSV) if form == "csv" else ("read_json", _JSON)
    return f"{reader}({path_literals(paths)}, {options}, hive_partitioning = false, columns = {{{columns}}})"


def ids(name: str, paths: list[Path], form: TextFormat) -> Ids | None:
    """The kind of ids, by the first row there is; None where there is none."""
    for path in paths:
        columns = _columns(path, name, form, Remarks())
        if form == "csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                row = _csv_row(path, file, 1)
            if row is not None and len(row) == len(columns):
                return "integer" if row[columns.index("id")].isdecimal() else "uuid"
        elif first := _first_rows(path, form, 1):
            return "integer" if isinstance(json.loads(first[0]).get("id"), int) else "uuid"
    return None


def _columns(path: Path, name: str, form: TextFormat, remarks: Remarks) -> tuple[str, ...]:
    """The columns of a file in its order: of the header line, or the table's where objects name theirs.

    Raises StoredError when the header line, or the first object, lacks a column.
    """
    first = _first_rows(path, form, 1)
    if not first:
        if form == "csv":
            raise StoredError(f"{path} is empty: not even a header line is there")
        return table(name).column_names
    found = (_csv_row(path, first, 0) or []) if form == "csv" else _keys(path, first[0])
    require_columns(name, found, str(path), remarks)
    # Of JSON only the schema's own columns are asked for, since objects name them; of CSV all that lie in
    # between must be counted.
    return tuple(found) if form == "csv" else table(name).column_names


def _keys(path: Path, line: str) -> list[str]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise StoredError(f"{path} is no JSON Lines file: {error}") from error
    if not isinstance(found, dict):
        raise StoredError(f"{path} is no JSON Lines file: its first line is no object")
    return list(found)


def _csv_row(path: Path, lines: Iterable[str], number: int) -> list[str] | None:
    """A row by its number, the header line being 0; None where the file ends before. Raises StoredError."""
    try:
        return next(islice(csv.reader(lines), number, None), None)
    except (csv.Error, UnicodeDecodeError) as error:
        # A quote that is never closed makes one field of all that follows, which Python's reader refuses.
        raise StoredError(f"{path} is no readable csv file: {error}") from error


def _first_rows(path: Path, form: TextFormat, count: int) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            return list(islice(file, count))
    except (OSError, UnicodeDecodeError) as error:
        raise StoredError(f"{path} is no readable {form} file: {error}") from error
