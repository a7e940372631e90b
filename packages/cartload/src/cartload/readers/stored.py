"""An open dataset, and the error of one that cannot be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from numpy.typing import NDArray

from cartload.engine.chunks import Segment
from cartload.schema import Ids, arrow_schema, table
from cartload.spec.model import Spec


class StoredError(Exception):
    """A dataset that cannot be read; the message names the place and says what is wrong."""


@dataclass(frozen=True)
class Stored:
    """A dataset that lies in a folder or a database, opened by :func:`cartload.readers.open_stored`.

    ``connection`` has one table or view for each of ``tables``, with the types of the schema, its time zone
    UTC and its memory bounded. ``segments`` are the runs of customers that the place says it holds; None
    where it does not say. ``spec`` is the resolved spec; None where nobody knows it. ``remarks`` say what is
    unusual about the place and changes nothing.
    """

    place: str
    spec: Spec | None
    ids: Ids
    segments: tuple[Segment, ...] | None
    tables: tuple[str, ...]
    connection: duckdb.DuckDBPyConnection
    remarks: tuple[str, ...] = ()

    def batches(self, name: str, rows: int = 50_000) -> Iterator[pa.RecordBatch]:
        """The rows of a table in batches of at most ``rows``, in any order, columns and types as in
        :func:`cartload.schema.arrow_schema`. Raises :class:`StoredError` when the table is not there.
        """
        self.require([name])
        schema = arrow_schema(name, self.ids)
        columns = ", ".join(table(name).column_names)
        query = f"SELECT {columns} FROM {name}"  # noqa: S608 names from the schema
        try:
            for batch in self.connection.sql(query).to_arrow_reader(rows):
                yield _typed(batch, schema)
        except (duckdb.Error, pa.ArrowException) as error:
            raise StoredError(f"{self.place}: {name} cannot be read: {first_line(error)}") from error

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query, fetched to the end: a result that is left half read blocks the connection."""
        return self.connection.execute(query).fetchall()

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """All rows of a query as an array for each column: for results that are long."""
        return self.connection.execute(query).fetchnumpy()

    def require(self, names: Sequence[str]) -> None:
        """Raises :class:`StoredError` naming the tables that are not there."""
        missing = [name for name in names if name not in self.tables]
        if missing:
            raise StoredError(f"{self.place} has no table {', '.join(missing)}")


def _typed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns: list[Any] = [
        values if values.type == field.type else values.cast(field.type)
        for values, field in zip(batch.columns, schema, strict=True)
    ]
    # Arrow does not look whether a column that is declared without NULL has some, but those who read the
    # batch rely on it.
    plain = pa.schema([field.with_nullable(True) for field in schema])
    return pa.RecordBatch.from_arrays(columns, schema=plain if _has_nulls(columns, schema) else schema)


def _has_nulls(columns: list[Any], schema: pa.Schema) -> bool:
    """Whether a mandatory column has NULL: the batch's schema must then allow it."""
    return any(
        values.null_count and not field.nullable for values, field in zip(columns, schema, strict=True)
    )


def first_line(error: Exception) -> str:
    """An error's message without the lines in which DuckDB shows the statement."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
