"""Giving out exact numbers of things by integer weights, and walking ragged groups without loops."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.kernels import loops
from cartload.randomness.fixed_point import I64, exponentials

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
        return loops.owners(self.counts, self.total)

    @cached_property
    def place(self) -> I64:
        """The place of each row in its group, from 0."""
        return loops.places(self.counts, self.total)

    def sums(self, values: I64) -> I64:
        """Sum over each group; 0 for empty ones."""
        return loops.group_sums(values, self.counts)


def starts_of_runs(values: I64) -> I64:
    """Where each run of equal values begins, none of them below 0."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def systematic(weights: I64, blocks: Groups, quotas: I64, starts: I64) -> I64:
    """Give ``quotas[b]`` things to the rows of block b in proportion to their weights (all ≥ 1), exactly.

    ``starts`` are random 32-bit words, one a block. Block sums of weights times quotas must stay below 2**63.
    """
    return loops.systematic(weights, blocks.counts, quotas, starts)


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
        return loops.find(self.running, self._table, self._shift, positions)


def sampling_keys(weights: I64, draws: I64) -> I64:
    """A key for each row, to choose a :func:`weighted_sample` by; ``draws`` are random 16-bit words.

    Keys are exponentially distributed with a rate equal to the weight, 0 to 255. Rows of weight 0 have larger
    keys than all others: they are chosen only where nothing else is left.
    """
    return loops.sampling_keys(weights, draws, exponentials(), _HANDICAP)


def weighted_sample(sort_keys: I64, blocks: Groups, quotas: I64) -> npt.NDArray[np.bool_]:
    """Choose exactly ``quotas[b]`` rows of block b: those with the smallest keys, the earlier of equal ones.

    With :func:`sampling_keys` it is weighted sampling without replacement (Efraimidis and Spirakis 2006),
    with plain random words each row has the same chance. A block has fewer than 65,536 rows.
    """
    return loops.weighted_sample(sort_keys, blocks.counts, quotas)
