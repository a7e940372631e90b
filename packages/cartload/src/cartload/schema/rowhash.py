"""Row hashes: equal rows give equal sums, whatever the order, the batches or the store they were read from.

A row's hash is 128 bits over its canonical values in schema order; a table's is the sum of its rows' modulo
2**128, with the row count. Canonical values are 64-bit words: integers and booleans as they are, dates as
days and timestamps as milliseconds since 1970, decimals as scaled integers, text as a hash over its UTF-8
bytes and their number; NULL is a word of its own. With an odd ``m`` and ``n`` from BLAKE2b over table and
column name, a column's word is ``x = p ^ p >> 32`` with ``p = value * m``, a bijection, for NULL ``x = n``.
From two start words of the table each column adds ``low += x`` and then ``high += low``; a row's words are
``mix(low)`` and ``mix(high)``. Strings by dictionary are hashed once each, and once for ever in a pool.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cartload import schema
from cartload.columns import pools
from cartload.kernels import hashes
from cartload.randomness.draws import U64, keys
from cartload.schema import Column

_MODULUS: Final = 1 << 128
_TEXT: Final = np.uint64(0x9FB21C651E98DF25)
_S32: Final = np.uint64(32)
_ODD: Final = np.uint64(1)


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
    """The hash of a batch with the table's columns in schema order, plain or by dictionary, which is faster.

    ValueError when the columns are others.
    """
    columns = schema.table(table).columns
    if tuple(batch.schema.names) != tuple(column.name for column in columns):
        raise ValueError(f"columns of {table} expected in schema order, got {batch.schema.names}")
    if batch.num_rows == 0:
        return RowHash()
    found = hashes.Columns()
    for column, values in zip(columns, batch.columns, strict=True):
        _add(found, _keys(table, column.name), column, values)
    # The order of the columns counts, that of the rows does not: sums over rows are the same in any order.
    low, high = found.sums(_start(table), batch.num_rows)
    return RowHash(batch.num_rows, (low + (high << 64)) % _MODULUS)


@cache
def _start(table: str) -> tuple[np.uint64, np.uint64]:
    low, high = keys("row hash", table, count=2)
    return low, high


@dataclass(frozen=True, slots=True)
class _Keys:
    table: str
    column: str
    factor: np.uint64
    null: np.uint64


@cache
def _keys(table: str, column: str) -> _Keys:
    factor, null = keys("row hash", table, column, count=2)
    return _Keys(table, column, factor | _ODD, null)


def _add(found: hashes.Columns, own: _Keys, column: Column, values: Any) -> None:
    if pa.types.is_dictionary(values.type):
        places = values.indices if values.indices.type == pa.int32() else values.indices.cast(pa.int32())
        found.add_codes(_pool(own, column, values.dictionary), places, own.null)
    else:
        found.add_words(_words(column, values), values, own.factor, own.null)


def _pool(own: _Keys, column: Column, strings: Any) -> U64:
    """The column's word of each string of a dictionary."""
    known = pools.of(strings)
    if known is None:
        return _mixed(own, column, strings)
    return known.kept(own, lambda: _mixed(own, column, strings))


def _mixed(own: _Keys, column: Column, strings: Any) -> U64:
    mixed = _words(column, strings) * own.factor
    mixed ^= mixed >> _S32
    if strings.null_count:
        mixed[_missing(strings)] = own.null
    return mixed


def _missing(values: Any) -> npt.NDArray[np.bool_]:
    # Bits are unpacked from the first one of the buffer on: a slice does not begin at the start of a byte.
    bitmap = np.frombuffer(values.buffers()[0], np.uint8)
    valid = np.unpackbits(bitmap, count=values.offset + len(values), bitorder="little")
    missing: npt.NDArray[np.bool_] = valid[values.offset :] == 0
    return missing


def _words(column: Column, values: Any) -> U64:
    if column.type in ("string", "enum") or (column.type == "id" and not pa.types.is_integer(values.type)):
        return _text(values if pa.types.is_string(values.type) else values.cast(pa.string()))
    match column.type:
        case "decimal":
            return _decimals(values.cast(pa.decimal128(column.precision, column.scale)))
        case "boolean":
            return _booleans(values)
        case "date":
            return _integers(values.cast(pa.date32()).view(pa.int32()))
        case "timestamp":
            return _integers(_milliseconds(values).view(pa.int64()))
        case _:
            return _integers(values)


def _text(values: Any) -> U64:
    known = pools.of(values)
    return _text_words(values) if known is None else known.kept("text", lambda: _text_words(values))


def _text_words(values: Any) -> U64:
    """A word for each string, over its UTF-8 bytes, eight at a time, and their number; any for NULL."""
    if len(values) == 0:
        return np.empty(0, np.uint64)
    offsets = np.ndarray((len(values) + 1,), "<i4", values.buffers()[1], 4 * values.offset)
    return hashes.text_words(values.buffers()[2], offsets, _TEXT)


def _milliseconds(values: Any) -> Any:
    return values if values.type.unit == "ms" else values.cast(pa.timestamp("ms", tz=values.type.tz))


def _booleans(values: Any) -> U64:
    end = values.offset + len(values)
    bits = np.unpackbits(np.frombuffer(values.buffers()[1], np.uint8), count=end, bitorder="little")
    return bits[values.offset :].astype(np.uint64)


def _integers(values: Any) -> U64:
    if values.type == pa.int64():
        return _raw(values, "<u8")
    # By way of signed 64 bits, so that a negative number has the same word as in a column of int64.
    if values.type == pa.int32():
        return _raw(values, "<i4").astype(np.int64).view(np.uint64)
    return _raw(values.cast(pa.int64()), "<u8")


def _decimals(values: Any) -> U64:
    # The lower half of 128 bits: no decimal of the schema has more than 18 digits, and a negative one is
    # the same word as an integer.
    return np.ndarray((len(values),), "<u8", values.buffers()[1], 16 * values.offset, (16,))


def _raw(values: Any, kind: str) -> npt.NDArray[Any]:
    """The values as they lie in memory; anything where they are NULL."""
    return np.ndarray((len(values),), kind, values.buffers()[1], int(kind[2]) * values.offset)
