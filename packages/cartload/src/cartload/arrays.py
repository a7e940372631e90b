"""From numpy to Arrow without a Python object per row."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cartload.fixed import I64

_TIMESTAMP: Final = pa.timestamp("ms", tz="UTC")


def integers(values: I64, *, small: bool = False) -> Any:
    """An int64 column, or int32 when ``small``."""
    return pa.array(values.astype(np.int32) if small else values)


def times(values: I64, shown: npt.NDArray[np.bool_] | None = None) -> Any:
    """A timestamp column from milliseconds; NULL where not ``shown``."""
    data = pa.py_buffer(np.ascontiguousarray(values, np.int64))
    bitmap = None if shown is None else pa.py_buffer(np.packbits(shown, bitorder="little"))
    return pa.Array.from_buffers(_TIMESTAMP, len(values), [bitmap, data])


def dates(days: I64) -> Any:
    """A date column from days since 1970."""
    return pa.Array.from_buffers(pa.date32(), len(days), [None, pa.py_buffer(days.astype(np.int32))])


def decimals(scaled: I64, precision: int, scale: int) -> Any:
    """A decimal column from integers that are its values times ``10**scale``."""
    words = np.empty((len(scaled), 2), np.int64)
    words[:, 0] = scaled
    words[:, 1] = scaled >> 63
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(scaled), [None, pa.py_buffer(words)])


def pool(values: Sequence[str | None]) -> Any:
    """A vocabulary as Arrow strings, to :func:`take` from."""
    return pa.array(values, pa.string())


def take(values: Any, indices: npt.NDArray[Any], shown: npt.NDArray[np.bool_] | None = None) -> Any:
    """The strings at the indices; NULL where not ``shown``."""
    return values.take(pa.array(indices, mask=None if shown is None else ~shown))


def constant(value: str | None, rows: int) -> Any:
    """The same string, or NULL, in each row."""
    return pa.nulls(rows, pa.string()) if value is None else pa.repeat(pa.scalar(value, pa.string()), rows)


def fixed_text(characters: npt.NDArray[np.uint8]) -> Any:
    """A string column of equal lengths from a matrix of ASCII characters, one row each."""
    rows, width = characters.shape
    offsets = (
        np.arange(0, (rows + 1) * width, width, dtype=np.int32) if width else np.zeros(rows + 1, np.int32)
    )
    data = np.ascontiguousarray(characters)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
