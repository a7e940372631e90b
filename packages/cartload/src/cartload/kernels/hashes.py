"""Loops behind row hashes (:mod:`cartload.schema.rowhash`)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from cartload.kernels.library import address, run, validity

U64 = npt.NDArray[np.uint64]


def text_words(data: Any, offsets: npt.NDArray[np.int32], factor: np.uint64) -> U64:
    """A word for each string of an Arrow buffer: a chain over eight bytes at a time, then their number."""
    # Arrow may leave the buffer out where all strings are empty.
    out = np.empty(len(offsets) - 1, np.uint64)
    run("text_words", np.frombuffer(data or b"", np.uint8), offsets, factor, out, len(out))
    return out


class Columns:
    """The columns of a batch of Arrow, to be hashed row by row as :mod:`cartload.schema.rowhash` says."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, ...]] = []
        # Addresses alone keep nothing alive: what they point to must not be freed before the rows are hashed.
        self._alive: list[Any] = []

    def add_words(self, words: U64, column: Any, factor: np.uint64, null: np.uint64) -> None:
        """A column by its canonical values; whether they are NULL is seen in ``column``."""
        there = validity(column)
        at = address(words)
        self._columns.append((at, there, column.offset, words.strides[0], int(factor), int(null), 0, 0))
        self._alive += [words, column]

    def add_codes(self, pool: U64, codes: Any, null: np.uint64) -> None:
        """A column by int32 places in a pool of hashed values."""
        at = codes.buffers()[1].address + 4 * codes.offset
        words = (address(pool), len(pool))
        self._columns.append((at, validity(codes), codes.offset, 4, 0, int(null), *words))
        self._alive += [pool, codes]

    def sums(self, starts: tuple[np.uint64, np.uint64], rows: int) -> tuple[int, int]:
        """Sums of all rows' low and high words."""
        columns, sums = np.array(self._columns, np.uint64), np.zeros(4, np.uint64)
        run("hash_rows", columns, len(columns), *starts, sums, rows)
        low, low_above, high, high_above = sums.tolist()
        return low + (low_above << 32), high + (high_above << 32)
