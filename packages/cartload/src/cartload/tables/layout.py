"""The row numbers of a chunk: for each table the first one, and how many rows each block has.

Rows are counted by running totals of customers (``spec.counts``), so no chunk has to know any other.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartload._identity import BLOCK
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups
from cartload.spec import counts
from cartload.spec.model import Spec


@dataclass(frozen=True)
class Layout:
    """The row numbers of a run of blocks."""

    spec: Spec
    first_block: int
    customers: int

    @cached_property
    def blocks(self) -> I64:
        """Block numbers."""
        return self.first_block + np.arange(len(self._edges) - 1)

    @cached_property
    def _edges(self) -> list[int]:
        """Customers before each block, and before the end."""
        start = self.first_block * BLOCK
        return [*range(start, start + self.customers, BLOCK), start + self.customers]

    @cached_property
    def _before(self) -> dict[str, I64]:
        """Rows of each table before each edge, filled at first use: maybe one table only is wanted."""
        return {}

    def _rows_before(self, table: str) -> I64:
        if table not in self._before:
            before = [counts.rows_before(self.spec, table, edge) for edge in self._edges]
            self._before[table] = np.array(before, np.int64)
        return self._before[table]

    @cached_property
    def _groups(self) -> dict[str, Groups]:
        return {}

    def groups(self, table: str) -> Groups:
        """Rows of a table in each block."""
        if table not in self._groups:
            edges = self._rows_before(table)
            self._groups[table] = Groups(edges[1:] - edges[:-1])
        return self._groups[table]

    def shares(self, table: str, *ten_thousandths: int) -> I64:
        """How many rows of each block make up a share of a table.

        With several shares each but the last is taken away first, and the last is a share of what is left.
        Over any number of blocks from the first on it is exact, rounded down.
        """
        # Shares are taken of the running totals and subtracted: so the blocks of any chunks add up exactly.
        edges = self._rows_before(table)
        for share in ten_thousandths[:-1]:
            edges = edges - edges * share // 10_000
        edges = edges * ten_thousandths[-1] // 10_000
        return edges[1:] - edges[:-1]

    def rows(self, table: str) -> I64:
        """Row numbers of a table in the chunk: one run."""
        edges = self._rows_before(table)
        return np.arange(edges[0], edges[-1])
