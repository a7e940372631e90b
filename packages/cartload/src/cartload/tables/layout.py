"""Where a chunk's rows lie: for each table the first row number and how many rows each block has."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartload import counts
from cartload._constants import BLOCK
from cartload._spec_model import Spec
from cartload.chunks import Blocks
from cartload.fixed import I64
from cartload.sampling import Groups


@dataclass(frozen=True)
class Layout:
    """The row numbers of a run of blocks."""

    spec: Spec
    chunk: Blocks

    @cached_property
    def blocks(self) -> I64:
        """Block numbers."""
        return self.chunk.first_block + np.arange(len(self._edges) - 1)

    @cached_property
    def _edges(self) -> list[int]:
        """Customers before each block, and before the end."""
        start = self.chunk.first_block * BLOCK
        return [*range(start, start + self.chunk.customers, BLOCK), start + self.chunk.customers]

    def groups(self, table: str) -> Groups:
        """Rows of a table in each block."""
        before = [counts.rows_before(self.spec, table, edge) for edge in self._edges]
        edges = np.array(before, np.int64)
        return Groups(edges[1:] - edges[:-1])

    def shares(self, table: str, *ten_thousandths: int) -> I64:
        """Rows of each block that make up a share of a table; of further shares, each a part of what is left.

        Exact over any number of blocks from the first on, rounded down in the end.
        """
        edges = np.array([counts.rows_before(self.spec, table, edge) for edge in self._edges], np.int64)
        for share in ten_thousandths[:-1]:
            edges = edges - edges * share // 10_000
        edges = edges * ten_thousandths[-1] // 10_000
        return edges[1:] - edges[:-1]

    def rows(self, table: str) -> I64:
        """Row numbers of a table in the chunk: one run."""
        first = counts.rows_before(self.spec, table, self._edges[0])
        last = counts.rows_before(self.spec, table, self._edges[-1])
        return np.arange(first, last)
