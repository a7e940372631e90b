"""Batches of one table as the bytes of one growing file, in each format."""

import codecs
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from cartload import schema
from cartload.encoders import files, inserts, parquet
from cartload.schema import Ids
from cartload.storage.manifest import Format
from cartload.writers import dump
from cartload.writers.rows import Cutter

ROW_GROUP: Final = 64_000
"""Rows of a Parquet row group: twice as many are a tenth faster and take a hundred MiB more."""


_COMMIT_AFTER: Final = 50
"""INSERTs after which a table commits."""


class Sink(Protocol):
    """A file, standard output, or whatever takes bytes."""

    def write(self, data: Any, /) -> int:
        """Append them; raises OSError."""


class FileWriter(Protocol):
    """One file of a table in the making."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""

    def close(self) -> None:
        """Append what a whole file still needs."""


def open_writer(
    file_format: Format, table: str, ids: Ids, sink: Sink, *, row_group: int = ROW_GROUP, bom: bool = False
) -> FileWriter:
    """The writer of a format; ``row_group`` is for Parquet, ``bom`` (see :class:`CsvWriter`) for CSV."""
    if file_format == "sql":
        return InsertWriter(table, sink)
    return open_rows(file_format, schema.arrow_schema(table, ids), sink, row_group=row_group, bom=bom)


def open_rows(
    file_format: files.Format,
    columns: pa.Schema,
    sink: Sink,
    *,
    row_group: int = ROW_GROUP,
    bom: bool = False,
) -> FileWriter:
    """The writer of rows with these columns, in a format that holds any."""
    match file_format:
        case "parquet":
            return ParquetWriter(columns, sink, row_group)
        case "csv":
            return CsvWriter(columns, sink, bom=bom)
        case "jsonl":
            return JsonLinesWriter(sink)


class ParquetWriter:
    """Row groups of equal length, zstd 1; the Arrow schema is not stored, Parquet's own says it all."""

    def __init__(self, columns: pa.Schema, sink: Sink, row_group: int) -> None:
        self._columns = columns
        self._sink = sink
        self._row_group = row_group
        self._cutter = Cutter(row_group)
        self._open: pq.ParquetWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""
        for group in self._cutter.add(parquet.writable(batch)):
            self._writer(group.schema).write_table(group, self._row_group)

    def close(self) -> None:
        """Write the last row group and the footer."""
        for group in self._cutter.rest():
            self._writer(group.schema).write_table(group, self._row_group)
        # Opened now if no row came: a file of no rows has its columns all the same.
        self._writer(self._columns).close()

    def _writer(self, columns: pa.Schema) -> pq.ParquetWriter:
        """The writer, opened for columns as they come: plain or by dictionary, the file is of one kind."""
        if self._open is None:
            self._open = parquet.writer(self._sink, columns)
        return self._open


class CsvWriter:
    """One header line, then lines; ``bom``: with a byte order mark before them."""

    def __init__(self, columns: pa.Schema, sink: Sink, *, bom: bool) -> None:
        self._sink = sink
        if bom:
            sink.write(codecs.BOM_UTF8)
        sink.write(",".join(columns.names).encode() + b"\n")

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""
        self._sink.write(files.csv_lines(batch, header=False))

    def close(self) -> None:
        """Nothing more is needed."""


class JsonLinesWriter:
    """One object a line."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""
        self._sink.write(files.json_lines(batch))

    def close(self) -> None:
        """Nothing more is needed."""


class InsertWriter:
    """The rows of one table as statements; in a file of their own they begin with the session."""

    def __init__(self, table: str, sink: Sink, *, own_file: bool = True) -> None:
        self._table = table
        self._sink = sink
        self._cutter = Cutter(inserts.ROWS_AT_ONCE)
        self._statements = 0
        if own_file:
            sink.write(dump.SESSION.encode())

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""
        for rows in self._cutter.add(batch):
            self._write(rows)

    def close(self) -> None:
        """Append the last rows."""
        for rows in self._cutter.rest():
            self._write(rows)
        self._sink.write(b"COMMIT;\n")

    def _write(self, rows: pa.Table) -> None:
        # A group may lie across several batches, a statement takes one.
        batch = pa.concat_batches(rows.to_batches())
        self._sink.write(inserts.statement(batch, self._table) + b";\n")
        self._statements += 1
        # Not each statement for itself, which is slow, and not all together: a transaction of a whole table
        # would fill the undo log.
        if self._statements % _COMMIT_AFTER == 0:
            self._sink.write(b"COMMIT;\n")
