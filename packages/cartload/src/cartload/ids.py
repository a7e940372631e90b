"""Primary keys: a pure function of table and row number, so a parent's key is computed from its index.

``uuid`` is RFC 9562 version 8 as text: 48 bits of row number, big-endian, so that keys grow with the rows,
then 74 bits of a hash keyed by seed and table. ``integer`` is the row number plus one.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cartload import arrays, pools
from cartload.draws import Randomness
from cartload.fixed import I64
from cartload.hashing import U64
from cartload.schema import Ids

_CHARACTERS: Final = 36
_DASHES: Final = tuple(np.uint64(ord("-") << shift) for shift in (0, 40, 16, 56))
_VERSION: Final = slice(0x8000, 0x9000)
_VARIANT: Final = slice(0x8000, 0xC000)
_14_BITS: Final = np.uint64(0x3FFF)
_16_BITS: Final = np.uint64(0xFFFF)


def id_column(ids: Ids, random: Randomness, table: str, rows: I64) -> Any:
    """The key column of a table's rows, or of references to them."""
    if ids == "integer":
        return arrays.integers(rows + 1)
    return arrays.fixed_text(uuid_characters(random, table, rows))


@dataclass(frozen=True)
class Keys:
    """The keys of consecutive rows of a table, and references to them from other tables of the chunk."""

    ids: Ids
    random: Randomness
    table: str
    rows: I64

    @cached_property
    def column(self) -> Any:
        """The key column itself."""
        made = id_column(self.ids, self.random, self.table, self.rows)
        return pools.lately(made) if self.ids == "uuid" else made

    def of(self, places: I64) -> Any:
        """References to the rows at the places: text is made once and then taken."""
        if self.ids == "integer":
            return id_column(self.ids, self.random, self.table, self.rows.take(places))
        return arrays.take(self.column, places)


def uuid_characters(random: Randomness, table: str, rows: I64) -> npt.NDArray[np.uint8]:
    """The 36 ASCII characters of each row's UUID."""
    secret, number = random.keyed(f"{table}.id", rows), np.asarray(rows, np.int64).view(np.uint64)
    version = _hex()[_VERSION].take((secret >> _bits(52)).view(np.int64))
    variant = _hex()[_VARIANT].take((secret >> _bits(48) & _14_BITS).view(np.int64))
    text = np.empty((len(rows), _CHARACTERS), np.uint8)
    _put(text, 0, _two_groups(number, 32, 16))
    _put(text, 8, _digits(number, 0) << _bits(8) | version << _bits(48) | (_DASHES[0] | _DASHES[1]))
    _put(text, 16, version >> _bits(16) | variant << _bits(24) | (_DASHES[2] | _DASHES[3]))
    _put(text, 24, _two_groups(secret, 32, 16))
    _put(text, 32, _digits(secret, 0).astype(np.uint32))
    return text


def _put(text: npt.NDArray[np.uint8], place: int, words: npt.NDArray[Any]) -> None:
    """Write a word of characters into each row, from a place in the row on."""
    if len(words) == 0:
        return
    np.ndarray((len(words),), words.dtype, text, place, text.strides[:1])[:] = words


def _two_groups(words: U64, first: int, second: int) -> U64:
    return _digits(words, second) << _bits(32) | _digits(words, first)


def _digits(words: U64, down: int) -> U64:
    """Four hexadecimal digits of the sixteen bits from ``down`` on."""
    group = (words >> _bits(down) & _16_BITS).view(np.int64)
    return _hex().take(group, mode="clip")


@cache
def _bits(count: int) -> np.uint64:
    return np.uint64(count)


@cache
def _hex() -> U64:
    """Four hexadecimal digits of every 16-bit group: characters in a word's four low bytes, first lowest."""
    text = "".join(f"{group:04x}" for group in range(65536))
    return np.frombuffer(text.encode(), "<u4").astype(np.uint64)


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
    for place in range(fours - 1, -1, -1):
        rest = numbers // 10_000
        _put(characters, start + 4 * place, _four_digits().take(numbers - rest * 10_000, mode="clip"))
        numbers = rest
    return arrays.fixed_text(characters)
