"""From numpy to Arrow without a Python object per row, and without ``pyarrow.array``.

``pyarrow.array`` imports pandas, where it is installed, to look at its argument: a second and 150 MiB.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cartload.columns import pools
from cartload.kernels import strings as kernels
from cartload.randomness.fixed_point import I64

Flags = npt.NDArray[np.bool_]

_TIMESTAMP: Final = pa.timestamp("ms", tz="UTC")


def integers(values: I64, *, small: bool = False, shown: Flags | None = None) -> Any:
    """An int64 column, or int32 when ``small``; NULL where not ``shown``."""
    kind, width = (pa.int32(), np.int32) if small else (pa.int64(), np.int64)
    data = pa.py_buffer(np.ascontiguousarray(values, width))
    return pa.Array.from_buffers(kind, len(values), [_bitmap(shown), data])


def flags(values: Flags) -> Any:
    """A boolean column."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bitmap(values)])


def times(values: I64, shown: Flags | None = None) -> Any:
    """A timestamp column from milliseconds; NULL where not ``shown``."""
    data = pa.py_buffer(np.ascontiguousarray(values, np.int64))
    return pa.Array.from_buffers(_TIMESTAMP, len(values), [_bitmap(shown), data])


def _bitmap(shown: Flags | None) -> Any:
    """Arrow's bits of validity or of booleans, lowest bit first; None stands for all true."""
    return None if shown is None else pa.py_buffer(np.packbits(shown, bitorder="little"))


def dates(days: I64) -> Any:
    """A date column from days since 1970."""
    return pa.Array.from_buffers(pa.date32(), len(days), [None, pa.py_buffer(days.astype(np.int32))])


def decimals(scaled: I64, precision: int, scale: int) -> Any:
    """A decimal column from integers that are its values times ``10**scale``."""
    words = np.empty((len(scaled), 2), np.int64)
    words[:, 0] = scaled
    words[:, 1] = scaled >> 63  # the sign, in all upper bits
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(scaled), [None, pa.py_buffer(words)])


def pool(values: Sequence[str | None]) -> Any:
    """A vocabulary as Arrow strings, to :func:`take` from; keep it as long as it is in use."""
    return pools.pool(values)


def take(values: Any, indices: npt.NDArray[Any], shown: Flags | None = None) -> Any:
    """A dictionary-encoded column: the pool's strings at the indices; NULL where not ``shown``."""
    data = pa.py_buffer(indices.astype(np.int32))
    places = pa.Array.from_buffers(pa.int32(), len(indices), [_bitmap(shown), data])
    # safe=True would look at every index once more; they come out of the engine's own tables.
    return pa.DictionaryArray.from_arrays(places, values, safe=False)


def text(values: Any, indices: npt.NDArray[Any], shown: Flags | None = None) -> Any:
    """The same as plain strings, to be composed further."""
    return plain(take(values, indices, shown))


def constant(value: str | None, rows: int) -> Any:
    """The same string, or NULL, in each row: dictionary-encoded."""
    return take(_single(value), np.zeros(rows, np.int32))


@lru_cache(maxsize=64)
def _single(value: str | None) -> Any:
    return pool([value])


def plain(values: Any) -> Any:
    """A column as it is without a dictionary."""
    if not pa.types.is_dictionary(values.type):
        return values
    strings, codes = values.dictionary, values.indices
    # The kernel is several times as fast as pyarrow, but knows neither NULL in the dictionary nor slices,
    # whose validity bits begin inside of a byte.
    if strings.null_count or not len(strings) or codes.offset or codes.type != pa.int32():
        return values.dictionary_decode()
    text = kernels.joined([kernels.Strings(strings, codes)], len(values))
    return _strings(*text, codes.buffers()[0])


def joined(*columns: Any, rows: int | None = None) -> Any:
    """Strings put together row by row, from columns without NULL, plain or by dictionary, and constants.

    ``rows`` is needed where the first is a constant. OverflowError for 2 GiB of text or more.
    """
    count = len(columns[0]) if rows is None else rows
    return _strings(*kernels.joined([_part(column, count) for column in columns], count))


def _part(column: Any, rows: int) -> kernels.Strings:
    if isinstance(column, str):
        column = constant(column, rows)
    coded = pa.types.is_dictionary(column.type)
    return kernels.Strings(column.dictionary, column.indices) if coded else kernels.Strings(column)


def slugs(names: Any, numbers: I64) -> Any:
    """Names as parts of URLs, with a number: ``Tom's Cup`` and 7 make ``toms-cup-7``."""
    return _strings(*kernels.slugs(names, numbers))


def digits(numbers: I64) -> Any:
    """Numbers above 0 in decimal digits, others as empty strings."""
    return _strings(*kernels.digits(numbers))


def nulls_in_rows(values: Any) -> Any:
    """A column whose dictionary, if it has one, has no NULL: rows that pointed to it are NULL themselves."""
    if not pa.types.is_dictionary(values.type) or not values.dictionary.null_count:
        return values
    strings, places = values.dictionary, values.indices
    # Arrow allows NULL in a dictionary, pyarrow's writer of Parquet refuses it. Filling it gives the same
    # strings for all columns of a pool, so the pool keeps them.
    known = pools.of(strings)
    filled = strings.fill_null("") if known is None else known.kept("filled", lambda: strings.fill_null(""))
    there = strings.is_valid().take(places).fill_null(False)
    return pa.DictionaryArray.from_arrays(pc.if_else(there, places, None), filled, safe=False)


def fixed_text(characters: npt.NDArray[np.uint8]) -> Any:
    """A string column of equal lengths from a matrix of ASCII characters, one row each."""
    rows, width = characters.shape
    if width == 0:
        return pa.repeat(pa.scalar("", pa.string()), rows)
    offsets = np.arange(0, characters.size + 1, width, dtype=np.int32)
    return _strings(offsets, np.ascontiguousarray(characters))


def _strings(offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8], validity: Any = None) -> Any:
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
