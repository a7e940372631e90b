"""Batches of one table as the bytes of one growing file."""

import codecs
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from cartload import schema
from cartload.encoders import files, parquet
from cartload.schema import Ids
from cartload.storage.manifest import Format
from cartload.writers.dump import Inserts
from cartload.writers.rows import Cutter
from cartload.writers.sink import Sink

ROW_GROUP: Final = 64_000
"""Rows of a Parquet row group: twice as many are a tenth faster and take a hundred MiB more."""


class Encoder(Protocol):
    """One file of a table in the making."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""

    def close(self) -> None:
        """Append what a whole file still needs."""


def encoder(
    file_format: Format, table: str, ids: Ids, sink: Sink, *, row_group: int = ROW_GROUP, bom: bool = False
) -> Encoder:
    """The encoder of a format; ``row_group`` is for Parquet, ``bom`` (see :class:`Csv`) for CSV."""
    match file_format:
        case "parquet":
            return Parquet(schema.arrow_schema(table, ids), sink, row_group)
        case "csv":
            return Csv(schema.arrow_schema(table, ids), sink, bom=bom)
        case "jsonl":
            return JsonLines(sink)
        case "sql":
            return Inserts(table, sink)


class Parquet:
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
        self._writer(self._columns).close()

    def _writer(self, columns: pa.Schema) -> pq.ParquetWriter:
        """The writer, opened for columns as they come: plain or by dictionary, the file is of one kind."""
        if self._open is None:
            self._open = parquet.writer(self._sink, columns)
        return self._open


class Csv:
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


class JsonLines:
    """One object a line."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch."""
        self._sink.write(files.json_lines(batch))

    def close(self) -> None:
        """Nothing more is needed."""
