"""Pools: strings that many rows share, with results that are computed once for all of them, such as hashes.

A pool is a pyarrow array of strings; it stays known as long as that array lives, and no longer.
"""

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.kernels.strings import SLACK

Place = tuple[int, int, int]
"""Where the strings lie in memory: address of their offsets, first place, length."""


class Pool:
    """Results computed from one pool's strings, by a key of whoever computes them."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def kept[T](self, key: Any, make: Callable[[], T]) -> T:
        """What ``make`` returns, called at the first use of the key only."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found


_END: Final = "\udcff"
_END_BYTE: Final = 0xFF
"""A byte that no text has in UTF-8, and the lone surrogate that stands for it in a string."""
_KNOWN: Final[dict[Place, Pool]] = {}
_LATELY: Final[deque[Any]] = deque(maxlen=12)
"""The key columns of the last chunks: a chunk makes three of them, for customers, addresses and orders."""


def _place(values: Any) -> Place | None:
    # By address and not by object: pyarrow makes a new Python object at each access to a dictionary, all of
    # them over the same buffers.
    offsets = values.buffers()[1]
    return None if offsets is None else (offsets.address, values.offset, len(values))


def known(values: Any) -> Any:
    """The same array, known as a pool from now on as long as this object of it lives."""
    place = _place(values)
    if place is not None and place not in _KNOWN:
        _KNOWN[place] = Pool()
        # Forgotten with the array: the same address may belong to other strings afterwards.
        weakref.finalize(values, _KNOWN.pop, place, None).atexit = False
    return values


def pool(strings: Sequence[str | None]) -> Any:
    """A vocabulary (strings or None) as a pool, with room behind the last string for loops that copy too
    much.
    """
    there, count = None, len(strings)
    if None in strings:
        there = pa.py_buffer(np.packbits([text is not None for text in strings], bitorder="little"))
    # The texts are joined with a byte that UTF-8 never has, encoded once, and cut at that byte.
    texts = (text or "" for text in strings)
    joined = _END.join((*texts, "")).encode("utf-8", "surrogateescape")  # in one go: thrice as fast
    encoded = np.frombuffer(joined, np.uint8)
    ends = np.flatnonzero(encoded == _END_BYTE)
    offsets = np.zeros(count + 1, np.int32)
    offsets[1:] = ends - np.arange(count)
    data = np.concatenate((encoded[encoded != _END_BYTE], np.zeros(SLACK, np.uint8)))
    buffers = [there, pa.py_buffer(offsets), pa.py_buffer(data)]
    return known(pa.Array.from_buffers(pa.string(), count, buffers))


def lately(values: Any) -> Any:
    """The same array, known until a dozen others followed: for pools made with a chunk."""
    _LATELY.append(known(values))
    return values


def of(values: Any) -> Pool | None:
    """What is known of an array's strings, whoever made this object of it; None when they are no pool."""
    place = _place(values)
    return None if place is None else _KNOWN.get(place)
