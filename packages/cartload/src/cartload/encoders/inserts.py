"""Batches as ``INSERT`` statements of many rows for MySQL and MariaDB: for dumps, and without LOAD DATA."""

from typing import Any, Final

import pyarrow as pa

from cartload.encoders import text
from cartload.kernels.text_lines import Field

# The backslash first: later it would escape the escapes. \Z is the end of a file for clients on Windows.
_ESCAPES: Final = (
    ("\\", "\\\\"),
    ("'", "\\'"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\0", "\\0"),
    ("\x1a", "\\Z"),
)


ROWS_AT_ONCE: Final = 1000
"""Rows that one statement should have: a few hundred KB, far below the smallest limit on packets."""


def statement(batch: pa.RecordBatch, table: str) -> bytes:
    """One ``INSERT`` of all rows of a batch that has some, without the semicolon.

    It must be read as UTF-8 by a server without ``NO_BACKSLASH_ESCAPES``, times in UTC.
    """
    names = ", ".join(f"`{name}`" for name in batch.schema.names)
    begin = f"INSERT INTO `{table}` ({names}) VALUES\n".encode()
    fields = [
        Field(
            b"," if place else b"(",
            _column(values),
            null=b"NULL",
            quote="'" if text.is_quoted(values) else "",
            between=" ",
        )
        for place, values in enumerate(batch.columns)
    ]
    # Without the comma and newline behind the last row.
    return begin + bytes(text.written(fields, b"),\n", batch.num_rows)[:-2])


def _column(values: Any) -> Any:
    flags = pa.types.is_boolean(values.type)
    return values.cast(pa.int32()) if flags else text.column(values, "SQL", _escaped)


def _escaped(values: Any) -> Any:
    return text.replaced(values, _ESCAPES) if text.contains(values, "\\'") else values
