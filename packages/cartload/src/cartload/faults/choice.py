"""Which events have which fault: drawn from their ids, so the same whatever else is played, and however."""

from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.faults.plan import KINDS, FaultPlan
from cartload.randomness.fixed_point import I64

type U64 = npt.NDArray[np.uint64]

NONE: Final = -1
_ID_LENGTH: Final = 36
_HEX_DIGITS: Final = np.array([place for place in range(_ID_LENGTH) if place not in (8, 13, 18, 23)])
_GOLDEN: Final = 0x9E3779B97F4A7C15


class Draws:
    """Numbers for events, by their ids as texts: one of each purpose."""

    def __init__(self, ids: bytes, seed: int) -> None:
        self._events = _mixed(_numbers(ids) ^ _mixed(np.full(1, seed, np.uint64)))

    def __len__(self) -> int:
        return len(self._events)

    def of(self, purpose: int) -> U64:
        """Numbers that are even over all 64 bits."""
        return _mixed(self._events + np.uint64((purpose + 1) * _GOLDEN % 2**64))


def chosen(draws: Draws, times: I64, plan: FaultPlan) -> npt.NDArray[np.int8]:
    """For each event, of times in milliseconds since 1970, the place of its fault in KINDS, or NONE."""
    found = np.full(len(draws), NONE, np.int8)
    for place, kind in reversed(list(enumerate(KINDS))):
        share = getattr(plan, kind)
        if share is not None and share.rate:
            hit = draws.of(place) < np.uint64(min(int(share.rate * 2**64), 2**64 - 1))
            if kind == "new_field" and share.since is not None:
                hit &= times > share.since.timestamp() * 1000
            found[hit] = place
    return found


def _numbers(ids: bytes) -> U64:
    """The two halves of each UUID, one on the other."""
    digits = np.frombuffer(ids, np.uint8).reshape(-1, _ID_LENGTH)[:, _HEX_DIGITS]
    values = np.where(digits >= ord("a"), digits - (ord("a") - 10), digits - ord("0")).astype(np.uint8)
    halves = (values[:, ::2] << 4 | values[:, 1::2]).copy().view(">u8").astype(np.uint64)
    return np.asarray(halves[:, 0] ^ halves[:, 1])


def _mixed(numbers: U64) -> U64:
    """The finalizer of SplitMix64 (Steele, Lea and Flood: Fast splittable pseudorandom number generators)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
