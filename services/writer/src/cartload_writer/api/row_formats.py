"""Rows as files: written a batch at a time for exports, and read back from stored parts."""

from io import BytesIO
from typing import Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from cartload import schema as schemas
from cartload.encoders import files
from cartload_writer.domain.states import Ids


class Encoder(Protocol):
    """Turns batches into the bytes of one file."""

    def begin(self) -> bytes:
        """What stands before all rows."""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """The rows of a batch."""

    def end(self) -> bytes:
        """What stands after all rows."""


def encoder(format: str, schema: pa.Schema) -> Encoder:
    """The encoder of `csv`, `jsonl` or `parquet`."""
    match format:
        case "csv":
            return _Csv(schema)
        case "jsonl":
            return _JsonLines()
        case "parquet":
            return _Parquet(schema)
    raise ValueError(format)


class _Csv:
    """One header line, then rows."""

    def __init__(self, schema: pa.Schema) -> None:
        self._names = schema.names

    def begin(self) -> bytes:
        return ",".join(self._names).encode() + b"\n"

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return bytes(files.csv_lines(batch, header=False))

    def end(self) -> bytes:
        return b""


class _JsonLines:
    """An object a line."""

    def begin(self) -> bytes:
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return bytes(files.json_lines(batch))

    def end(self) -> bytes:
        return b""


class _Parquet:
    """A row group a batch; of the rows written already only the footer's entry is kept."""

    def __init__(self, schema: pa.Schema) -> None:
        self._pipe = _Pipe()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._pipe, mode="w"), schema, compression="zstd")

    def begin(self) -> bytes:
        return self._pipe.taken()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(batch, row_group_size=max(1, batch.num_rows))
        return self._pipe.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._pipe.taken()


class _Pipe:
    """A file that is only written to, and gives away what was written."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def part_as_json_lines(data: bytes, extension: str, table: str, ids: Ids) -> bytes:
    """The rows of a part, an object a line. Blocks: run it in a thread."""
    if extension == "jsonl":
        return data
    wanted = schemas.arrow_schema(table, ids)
    read = pq.read_table(BytesIO(data), schema=wanted) if extension == "parquet" else _csv(data, wanted)
    return b"".join(bytes(files.json_lines(batch)) for batch in read.to_batches())


def _csv(data: bytes, wanted: pa.Schema) -> pa.Table:
    options = pyarrow.csv.ConvertOptions(
        column_types=wanted, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(BytesIO(data), convert_options=options)
