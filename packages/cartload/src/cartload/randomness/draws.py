"""Counter-based randomness: a value is a hash of seed, family of columns and row number.

Nothing is drawn from a stream, so any row can be made alone, by any worker, in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cartload.kernels import loops
from cartload.randomness.fixed_point import I64
from cartload.randomness.hashing import U64, keys
from cartload.randomness.register import FAMILIES


@dataclass(frozen=True, slots=True)
class Draw:
    """One hash per row, and the fields that the register gives out of it."""

    family: str
    words: U64

    def bits(self, field: str) -> I64:
        """The field's bits as integers from 0 to ``2**width - 1``."""
        down, width = _places(self.family)[field]
        words = self.words >> np.uint64(down)
        if down + width < 64:
            words &= np.uint64((1 << width) - 1)
        return words.view(np.int64)

    def below(self, field: str, bound: int | npt.NDArray[Any]) -> I64:
        """Uniform integers from 0 to ``bound - 1``; ``bound * 2**width`` must stay below ``2**63``."""
        width = _places(self.family)[field][1]
        # Multiply and shift instead of a remainder: faster, and the top bits are as good as the others.
        return (self.bits(field) * bound) >> width

    def happens(self, field: str, ten_thousandths: int | I64) -> npt.NDArray[np.bool_]:
        """True with the given chance, one for all or one each."""
        width = _places(self.family)[field][1]
        result: npt.NDArray[np.bool_] = self.bits(field) * 10_000 < ten_thousandths << width
        return result


@cache
def _places(family: str) -> dict[str, tuple[int, int]]:
    return places(FAMILIES[family])


def places(fields: Sequence[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    """Lowest bit and width of each field: from the top down, so that one more moves none."""
    below = 64 - np.cumsum([width for _, width in fields])
    return {name: (int(down), width) for (name, width), down in zip(fields, below, strict=True)}


@dataclass(frozen=True, slots=True)
class Randomness:
    """All draws of one seed."""

    seed: int

    def draw(self, family: str, rows: I64) -> Draw:
        """The hashes of a family for row numbers."""
        return Draw(family, scramble(rows, *seed_keys(self.seed, family)))


@cache
def seed_keys(seed: int, family: str) -> tuple[np.uint64, np.uint64]:
    """The two keys of a family: 64-bit words of BLAKE2b."""
    first, second = keys("draws", seed, family, count=2)
    return first, second


def scramble(rows: I64, first: np.uint64, second: np.uint64) -> U64:
    """``mix(mix(row + first) + second)``."""
    return loops.scramble(rows, first, second)


def permute(rows: I64, key: tuple[np.uint64, ...], half_bits: int) -> I64:
    """A Feistel permutation of ``0 … 4**half_bits - 1``: four rounds, one key each."""
    mask = np.uint64((1 << half_bits) - 1)
    shift = np.uint64(half_bits)
    left, right = rows.astype(np.uint64) >> shift, rows.astype(np.uint64) & mask
    for round_key in key:
        mixed = (right + round_key) * np.uint64(0x9FB21C651E98DF25)
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(0xD6E8FEB86659FD93)
        left, right = right, left ^ ((mixed >> np.uint64(40)) & mask)
    return ((left << shift) | right).view(np.int64)
