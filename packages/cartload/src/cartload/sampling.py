"""Giving out exact numbers of things by integer weights, and walking ragged groups without loops."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.fixed import I64, exponentials

_SLOWNESS: Final = np.array([1, *((1 << 16) // weight for weight in range(1, 256))], np.int64)
_HANDICAP: Final = 1 << 40


@dataclass(frozen=True)
class Groups:
    """Rows in consecutive groups: how many in each. An owner's rows, a block's owners."""

    counts: I64

    @cached_property
    def total(self) -> int:
        """Rows in all groups."""
        return int(self.counts.sum())

    @cached_property
    def ends(self) -> I64:
        """The first row after each group."""
        return np.cumsum(self.counts)

    @cached_property
    def starts(self) -> I64:
        """The first row of each group."""
        return self.ends - self.counts

    @cached_property
    def owner(self) -> I64:
        """The group of each row."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def place(self) -> I64:
        """The place of each row in its group, from 0."""
        result: I64 = np.arange(self.total) - self.starts.take(self.owner)
        return result

    def spread(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """A value per group, repeated for each of its rows."""
        return np.repeat(values, self.counts)

    def running(self, values: I64) -> I64:
        """Sums from the start of each row's group up to and with the row."""
        sums = np.cumsum(values)
        before = np.concatenate(([0], sums))[self.starts]
        result: I64 = sums - np.repeat(before, self.counts)
        return result

    def sums_of_full(self, values: I64) -> I64:
        """Sum over each group where none is empty."""
        sums = np.cumsum(values).take(self.ends - 1) if len(values) else values
        sums[1:] -= sums[:-1].copy()
        return sums

    def sums(self, values: I64) -> I64:
        """Sum over each group; 0 for empty ones."""
        sums = np.concatenate(([0], np.cumsum(values)))
        return sums[self.ends] - sums[self.starts]


def systematic(weights: I64, blocks: Groups, quotas: I64, starts: I64) -> I64:
    """Give ``quotas[b]`` things to the rows of block b in proportion to their weights (all ≥ 1), exactly.

    ``starts`` are random 32-bit words, one a block. Block sums of weights times quotas must stay below 2**63.
    """
    running = blocks.running(weights)
    totals = blocks.sums(weights)
    offset = (starts >> 16) * totals >> 16
    total, quota = np.repeat(totals, blocks.counts), np.repeat(quotas, blocks.counts)
    given = (running * quota + np.repeat(offset, blocks.counts)) // np.maximum(total, 1)
    before = np.concatenate(([0], given[:-1])) if len(given) else given
    before[blocks.starts[blocks.counts > 0]] = 0
    return given - before


@dataclass(frozen=True)
class Guide:
    """Look-up in a running sum that begins with 0: a table says where to begin (Chen and Asau, 1974)."""

    running: I64

    @cached_property
    def _shift(self) -> int:
        return max(0, int(self.running[-1]).bit_length() - (4 * len(self.running)).bit_length())

    @cached_property
    def _table(self) -> I64:
        buckets = 1 + (int(self.running[-1]) >> self._shift)
        return np.searchsorted(self.running, np.arange(buckets) << self._shift, side="right") - 1

    def find(self, positions: I64) -> I64:
        """The entry in which each position lies; positions are below the whole sum."""
        place = self._table.take(positions >> self._shift)
        for _ in range(2):
            place += positions >= self.running.take(place + 1)
        late = np.flatnonzero(positions >= self.running.take(place + 1))
        if len(late):
            place[late] = np.searchsorted(self.running, positions[late], side="right") - 1
        return place


def running_times(weights: I64, draws: I64) -> I64:
    """How long each takes in a race: exponential by 16-bit word, shorter the greater its weight, 0 to 255.

    Those of weight 0 come in after all others.
    """
    result: I64 = exponentials().take(draws) * _SLOWNESS.take(weights)
    result[weights == 0] += _HANDICAP
    return result


def race(times: I64, blocks: Groups, quotas: I64) -> npt.NDArray[np.bool_]:
    """Choose ``quotas[b]`` rows of block b, exactly: the first home, those before that came first.

    With :func:`running_times` it is weighted sampling without replacement (Efraimidis and Spirakis 2006),
    with plain random words each row has the same chance. A block has fewer than 65,536 rows.
    """
    keys = (times << 16) + blocks.place
    chosen = np.zeros(len(keys), bool)
    for start, size, quota in zip(blocks.starts, blocks.counts, quotas, strict=True):
        block = slice(start, start + size)
        if quota >= size:
            chosen[block] = True
        elif quota > 0:
            chosen[block] = keys[block] <= np.partition(keys[block], quota - 1)[quota - 1]
    return chosen


def later_doubles(owner: I64, values: I64, most: int) -> I64:
    """Positions of all values that stand at an earlier position of the same owner too, in order.

    Owners' values lie together, at most ``most`` of each: so values are compared at each distance below it.
    """
    hits = [_doubles_at(owner, values, distance) for distance in range(1, min(most, len(values)))]
    return np.unique(np.concatenate(hits)) if hits else np.empty(0, np.int64)


def _doubles_at(owner: I64, values: I64, distance: int) -> I64:
    same = np.flatnonzero(values[distance:] == values[:-distance])
    result: I64 = same[owner[same] == owner[same + distance]] + distance
    return result
