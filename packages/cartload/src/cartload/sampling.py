"""Giving out exact numbers of things by integer weights, and walking ragged groups without loops."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cartload.fixed import I64


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
        return np.arange(self.total) - np.repeat(self.starts, self.counts)

    def spread(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """A value per group, repeated for each of its rows."""
        return np.repeat(values, self.counts)

    def running(self, values: I64) -> I64:
        """Sums from the start of each row's group up to and with the row."""
        sums = np.cumsum(values)
        before = np.concatenate(([0], sums))[self.starts]
        result: I64 = sums - np.repeat(before, self.counts)
        return result

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


def later_doubles(values: I64) -> I64:
    """Positions of all values that stand at an earlier position too."""
    ordered = np.sort(values)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.empty(0, np.int64)
    order = np.argsort(values, kind="stable")
    same = values[order[1:]] == values[order[:-1]]
    return np.sort(order[1:][same])
