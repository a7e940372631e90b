"""Exact numbers of things given out by integer weights, and rows in groups of different sizes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.kernels import loops
from cartload.randomness.fixed_point import I64, exponentials

_WEIGHTLESS: Final = 1 << 40
"""Added to the keys of rows of weight 0: more than any other key, which are below 2**37."""


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
        return loops.owners(self.counts, self.total)

    @cached_property
    def place(self) -> I64:
        """The place of each row in its group, from 0."""
        return loops.places(self.counts, self.total)

    def sums(self, values: I64) -> I64:
        """Sum over each group; 0 for empty ones."""
        return loops.group_sums(values, self.counts)


def starts_of_runs(values: I64) -> I64:
    """Where each run of equal values begins; values are 0 or more."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def systematic(weights: I64, blocks: Groups, quotas: I64, starts: I64) -> I64:
    """Give exactly ``quotas[b]`` things to the rows of block b, in proportion to their weights.

    No row is given more or less than its fair share by a whole thing or more; a row of weight 0 gets none,
    and some row has a weight where the quota is above 0. ``starts`` are random 32-bit words, one for each
    block. The sum of a block's weights times its quota must stay below 2**63.
    """
    # Systematic sampling instead of a draw for each thing: the total is exact in every block, so rows can be
    # counted without making any, and an owner's number depends on nobody outside of the block.
    return loops.systematic(weights, blocks.counts, quotas, starts)


@dataclass(frozen=True)
class Guide:
    """Look-up in a running sum that begins with 0, by Chen and Asau's guide table (1974).

    Positions are divided into equal buckets, two to eight for each entry, and a table says at which entry to
    begin in each: a step or two then find it, where a binary search of a large sum would miss the processor's
    cache at most of its steps.
    """

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
        return loops.find(self.running, self._table, self._shift, positions)


def sampling_keys(weights: I64, draws: I64) -> I64:
    """A key for each row, to choose a :func:`weighted_sample` by; ``draws`` are random 16-bit words.

    Keys are exponentially distributed with a rate equal to the weight, 0 to 255. Rows of weight 0 have larger
    keys than all others: they are chosen only where nothing else is left. IndexError for weights and draws
    that are out of bounds.
    """
    return loops.sampling_keys(weights, draws, exponentials(), _WEIGHTLESS)


def weighted_sample(sort_keys: I64, blocks: Groups, quotas: I64) -> npt.NDArray[np.bool_]:
    """Choose exactly ``quotas[b]`` rows of block b: those with the smallest keys, the earlier of equal ones.

    With :func:`sampling_keys` it is weighted sampling without replacement (Efraimidis and Spirakis 2006): the
    smallest of several exponential numbers is each one's with a chance proportional to its rate. With plain
    random words each row has the same chance. A block has at most 65,536 rows, keys are below 2**46.
    """
    return loops.weighted_sample(sort_keys, blocks.counts, quotas)
