"""Row hashes: equal rows give equal sums, whatever the order, the batches or the store they were read from.

A row's hash is 128 bits over its canonical values in schema order; a table's is the sum of its rows' modulo
2**128, with the row count. Canonical values are 64-bit words: integers and booleans as they are, dates as
days and timestamps as milliseconds since 1970, decimals as scaled integers, text as a hash over its UTF-8
bytes and their number; NULL is a word of its own. With ``k``, ``m`` and ``n`` from BLAKE2b over table and
column name, ``x = mix(value + k)``, for NULL ``x = n``; a row's low word is ``mix(sum x)``, its high word
``mix(1 + sum x*m)``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cartload import schema
from cartload.hashing import U64, keys, mix
from cartload.schema import Column

Bytes = npt.NDArray[np.uint8]

_MODULUS: Final = 1 << 128
_LOW: Final = np.uint64(0xFFFFFFFF)
_S32: Final = np.uint64(32)
_S29: Final = np.uint64(29)
_WORD: Final = np.uint64(0x9FB21C651E98DF25)
_TAIL: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)
"""Masks of the first n bytes of a little-endian word."""


@dataclass(frozen=True, slots=True)
class RowHash:
    """How many rows, and the sum of their hashes; ``a + b`` is that of both together."""

    rows: int = 0
    total: int = 0

    def __add__(self, other: "RowHash") -> "RowHash":
        return RowHash(self.rows + other.rows, (self.total + other.total) % _MODULUS)

    @property
    def hex(self) -> str:
        """The sum as 32 hexadecimal digits."""
        return f"{self.total:032x}"


def hash_batch(batch: pa.RecordBatch, table: str) -> RowHash:
    """The hash of a batch with the table's columns in schema order; ValueError when they are others."""
    low, high = row_hashes(batch, table)
    return RowHash(len(low), (_sum(low) + (_sum(high) << 64)) % _MODULUS)


def row_hashes(batch: pa.RecordBatch, table: str) -> tuple[U64, U64]:
    """Low and high words of each row's hash."""
    columns = schema.table(table).columns
    if tuple(batch.schema.names) != tuple(column.name for column in columns):
        raise ValueError(f"columns of {table} expected in schema order, got {batch.schema.names}")
    low, high = np.zeros(batch.num_rows, np.uint64), np.ones(batch.num_rows, np.uint64)
    for column, values in zip(columns, batch.columns, strict=True):
        words = _column(table, column, values)
        low += words
        words *= _column_keys(table, column.name)[1]
        high += words
    return mix(low), mix(high)


@cache
def _column_keys(table: str, column: str) -> tuple[np.uint64, np.uint64, np.uint64]:
    shift, factor, null = keys("row hash", table, column, count=3)
    return shift, factor | np.uint64(1), null


def _sum(words: U64) -> int:
    return int((words & _LOW).sum()) + (int((words >> _S32).sum()) << 32)


def _column(table: str, column: Column, values: Any) -> U64:
    shift, _, null = _column_keys(table, column.name)
    words = _words(column, values)
    words += shift
    mix(words)
    if values.null_count:
        words[values.is_null().to_numpy(zero_copy_only=False)] = null
    return words


def _words(column: Column, values: Any) -> U64:
    if column.type in ("string", "enum") or (column.type == "id" and not pa.types.is_integer(values.type)):
        return text_words(values if pa.types.is_string(values.type) else values.cast(pa.string()))
    match column.type:
        case "decimal":
            return _decimal_words(values.cast(pa.decimal128(column.precision, column.scale)))
        case "boolean":
            return _integers(pc.cast(values, pa.uint8()))
        case "date":
            return _integers(values.cast(pa.date32()).cast(pa.int32()))
        case "timestamp":
            return _integers(_milliseconds(values).cast(pa.int64()))
        case _:
            return _integers(values)


def _milliseconds(values: Any) -> Any:
    return values if values.type.unit == "ms" else values.cast(pa.timestamp("ms", tz=values.type.tz))


def _integers(values: Any) -> U64:
    filled = values.fill_null(0) if values.null_count else values
    words: U64 = filled.to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
    return words


def _decimal_words(values: Any) -> U64:
    raw = np.frombuffer(values.buffers()[1], np.uint64)
    first = 2 * values.offset
    return raw[first : first + 2 * len(values) : 2].copy()


def text_words(values: Any) -> U64:
    """A 64-bit word for each string: a chain over its bytes, eight at a time, then its length in bytes."""
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    if len(values) == 0:
        return np.empty(0, np.uint64)
    lengths = np.diff(offsets)
    shortest, longest = int(lengths.min()), int(lengths.max())
    data = _padded(values.buffers()[2], int(offsets[0]), int(offsets[-1]))
    if shortest == longest:
        words = _equal_lengths(data, len(values), longest)
    else:
        words = _other_lengths(data, offsets[:-1] - offsets[0], lengths, longest)
    words ^= lengths.astype(np.uint64)
    words *= _WORD
    return words


def _padded(buffer: Any, first: int, last: int) -> Bytes:
    """The buffer's part, eight zeros after its end."""
    data = np.zeros(last - first + 8, np.uint8)
    if last > first:
        data[:-8] = np.frombuffer(buffer, np.uint8, last - first, first)
    return data


def _equal_lengths(data: Bytes, rows: int, length: int) -> U64:
    words = np.full(rows, _WORD)
    for position in range(0, length, 8):
        chunk = np.ndarray((rows,), "<u8", data, position, (length,))
        words = _chained(words, chunk & _TAIL[min(length - position, 8)])
    return words


def _other_lengths(data: Bytes, starts: Any, lengths: Any, longest: int) -> U64:
    """Every eight consecutive bytes are a word; rows leave when their bytes are used up."""
    everywhere = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    words = np.full(len(starts), _WORD)
    for position in range(0, longest, 8):
        left = lengths - position
        rows: Any = slice(None) if left.min() > 0 else np.flatnonzero(left > 0)
        chunk = everywhere[starts[rows] + position]
        chunk &= _TAIL[np.minimum(left[rows], 8)]
        words[rows] = _chained(words[rows], chunk)
    return words


def _chained(words: U64, chunk: U64) -> U64:
    chunk ^= words
    chunk *= _WORD
    chunk ^= chunk >> _S29
    return chunk
