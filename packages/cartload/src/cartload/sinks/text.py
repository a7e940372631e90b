"""Batches as lines of text, by Arrow kernels and look-up tables: no Python object per row.

Each column becomes a column of strings, the strings of a row are joined, then the rows.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cartload import arrays, pools
from cartload.timeline import DAY

_FIRST_DAY: Final = np.datetime64("1985-01-01", "D")
_AFTER_LAST_DAY: Final = np.datetime64("2105-01-01", "D")
_ORIGIN: Final = int(_FIRST_DAY.astype(np.int64)) * DAY


def pooled(values: Any, form: str, render: Callable[[Any], Any]) -> Any:
    """The strings of a dictionary-encoded column, rendered once for each string of its pool.

    ``form`` names what ``render`` makes of strings: of a pool that is known it is kept under that name.
    """
    strings = values.dictionary
    known = pools.of(strings)
    rendered = (
        render(strings)
        if known is None
        else known.kept(f"text as {form}", lambda: pools.known(render(strings)))
    )
    return arrays.plain(pa.DictionaryArray.from_arrays(values.indices, rendered, safe=False))


def timestamps(values: Any, between: str, after: str, before: str = "") -> Any:
    """Before + ``YYYY-MM-DD`` + between + ``HH:MM:SS.mmm`` + after, for moments from 1985 to 2104."""
    whole = values.cast(pa.int64())
    moments = (whole.fill_null(_ORIGIN) if values.null_count else whole).to_numpy() - _ORIGIN
    days = moments // DAY
    within = (moments - days * DAY).astype(np.int32)
    minutes = within // np.int32(60_000)
    parts = (
        (_days(before, between), days),
        (_minutes(), minutes),
        (_milliseconds(after), within - minutes * np.int32(60_000)),
    )
    text = arrays.fixed_text(_side_by_side([words[places] for words, places in parts]))
    return pc.if_else(values.is_valid(), text, pa.scalar(None, pa.string())) if values.null_count else text


def _side_by_side(parts: Sequence[npt.NDArray[np.void]]) -> npt.NDArray[np.uint8]:
    """Columns of equally long words as one matrix of characters."""
    layout = np.dtype([(f"part_{place}", part.dtype) for place, part in enumerate(parts)])
    rows = np.empty(len(parts[0]), layout)
    for name, part in zip(layout.names or (), parts, strict=True):
        rows[name] = part
    return rows.view(np.uint8).reshape(len(rows), layout.itemsize)


def _table(lines: Sequence[str]) -> npt.NDArray[np.void]:
    return np.array([line.encode() for line in lines]).view(f"V{len(lines[0])}")


@cache
def _days(before: str, between: str) -> npt.NDArray[np.void]:
    days = np.datetime_as_string(np.arange(_FIRST_DAY, _AFTER_LAST_DAY)).tolist()
    return _table([before + day + between for day in days])


@cache
def _minutes() -> npt.NDArray[np.void]:
    return _table([f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)])


@cache
def _milliseconds(after: str) -> npt.NDArray[np.void]:
    return _table([f"{ms // 1000:02d}.{ms % 1000:03d}{after}" for ms in range(60_000)])


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


def between(values: Any, quote: str) -> list[Any]:
    """The pieces of strings between two quotes; NULL stays NULL."""
    return [quote, values, quote] if values.null_count == 0 else [quoted(values, quote)]


def quoted(values: Any, quote: str) -> Any:
    """The strings between two quotes; NULL stays NULL."""
    return pc.binary_join_element_wise(quote, values, quote, "")


def lines(pieces: Sequence[Any], rows: int, separator: str, null: str, first: bytes = b"") -> memoryview:
    """Rows of the pieces (columns or constants) joined by a separator, each ended by a newline."""
    if rows == 0:
        return memoryview(first)
    joined = pc.binary_join_element_wise(*pieces, separator, null_handling="replace", null_replacement=null)
    whole = pa.ListArray.from_arrays(arrays.integers(np.array([0, rows]), small=True), joined)
    text = pc.binary_join(whole, "\n")[0].as_buffer()
    return memoryview(b"".join((first, text, b"\n")))


def merged(pieces: list[Any]) -> list[Any]:
    """The pieces with constants that stand side by side made one: each piece is a pass over the rows."""
    merged: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
