"""All SKUs on sale at given moments, numbered: for the few items that must take the next free one."""

from dataclasses import dataclass

import numpy as np

from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.fixed_point import I64


@dataclass(frozen=True)
class OnSale:
    """By moment (row) and category (column): the first SKU on sale, and how many are up to this category."""

    first: I64
    running: I64

    @classmethod
    def at(cls, catalogue: Catalogue, moments: I64) -> "OnSale":
        """What is on sale at each of the moments."""
        kinds = np.tile(np.arange(catalogue.categories), len(moments))
        start, after = catalogue.on_sale(kinds, np.repeat(moments, catalogue.categories))
        first = catalogue.first_sku[start].reshape(len(moments), -1)
        last = catalogue.first_sku[after].reshape(len(moments), -1)
        return cls(first, np.cumsum(last - first, axis=1))

    @property
    def sizes(self) -> I64:
        """How many SKUs are on sale at each moment."""
        return self.running[:, -1]

    def sku(self, rows: I64, places: I64) -> I64:
        """The SKU at a place among those on sale in each of the rows; the first follows after the last."""
        # Each row has a running sum of its own, so no one search serves all: a place is compared with every
        # category's sum, of which there are 22 at most.
        running = self.running[rows]
        place = places % running[:, -1]
        kind = (place[:, None] >= running).sum(axis=1)
        before = np.where(kind > 0, running[np.arange(len(rows)), kind - 1], 0)
        return self.first[rows, kind] + place - before
