"""One batch as the bytes of one file: Parquet, CSV or JSON Lines."""

from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from cartload.sinks import parquet, text

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
    pieces = [_csv_column(values) for values in batch.columns]
    return text.lines(pieces, batch.num_rows, ",", "", names)


def _csv_column(values: Any) -> Any:
    if pa.types.is_dictionary(values.type):
        return text.pooled(values, "CSV", _csv_text)
    if pa.types.is_string(values.type):
        return _csv_text(values)
    return _plain(values)


def _csv_text(values: Any) -> Any:
    lengths = pc.binary_length(values)
    if not text.contains(values, ',"') and not pc.any(pc.equal(lengths, 0)).as_py():
        return values
    special = pc.or_(pc.equal(lengths, 0), pc.match_substring_regex(values, '[,"\\r\\n]'))
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), values)


def _plain(values: Any) -> Any:
    """Numbers, booleans, dates and times as text, the same in CSV and JSON."""
    if pa.types.is_timestamp(values.type):
        return text.timestamps(values, "T", "Z")
    return values.cast(pa.string())


def json_lines(batch: pa.RecordBatch) -> memoryview:
    """The batch as one JSON object a line; decimals are numbers as written."""
    pieces: list[Any] = ["{"]
    for place, (field, values) in enumerate(zip(batch.schema, batch.columns, strict=True)):
        comma = "," if place else ""
        pieces += [f'{comma}"{field.name}":', *_json_column(values)]
    return text.lines(text.merged([*pieces, "}"]), batch.num_rows, "", "null")


def _json_column(values: Any) -> list[Any]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return [text.pooled(values, "JSON", lambda strings: text.quoted(_escaped(strings), '"'))]
    if pa.types.is_timestamp(kind):
        return [text.timestamps(values, "T", 'Z"', '"')]
    if pa.types.is_string(kind) or pa.types.is_date(kind):
        return text.between(_escaped(values) if pa.types.is_string(kind) else _plain(values), '"')
    return [_plain(values)]


def _escaped(values: Any) -> Any:
    if not text.contains(values, '"\\'):
        return values
    return text.replaced(values, [("\\", "\\\\"), ('"', '\\"'), *_CONTROLS])
