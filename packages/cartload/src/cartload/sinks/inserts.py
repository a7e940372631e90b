"""Batches as ``INSERT`` statements of many rows for MySQL and MariaDB: for dumps, and without LOAD DATA."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from cartload.sinks import text

_ESCAPES: Final = (
    ("\\", "\\\\"),
    ("'", "\\'"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\0", "\\0"),
    ("\x1a", "\\Z"),
)


def statement(batch: pa.RecordBatch, table: str) -> bytes:
    """One ``INSERT`` of all rows of a batch that has some, without the semicolon.

    It must be read as UTF-8 by a server without ``NO_BACKSLASH_ESCAPES``, times in UTC.
    """
    names = ", ".join(f"`{name}`" for name in batch.schema.names)
    begin = f"INSERT INTO `{table}` ({names}) VALUES\n".encode()
    pieces: list[Any] = ["("]
    for place, values in enumerate(batch.columns):
        pieces += [*([","] if place else []), *_literals(values)]
    lines = text.lines(text.merged([*pieces, "),"]), batch.num_rows, "", "NULL", begin)
    return bytes(lines[:-2])


def _literals(values: Any) -> list[Any]:
    kind = values.type
    if pa.types.is_boolean(kind):
        return [values.cast(pa.uint8()).cast(pa.string())]
    if pa.types.is_string(kind):
        return _quoted(text.replaced(values, _ESCAPES) if text.contains(values, "\\'") else values)
    if pa.types.is_timestamp(kind):
        return _quoted(text.timestamps(values, " ", ""))
    plain = values.cast(pa.string())
    return _quoted(plain) if pa.types.is_date(kind) else [plain]


def _quoted(values: Any) -> list[Any]:
    if values.null_count == 0:
        return ["'", values, "'"]
    return [pc.binary_join_element_wise("'", values, "'", "")]
