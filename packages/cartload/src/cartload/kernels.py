"""The engine's inner loops, compiled from ``kernels.c``: what numpy would need several passes for.

Arrays come in and go out as 64-bit integers unless something else is said. Loops that look something up
raise IndexError where a table has no such place.
"""

from collections.abc import Sequence
from ctypes import CDLL, byref, c_char, c_int64, c_void_p
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_ROOM: Final = 4
"""Places that some loops write beyond what they fill."""
_SLACK: Final = 16
"""Bytes that they write beyond the last string."""
_PLAIN, _AVX512 = "_kernels.so", "_kernels_avx512.so"


def _functions() -> CDLL:
    """The library for this processor; what it answers is the same from both."""
    name = _AVX512 if __cpu_features__.get("AVX512_SKX") else _PLAIN
    library = Path(__file__).with_name(name)
    if not library.exists():
        raise ImportError(f"{library.name} was not built: install the package, or run its hatch_build.py")
    return CDLL(str(library))


_C: Final = _functions()


@cache
def _function(name: str) -> Any:
    function = getattr(_C, name)
    function.restype = c_int64
    return function


def _run(name: str, *arguments: Any) -> int:
    """Call a function of the library with arrays, addresses and numbers."""
    answer: int = _function(name)(*map(_argument, arguments))
    return answer


