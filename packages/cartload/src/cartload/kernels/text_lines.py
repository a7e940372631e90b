"""Rows of Arrow as lines of text, all written by one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.kernels.library import address, run, validity
from cartload.kernels.strings import SLACK

_CONSTANT, _TEXT, _LONG, _SHORT, _FLAG, _DATE, _TIME, _DECIMAL = range(8)
_KINDS: Final = (
    (pa.types.is_int64, _LONG, 8, 20),
    (pa.types.is_int32, _SHORT, 4, 11),
    (pa.types.is_boolean, _FLAG, 0, 5),
    (pa.types.is_date32, _DATE, 4, 10),
    (pa.types.is_timestamp, _TIME, 8, 24),
    (pa.types.is_decimal128, _DECIMAL, 16, 21),
)
"""Types of columns with what they are to the library, bytes of a value, and characters at most."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of every line: a column of Arrow, or nothing but what it starts with.

    Values are written in a quote or without, NULL as ``null``; strings must be escaped already. Times are in
    milliseconds, written with ``between`` between date and time and, where that is a T, a Z behind; years
    from 0 to 9999. Decimals are below ``2**63`` when scaled.
    """

    start: bytes
    values: Any = None
    null: bytes = b""
    quote: str = ""
    between: str = "T"

    def packed(self, rows: int) -> tuple[list[int], int]:
        """The C structure ``field``, as its members in order, and the most bytes that the field has in all
        lines.
        """
        kind, place, text, detail, width = self._value(rows)
        start, null = (np.frombuffer(piece, np.uint8) for piece in (self.start, self.null))
        constants = (address(start), len(start), address(null), len(null), ord(self.quote or "\0"))
        most = width + rows * (len(start) + len(null) + 2 * len(self.quote))
        return [kind, *place, *text, detail, *constants], most

    def _value(self, rows: int) -> tuple[int, list[int], list[int], int, int]:
        if self.values is None:
            return _CONSTANT, [0, 0, 0], [0] * 6, 0, 0
        if pa.types.is_dictionary(self.values.type):
            codes = self.values.indices
            text, longest = _pool(self.values.dictionary, codes)
            return _TEXT, [0, validity(codes), codes.offset], text, 0, rows * longest
        if pa.types.is_string(self.values.type):
            text, size = _strings(self.values)
            return _TEXT, [0, validity(self.values), self.values.offset], text, 0, size
        for fits, kind, size, width in _KINDS:
            if fits(self.values.type):
                at = self.values.buffers()[1].address + size * self.values.offset
                detail = self.values.type.scale if kind == _DECIMAL else ord(self.between)
                return kind, [at, validity(self.values), self.values.offset], [0] * 6, detail, rows * width
        raise TypeError(f"no text for columns of {self.values.type}")


def _pool(strings: Any, codes: Any) -> tuple[list[int], int]:
    """Strings to take from, and how long the longest is."""
    text, _ = _strings(strings)
    text[2], text[4] = validity(strings), codes.buffers()[1].address + 4 * codes.offset
    return text, int(np.diff(_offsets(strings)).max(initial=0))


def _strings(strings: Any) -> tuple[list[int], int]:
    """Strings one a row, and how many bytes they have together."""
    data, offsets = strings.buffers()[2], _offsets(strings)
    start, size = (data.address, data.size) if data else (0, 0)
    return [start, start + size, 0, address(offsets), 0, len(strings)], int(offsets[-1] - offsets[0])


def _offsets(strings: Any) -> Any:
    return np.ndarray((len(strings) + 1,), np.int32, strings.buffers()[1], 4 * strings.offset)


def lines(fields: Sequence[Field], rows: int) -> memoryview:
    """The fields of each row, one behind the other."""
    if rows == 0:
        return memoryview(b"")
    # Room for the longest lines that there can be, so that the loop need not check. Pages that are never
    # touched take no memory.
    packed = [field.packed(rows) for field in fields]
    out = np.empty(SLACK + sum(most for _, most in packed), np.uint8)
    size = run("lines", np.array([words for words, _ in packed], np.uint64), len(fields), out, rows)
    return out.data[:size]
