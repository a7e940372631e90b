"""One batch as the bytes of one file: Parquet, CSV or JSON Lines."""

from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from cartload.encoders import parquet, text
from cartload.kernels.text_lines import Field

Format = Literal["parquet", "csv", "jsonl"]

_CONTENT_TYPES: Final[dict[Format, str]] = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl",
}
_CONTROLS: Final = [(chr(code), f"\\u{code:04x}") for code in range(32)]


def extension(file_format: Format) -> str:
    """What names of files in a format end with, without the dot."""
    return file_format


def content_type(file_format: Format) -> str:
    """The media type of files in a format."""
    return _CONTENT_TYPES[file_format]


def encode(batch: pa.RecordBatch, file_format: Format) -> memoryview:
    """The batch as a whole file; one without rows has its schema. Times are RFC 3339 in text.

    CSV has a header line and quotes where needed; an empty text is ``""`` there, NULL nothing at all.
    """
    match file_format:
        case "parquet":
            return _parquet(batch)
        case "csv":
            return csv_lines(batch, header=True)
        case "jsonl":
            return json_lines(batch)


def _parquet(batch: pa.RecordBatch) -> memoryview:
    sink, rows = pa.BufferOutputStream(), parquet.writable(batch)
    with parquet.writer(sink, rows.schema) as file:
        file.write_batch(rows)
    return memoryview(sink.getvalue())


def csv_lines(batch: pa.RecordBatch, *, header: bool) -> memoryview:
    """The batch as CSV lines, with or without a header line; for answers made of many batches."""
    names = ",".join(batch.schema.names).encode() + b"\n" if header else b""
    fields = [
        Field(b"," if place else b"", text.column(values, "CSV", _csv_text))
        for place, values in enumerate(batch.columns)
    ]
    rows = text.written(fields, b"\n", batch.num_rows)
    return memoryview(names + rows) if header else rows


def _csv_text(values: Any) -> Any:
    lengths = pc.binary_length(values)
    # Most columns have nothing to quote, and looking at their bytes is far cheaper than asking each string.
    if not text.contains(values, ',"') and not pc.any(pc.equal(lengths, 0)).as_py():
        return values
    # An empty text is quoted, since nothing between two commas is NULL.
    special = pc.or_(pc.equal(lengths, 0), pc.match_substring_regex(values, '[,"\\r\\n]'))
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), values)


def json_lines(batch: pa.RecordBatch) -> memoryview:
    """The batch as one JSON object a line; decimals are numbers as written."""
    fields = [
        Field(
            f'{"," if place else "{"}"{field.name}":'.encode(),
            text.column(values, "JSON", escaped),
            null=b"null",
            quote='"' if text.is_quoted(values) else "",
        )
        for place, (field, values) in enumerate(zip(batch.schema, batch.columns, strict=True))
    ]
    return text.written(fields, b"}\n", batch.num_rows)


def escaped(values: Any) -> Any:
    """Strings as they stand between the quotes of JSON."""
    if not text.contains(values, '"\\'):
        return values
    # The backslash first: later it would escape the escapes.
    return text.replaced(values, [("\\", "\\\\"), ('"', '\\"'), *_CONTROLS])
