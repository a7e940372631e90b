"""Counter-based randomness: a value is a hash of seed, family of columns and row number.

Nothing is drawn from a stream, so any row can be made alone, by any worker, in any order (Salmon, Moraes,
Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, 2011).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cartload.kernels import loops
from cartload.randomness.fixed_point import I64
from cartload.randomness.register import FAMILIES

U64 = npt.NDArray[np.uint64]


def keys(*parts: str | int, count: int) -> tuple[np.uint64, ...]:
    """64-bit words of BLAKE2b over the parts, at most eight words."""
    # The unit separator keeps ("ab", "c") apart from ("a", "bc").
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8 * count).digest()
    # Little-endian on every machine: the same digest must give the same words everywhere.
    return tuple(np.frombuffer(digest, "<u8"))


@dataclass(frozen=True, slots=True)
class Draw:
    """One hash per row, and the fields that the register gives out of it."""

    family: str
    words: U64

    def bits(self, field: str) -> I64:
        """The field's bits as integers from 0 to ``2**width - 1``."""
        down, width = _places(self.family)[field]
        words = self.words >> np.uint64(down)
        # The topmost field needs no mask: the shift has left nothing above it.
        if down + width < 64:
            words &= np.uint64((1 << width) - 1)
        return words.view(np.int64)

    def below(self, field: str, bound: int | npt.NDArray[Any]) -> I64:
        """Uniform integers from 0 to ``bound - 1``; ``bound * 2**width`` must stay below ``2**63``."""
        width = _places(self.family)[field][1]
        # Multiply and shift instead of a remainder (Lemire 2019): no division. Without Lemire's rejection
        # step results differ in frequency by one word at most; a bound above 2**width has evenly spread
        # results.
        return (self.bits(field) * bound) >> width

    def happens(self, field: str, ten_thousandths: int | I64) -> npt.NDArray[np.bool_]:
        """True with the given chance, one for all or one each."""
        width = _places(self.family)[field][1]
        # Both sides are scaled up instead of one being divided, so a chance of 10,000 is certainty and 0 is
        # never.
        result: npt.NDArray[np.bool_] = self.bits(field) * 10_000 < ten_thousandths << width
        return result


@cache
def _places(family: str) -> dict[str, tuple[int, int]]:
    return places(FAMILIES[family])


def places(fields: Sequence[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    """Lowest bit and width of each field, from the top down: a new field at the end moves none of them."""
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
    """The two keys of a family."""
    # A strong hash here keeps neighbouring seeds and similar names of families unrelated, and costs nothing:
    # it is computed once for each family. Rows are counted up, for them SplitMix64's finaliser is enough.
    first, second = keys("draws", seed, family, count=2)
    return first, second


def scramble(rows: I64, first: np.uint64, second: np.uint64) -> U64:
    """``mix(mix(row + first) + second)``, with SplitMix64's finaliser as ``mix``."""
    return loops.scramble(rows, first, second)


def permute(rows: I64, key: tuple[np.uint64, ...], half_bits: int) -> I64:
    """A Feistel permutation of ``0 … 4**half_bits - 1``, one round for each key."""
    # A Feistel network is a permutation whatever its round function is, so a cheap mixer will do. Four rounds
    # are what Luby and Rackoff (1988) need for good ones. The upper bits of the product are used: the lower
    # ones depend on few bits of the input.
    mask = np.uint64((1 << half_bits) - 1)
    shift = np.uint64(half_bits)
    left, right = rows.astype(np.uint64) >> shift, rows.astype(np.uint64) & mask
    for round_key in key:
        mixed = (right + round_key) * np.uint64(0x9FB21C651E98DF25)
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(0xD6E8FEB86659FD93)
        left, right = right, left ^ ((mixed >> np.uint64(40)) & mask)
    return ((left << shift) | right).view(np.int64)
