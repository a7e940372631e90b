"""A 64-bit word for each string, over its UTF-8 bytes and their number."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cartload.hashing import U64

Bytes = npt.NDArray[np.uint8]

_BYTES: Final = 8
_S29: Final = np.uint64(29)
_WORD: Final = np.uint64(0x9FB21C651E98DF25)
_TAIL: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)
"""Masks of the first n bytes of a little-endian word."""


def text_words(values: Any) -> U64:
    """The words of an array of strings: a chain over the bytes, eight at a time, then their number.

    What stands for NULL is any word.
    """
    if len(values) == 0:
        return np.empty(0, np.uint64)
    offsets = np.ndarray((len(values) + 1,), "<i4", values.buffers()[1], 4 * values.offset)
    lengths = np.diff(offsets)
    shortest, longest = int(lengths.min()), int(lengths.max())
    first, last = int(offsets[0]), int(offsets[-1])
    if shortest == longest:
        words = _equal_lengths(values.buffers()[2], first, len(values), longest)
    else:
        data = _padded(values.buffers()[2], first, last)
        words = _other_lengths(data, offsets[:-1].astype(np.int64) - int(offsets[0]), lengths, longest)
    words ^= lengths.astype(np.uint64)
    words *= _WORD
    return words


def _padded(buffer: Any, first: int, last: int) -> Bytes:
    """The buffer's part, eight zeros after its end."""
    data = np.empty(last - first + 8, np.uint8)
    data[-8:] = 0
    if last > first:
        data[:-8] = np.frombuffer(buffer, np.uint8, last - first, first)
    return data


def _equal_lengths(buffer: Any, first: int, rows: int, length: int) -> U64:
    words, scratch = np.full(rows, _WORD), np.empty(rows, np.uint64)
    if 0 < length < _BYTES:
        buffer, first = _padded(buffer, first, first + rows * length), 0
        _chain(words, _strided(buffer, 0, rows, length) & _TAIL[length], scratch)
        return words
    whole = length - length % _BYTES
    for position in range(0, whole, _BYTES):
        _chain(words, _strided(buffer, first + position, rows, length), scratch)
    if whole < length:  # the last eight bytes, less those that were there before
        last = _strided(buffer, first + length - _BYTES, rows, length)
        _chain(words, last >> np.uint64(8 * (_BYTES - length + whole)), scratch)
    return words


def _strided(buffer: Any, first: int, rows: int, step: int) -> U64:
    return np.ndarray((rows,), "<u8", buffer, first, (step,))


def _other_lengths(data: Bytes, starts: npt.NDArray[np.int64], lengths: Any, longest: int) -> U64:
    """Every eight consecutive bytes are a word; rows leave when their bytes are used up."""
    everywhere = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    words, scratch = np.full(len(starts), _WORD), np.empty(len(starts), np.uint64)
    rows, left = np.flatnonzero(lengths), lengths.astype(np.int64)
    for position in range(0, longest, 8):
        if position:
            rows = rows[left[rows] > position]
        chunk = everywhere[starts[rows] + position]
        chunk &= _TAIL.take(left[rows] - position, mode="clip")
        part = words[rows]
        _chain(part, chunk, scratch[: len(part)])
        words[rows] = part
    return words


def _chain(words: U64, chunk: U64, scratch: U64) -> None:
    words ^= chunk
    words *= _WORD
    np.right_shift(words, _S29, out=scratch)
    words ^= scratch