def _argument(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value if isinstance(value, c_void_p) else c_int64(int(value))
    try:
        return byref(c_char.from_buffer(value))  # five times as fast as asking for the address
    except (TypeError, ValueError):  # read-only, or empty
        return c_void_p(value.__array_interface__["data"][0])


def _look_up(name: str, *arguments: Any) -> None:
    if outside := _run(name, *arguments):
        raise IndexError(f"{name}: {outside} places lie outside of the table")


def _plain(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers as 64-bit words, one behind the other."""
    words = values if values.dtype.itemsize == 8 else values.astype(np.int64)
    return np.ascontiguousarray(words)


def scramble(rows: I64, first: np.uint64, second: np.uint64) -> U64:
    """``mix(mix(row + first) + second)`` with :func:`cartload.hashing.mix`."""
    out = np.empty(len(rows), np.uint64)
    _run("scramble", _plain(rows), first, second, out, len(out))
    return out


def owners(counts: I64, total: int) -> I64:
    """The group of each row; ``total`` is the sum of the counts."""
    out = np.empty(total + _ROOM, np.int64)
    _run("owners", _plain(counts), len(counts), out)
    return out[:total]


def places(counts: I64, total: int) -> I64:
    """The place of each row in its group, from 0."""
    out = np.empty(total + _ROOM, np.int64)
    _run("places", _plain(counts), len(counts), out)
    return out[:total]


def group_sums(values: I64, counts: I64) -> I64:
    """Sum over each group; 0 for empty ones."""
    running, out = np.empty(len(values) + 1, np.int64), np.empty(len(counts), np.int64)
    _run("group_sums", _plain(values), len(values), _plain(counts), len(counts), running, out)
    return out


def later_doubles(owner: I64, values: I64, most: int) -> I64:
    """Positions of all values that stand at an earlier position of the same owner too, in order.

    Owners' values lie together, at most ``most`` of each; values are below ``2**40``, owners below ``2**24``.
    """
    count = len(values)
    keys, hits, out = np.empty(count, np.uint64), np.empty(count, np.uint8), np.empty(count, np.int64)
    arguments = (_plain(owner), _plain(values), most, keys, hits, out, count)
    return out[: _run("later_doubles", *arguments)]


def systematic(weights: I64, sizes: I64, quotas: I64, starts: I64) -> I64:
    """:func:`cartload.sampling.systematic`."""
    out = np.empty(len(weights), np.int64)
    _run("systematic", _plain(weights), _plain(sizes), _plain(quotas), _plain(starts), len(sizes), out)
    return out


def running_times(weights: I64, words: I64, exponentials: I64, handicap: int) -> I64:
    """:func:`cartload.sampling.running_times`; ``exponentials`` has one for each word."""
    out = np.empty(len(words), np.int64)
    _look_up("running_times", _plain(weights), _plain(words), exponentials, handicap, out, len(out))
    return out


def race(times: I64, sizes: I64, quotas: I64) -> Flags:
    """:func:`cartload.sampling.race`."""
    scratch, out = np.empty(1 + int(sizes.max(initial=0)), np.int64), np.empty(len(times), np.bool_)
    _run("race", _plain(times), _plain(sizes), _plain(quotas), len(sizes), scratch, out)
    return out


def find(running: I64, table: I64, shift: int, positions: I64) -> I64:
    """Where in a running sum each position lies, looked for from ``table[position >> shift]`` on."""
    out = np.empty(len(positions), np.int64)
    _look_up("find", running, len(running) - 1, table, len(table), shift, _plain(positions), out, len(out))
    return out


def favourites(words: U64, category: I64, categories: int) -> I64:
    """Four categories by each word, 12 bits each from the top; the next one where one is there already.

    ``category`` has one for each 12-bit word.
    """
    out = np.empty(4 * len(words), np.int64)
    _run("favourites", words, category, categories, out, len(words))
    return out


def position(moments: I64, start: int, running: I64, daily: I64, hours: I64, before_hour: I64) -> I64:
    """:meth:`cartload.timeline.Timeline.position`."""
    out = np.empty(len(moments), np.int64)
    tables = (running, daily, hours, before_hour)
    _look_up("position", _plain(moments), start, len(daily), *tables, out, len(out))
    return out


def moment(positions: I64, day: I64, start: int, *tables: I64) -> I64:
    """:meth:`cartload.timeline.Timeline.moment`, the days known; tables as there, in that order."""
    out = np.empty(len(positions), np.int64)
    _run("moment", _plain(positions), day, start, *tables, out, len(out))
    return out


def local_day(noon: I32, first_day: int, days: int, zone: I64, moments: I64) -> I64:
    """:meth:`cartload.clock.Clock.day`; ``noon`` as in :func:`by_clock`."""
    out = np.empty(len(moments), np.int64)
    _run("local_day", noon, first_day, days, _plain(zone), _plain(moments), out, len(out))
    return out


def by_clock(
    way: Literal["local", "utc"], noon: I32, first_day: int, days: int, zone: I64, moments: I64
) -> tuple[I64, I64]:
    """Moments moved from UTC (``local``) or to it (``utc``) by their zone's offset at noon of their day.

    And the places of those on days on which clocks change, for which the lowest bit of the offset is 1.
    """
    out, hit = np.empty(len(moments), np.int64), np.empty(len(moments), np.int64)
    arguments = (noon, first_day, days, _plain(zone), _plain(moments), out, hit, len(out))
    return out, hit[: _run(way, *arguments)]


def text_words(data: Any, offsets: npt.NDArray[np.int32], factor: np.uint64) -> U64:
    """A word for each string of an Arrow buffer: a chain over eight bytes at a time, then their number."""
    out = np.empty(len(offsets) - 1, np.uint64)
    _run("text_words", _address(data), offsets, factor, out, len(out))
    return out


@dataclass(frozen=True, slots=True)
class Strings:
    """Arrow's strings, none of them NULL; with int32 ``codes``, those at the places, some maybe NULL."""

    values: Any
    codes: Any = None

    def parts(self) -> tuple[int, ...]:
        """What the library has to know."""
        _, bounds, data = self.values.buffers()
        entries, first = len(self.values), 4 * self.values.offset
        start, size = (data.address, data.size) if data else (0, 0)
        places = self.codes.buffers()[1].address + 4 * self.codes.offset if self.codes else 0
        return start, start + size, _there(self.codes), bounds.address + first, places, entries


def joined(columns: Sequence[Strings], rows: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Strings put together row by row, what is NULL left out: Arrow's offsets and bytes.

    OverflowError for more than ``2**31 - 1`` bytes.
    """
    parts, offsets = np.array([column.parts() for column in columns], np.uint64), np.empty(rows + 1, np.int32)
    size = _run("joined_ends", parts, len(parts), offsets, rows)
    if size >= 1 << 31:
        raise OverflowError(f"{size} bytes of text in one column")
    data = np.empty(size + _SLACK, np.uint8)
    _run("joined", parts, len(parts), data, rows)
    return offsets, data


def digits(numbers: I64) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Numbers above 0 in decimal digits, others as nothing: Arrow's offsets and bytes."""
    offsets, data = np.empty(len(numbers) + 1, np.int32), np.empty(20 * len(numbers), np.uint8)
    _run("digits", _plain(numbers), offsets, data, len(numbers))
    return offsets, data


class Columns:
    """The columns of a batch of Arrow, to be hashed row by row as :mod:`cartload.rowhash` says."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, ...]] = []
        self._alive: list[Any] = []

    def add_words(self, words: U64, column: Any, factor: np.uint64, null: np.uint64) -> None:
        """A column by its canonical values; whether they are NULL is seen in ``column``."""
        there = _there(column)
        address = words.__array_interface__["data"][0]
        self._columns.append((address, there, column.offset, words.strides[0], int(factor), int(null), 0, 0))
        self._alive += [words, column]

    def add_codes(self, pool: U64, codes: Any, null: np.uint64) -> None:
        """A column by int32 places in a pool of hashed values."""
        address, at = pool.__array_interface__["data"][0], codes.buffers()[1].address + 4 * codes.offset
        self._columns.append((at, _there(codes), codes.offset, 4, 0, int(null), address, len(pool)))
        self._alive += [pool, codes]

    def sums(self, starts: tuple[np.uint64, np.uint64], rows: int) -> tuple[int, int]:
        """Sums of all rows' low and high words."""
        columns, sums = np.array(self._columns, np.uint64), np.zeros(4, np.uint64)
        _run("hash_rows", columns, len(columns), *starts, sums, rows)
        low, low_above, high, high_above = sums.tolist()
        return low + (low_above << 32), high + (high_above << 32)


def _there(column: Any) -> int:
    """Where the bits of what is not NULL lie; 0 when all is there."""
    address: int = column.buffers()[0].address if column is not None and column.null_count else 0
    return address


def _address(buffer: Any) -> c_void_p:
    return c_void_p(buffer.address if buffer else None)


def uuids(rows: I64, first: np.uint64, second: np.uint64) -> npt.NDArray[np.uint8]:
    """The 36 ASCII characters of each row's key, as :mod:`cartload.ids` says."""
    out = np.empty((len(rows), 36), np.uint8)
    _run("uuids", _plain(rows), first, second, out, len(rows))
    return out


def numbered(prefix: str, numbers: I64, digits: int) -> npt.NDArray[np.uint8]:
    """The ASCII characters of a prefix and each number, with zeros in front."""
    out = np.empty((len(numbers), len(prefix) + digits), np.uint8)
    start = np.frombuffer(prefix.encode(), np.uint8)
    _run("numbered", start, len(start), _plain(numbers), digits, out, len(out))
    return out
