"""Batches as lines of text, no Python object per row: strings are escaped here, the rest is the kernels'."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cartload.columns import pools
from cartload.kernels.text_lines import Field, lines

_MILLISECONDS: Final = pa.timestamp("ms", tz="UTC")


def written(fields: Iterable[Field], end: bytes, rows: int) -> memoryview:
    """Rows of the fields, each ended by some bytes."""
    return lines([*fields, Field(end)], rows)


def column(values: Any, form: str, escaped: Callable[[Any], Any]) -> Any:
    """A column as the kernels take it, its strings escaped; those of a dictionary once each.

    ``form`` names what ``escaped`` makes of strings: of a pool that is known it is kept under that name.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _pooled(values, form, escaped)
    if pa.types.is_string(kind):
        return escaped(values)
    if pa.types.is_timestamp(kind):
        return values.cast(_MILLISECONDS)
    return values


def _pooled(values: Any, form: str, escaped: Callable[[Any], Any]) -> Any:
    strings = values.dictionary
    known = pools.of(strings)
    if known is None:
        rendered = escaped(strings)
    else:
        rendered = known.kept(f"text as {form}", lambda: pools.known(escaped(strings)))
    # The kernels read the strings of a dictionary from the first one of the buffer on; this copies them to
    # the front.
    if rendered.offset:
        rendered = pa.concat_arrays([rendered])
    # Not checked again: the indices are those of the dictionary before, which had as many strings.
    return pa.DictionaryArray.from_arrays(values.indices.cast(pa.int32()), rendered, safe=False)


def is_quoted(values: Any) -> bool:
    """Whether a column's values are text, dates or times."""
    kind = values.type
    checks = (pa.types.is_dictionary, pa.types.is_string, pa.types.is_date, pa.types.is_timestamp)
    return any(check(kind) for check in checks)


def contains(values: Any, suspects: str) -> bool:
    """Whether any string has a control character or one of the (ASCII) suspects in it."""
    first, last = _bounds(values)
    data = np.frombuffer(values.buffers()[2] or b"", np.uint8)[first:last]
    return bool((data < 32).any()) or any(bool((data == ord(suspect)).any()) for suspect in suspects)


def _bounds(values: Any) -> tuple[int, int]:
    offsets = np.frombuffer(values.buffers()[1], np.int32)
    return int(offsets[values.offset]), int(offsets[values.offset + len(values)])


def replaced(values: Any, replacements: Sequence[tuple[str, str]]) -> Any:
    """The strings with each pattern replaced, one after the other."""
    for pattern, replacement in replacements:
        values = pc.replace_substring(values, pattern, replacement)
    return values
