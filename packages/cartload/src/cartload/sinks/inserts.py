"""Batches as ``INSERT`` statements of many rows for MySQL and MariaDB: for dumps, and without LOAD DATA."""

from typing import Any, Final

import pyarrow as pa

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
    if pa.types.is_dictionary(kind):
        return [text.pooled(values, "SQL", lambda strings: text.quoted(_escaped(strings), "'"))]
    if pa.types.is_timestamp(kind):
        return [text.timestamps(values, " ", "'", "'")]
    if pa.types.is_string(kind):
        return text.between(_escaped(values), "'")
    plain = values.cast(pa.string())
    return text.between(plain, "'") if pa.types.is_date(kind) else [plain]


def _escaped(values: Any) -> Any:
    return text.replaced(values, _ESCAPES) if text.contains(values, "\\'") else values
