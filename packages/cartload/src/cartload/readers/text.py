"""CSV and JSON Lines parts, loaded into tables of the temporary database: parsed once, then compact."""

import csv
import json
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import duckdb

from cartload.readers.errors import StoredError
from cartload.readers.store import first_line
from cartload.readers.types import columns_problem, duckdb_types, text_literal
from cartload.schema import Ids, table

type TextFormat = Literal["csv", "jsonl"]

_CSV: Final = (
    "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "
    "nullstr = '', allow_quoted_nulls = false, strict_mode = true"
)
_JSON: Final = "format = 'newline_delimited'"


def load(
    connection: duckdb.DuckDBPyConnection, name: str, ids: Ids, paths: list[Path], form: TextFormat
) -> None:
    """Load a table. Raises StoredError for other columns, or a value that its column cannot hold."""
    for path in paths:
        _require_columns(path, name, form)
    files = ", ".join(text_literal(str(path)) for path in paths)
    types = duckdb_types(name, ids)
    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
    reader, options = ("read_csv", _CSV) if form == "csv" else ("read_json", _JSON)
    source = f"{reader}([{files}], {options}, hive_partitioning = false, columns = {{{columns}}})"
    try:
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {source}")  # noqa: S608 our own files
    except duckdb.Error as error:
        raise StoredError(f"{name} cannot be read: {first_line(error)}") from error


def ids(name: str, paths: list[Path], form: TextFormat) -> Ids | None:
    """The kind of ids, by the first row there is; None where there is none."""
    for path in paths:
        _require_columns(path, name, form)
        first = _first_rows(path, form, 2)
        if form == "csv" and len(first) > 1:
            return "integer" if first[1].partition(",")[0].isdecimal() else "uuid"
        if form == "jsonl" and first:
            return "integer" if isinstance(json.loads(first[0]).get("id"), int) else "uuid"
    return None


def _require_columns(path: Path, name: str, form: TextFormat) -> None:
    """Raises StoredError when the header line, or the first object, has other columns."""
    first = _first_rows(path, form, 1)
    if not first:
        if form == "csv":
            raise StoredError(f"{path} is empty: not even a header line is there")
        return
    found = next(csv.reader(first)) if form == "csv" else _keys(path, first[0])
    problem = columns_problem(name, found)
    if problem:
        raise StoredError(f"{path} {problem}")
    if form == "csv" and tuple(found) != table(name).column_names:
        raise StoredError(f"{path} has its columns in another order than the schema")


def _keys(path: Path, line: str) -> list[str]:
    try:
        return list(json.loads(line))
    except ValueError as error:
        raise StoredError(f"{path} is no JSON Lines file: {error}") from error


def _first_rows(path: Path, form: TextFormat, count: int) -> list[str]:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            return list(islice(file, count))
    except (OSError, UnicodeDecodeError) as error:
        raise StoredError(f"{path} is no readable {form} file: {error}") from error
