"""Loops that write text: Arrow's strings, and characters of equal number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cartload.kernels.library import run, validity, words

I64 = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

SLACK: Final = 16
"""Bytes that loops write beyond the last string."""


@dataclass(frozen=True, slots=True)
class Strings:
    """Arrow's strings, none of them NULL; with int32 ``codes``, those at the places, some maybe NULL."""

    values: Any
    codes: Any = None

    def parts(self) -> tuple[int, ...]:
        """The C structure ``strings``, as its members in order."""
        _, bounds, data = self.values.buffers()
        entries, first = len(self.values), 4 * self.values.offset
        start, size = (data.address, data.size) if data else (0, 0)
        there, places = 0, 0
        if self.codes is not None:
            there, places = validity(self.codes), self.codes.buffers()[1].address + 4 * self.codes.offset
        return start, start + size, there, bounds.address + first, places, entries


def joined(columns: Sequence[Strings], rows: int) -> tuple[Offsets, Bytes]:
    """Strings put together row by row, what is NULL left out: Arrow's offsets and bytes.

    OverflowError for more than ``2**31 - 1`` bytes.
    """
    parts, offsets = np.array([column.parts() for column in columns], np.uint64), np.empty(rows + 1, np.int32)
    size = run("joined_length", parts, len(parts), rows)
    if size >= 1 << 31:
        raise OverflowError(f"{size} bytes of text in one column")
    data = np.empty(size + SLACK, np.uint8)
    run("joined", parts, len(parts), offsets, data, rows)
    return offsets, data


def digits(numbers: I64) -> tuple[Offsets, Bytes]:
    """Numbers above 0 in decimal digits, others as nothing: Arrow's offsets and bytes."""
    # Room for twenty digits each, the most that 64 bits have.
    offsets, data = np.empty(len(numbers) + 1, np.int32), np.empty(20 * len(numbers), np.uint8)
    run("digits", words(numbers), offsets, data, len(numbers))
    return offsets, data


def slugs(names: Any, numbers: I64) -> tuple[Offsets, Bytes]:
    """ASCII letters of names in lower case and digits, a dash for all else between them but apostrophes.

    Then a dash and the number, from 1.
    """
    part = np.array([Strings(names).parts()], np.uint64)
    size = run("joined_length", part, 1, len(names)) + 21 * len(names)
    offsets, data = np.empty(len(names) + 1, np.int32), np.empty(size, np.uint8)
    run("slugs", part, words(numbers), offsets, data, len(names))
    return offsets, data


def uuids(rows: I64, first: np.uint64, second: np.uint64) -> Bytes:
    """The 36 ASCII characters of each row's key, as :mod:`cartload.tables.ids` says."""
    out = np.empty((len(rows), 36), np.uint8)
    run("uuids", words(rows), first, second, out, len(rows))
    return out


def name_uuids(namespace: bytes, names: Any) -> Bytes:
    """The 36 ASCII characters of each name's UUID of version 5 (RFC 9562): names are Arrow's strings."""
    out = np.empty((len(names), 36), np.uint8)
    part = np.array([Strings(names).parts()], np.uint64)
    run("name_uuids", np.frombuffer(namespace, np.uint8), part, out, len(names))
    return out


def numbered(prefix: str, numbers: I64, digits: int) -> Bytes:
    """The ASCII characters of a prefix and each number, with zeros in front."""
    out = np.empty((len(numbers), len(prefix) + digits), np.uint8)
    start = np.frombuffer(prefix.encode(), np.uint8)
    run("numbered", start, len(start), words(numbers), digits, out, len(out))
    return out
