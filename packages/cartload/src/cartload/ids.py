"""Primary keys: a pure function of table and row number, so a parent's key is computed from its index.

``uuid`` is RFC 9562 version 8 as text: 48 bits of row number, big-endian, so that keys grow with the rows,
then 74 bits of a hash keyed by seed and table. ``integer`` is the row number plus one.
"""

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cartload import arrays
from cartload.draws import Randomness
from cartload.fixed import I64
from cartload.hashing import U64
from cartload.schema import Ids

_LAYOUT: Final = np.dtype(
    [
        ("a", "<u4"),
        ("b", "<u4"),
        ("dash_1", "u1"),
        ("c", "<u4"),
        ("dash_2", "u1"),
        ("d", "<u4"),
        ("dash_3", "u1"),
        ("e", "<u4"),
        ("dash_4", "u1"),
        ("f", "<u4"),
        ("g", "<u4"),
        ("h", "<u4"),
    ]
)
_DASH: Final = ord("-")


def id_column(ids: Ids, random: Randomness, table: str, rows: I64) -> Any:
    """The key column of a table's rows, or of references to them."""
    if ids == "integer":
        return arrays.integers(rows + 1)
    return arrays.fixed_text(uuid_characters(random, table, rows))


def uuid_characters(random: Randomness, table: str, rows: I64) -> npt.NDArray[np.uint8]:
    """The 36 ASCII characters of each row's UUID."""
    secret = random.keyed(f"{table}.id", rows)
    text = np.empty(len(rows), _LAYOUT)
    number = rows.view(np.uint64) if rows.dtype == np.int64 else rows.astype(np.uint64)
    for field, group in _groups(number, secret):
        text[field] = _hex()[group]
    for dash in ("dash_1", "dash_2", "dash_3", "dash_4"):
        text[dash] = _DASH
    return text.view(np.uint8).reshape(len(rows), _LAYOUT.itemsize)


def _groups(number: U64, secret: U64) -> list[tuple[str, npt.NDArray[np.uint16]]]:
    version = ((secret >> np.uint64(52)) | np.uint64(0x8000)).astype(np.uint16)
    variant = ((secret >> np.uint64(48)) & np.uint64(0x3FFF) | np.uint64(0x8000)).astype(np.uint16)
    return [
        ("a", (number >> np.uint64(32)).astype(np.uint16)),
        ("b", (number >> np.uint64(16)).astype(np.uint16)),
        ("c", number.astype(np.uint16)),
        ("d", version),
        ("e", variant),
        ("f", (secret >> np.uint64(32)).astype(np.uint16)),
        ("g", (secret >> np.uint64(16)).astype(np.uint16)),
        ("h", secret.astype(np.uint16)),
    ]


@cache
def _hex() -> npt.NDArray[np.uint32]:
    """Four hexadecimal digits of every 16-bit group, as one little-endian word of characters."""
    text = "".join(f"{group:04x}" for group in range(65536))
    return np.frombuffer(text.encode(), "<u4")


def row_number(key: str | int) -> int:
    """The row number behind a key of either kind."""
    if isinstance(key, int):
        return key - 1
    return int(key[:8] + key[9:13], 16)


@cache
def _four_digits() -> npt.NDArray[np.uint32]:
    text = "".join(f"{number:04d}" for number in range(10_000))
    return np.frombuffer(text.encode(), "<u4")


def numbered(prefix: str, numbers: I64, fours: int) -> Any:
    """Strings of a prefix and zero-padded numbers of ``4 * fours`` digits."""
    start = len(prefix)
    characters = np.empty((len(numbers), start + 4 * fours), np.uint8)
    characters[:, :start] = np.frombuffer(prefix.encode(), np.uint8)
    for place in range(fours):
        group = numbers // 10_000 ** (fours - 1 - place) % 10_000
        digits = _four_digits()[group].view(np.uint8).reshape(-1, 4)
        characters[:, start + 4 * place : start + 4 * place + 4] = digits
    return arrays.fixed_text(characters)
