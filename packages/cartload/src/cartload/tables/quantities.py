"""Quantities of order items: several of cheap goods and of those that run out, one of expensive ones."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.fixed_point import I64
from cartload.tables.preferences import Preferences
from cartload.tables.product_demand import ProductDemand

_WORDS: Final = 1 << 12
_MOST: Final = 20
_STEPS: Final = np.array([(0, 12), (500, 9), (1_500, 6), (4_000, 4), (12_000, 2), (40_000, 1)], np.int64)
"""Lowest price of each step, and the relative weight of pieces beyond the first from there on."""
_BITS: Final = 10
"""Binary places of the means."""


@dataclass(frozen=True)
class Quantities:
    """Pieces of an item by SKU: one and a geometric number more, 20 at most.

    The mean of what exceeds one is that of the SKU's kind of goods times that of its price, scaled so that
    the mean over all sales is the spec's.
    """

    demand: ProductDemand
    preferences: Preferences
    extra_ten_thousandths: int

    @property
    def _catalogue(self) -> Catalogue:
        return self.demand.catalogue

    @cached_property
    def _cells(self) -> I64:
        """Category and step of the price of each SKU."""
        catalogue = self._catalogue
        step = np.searchsorted(_STEPS[:, 0], catalogue.price, side="right") - 1
        result: I64 = catalogue.category[catalogue.product_of_sku] * len(_STEPS) + step
        return result

    @cached_property
    def _sales(self) -> I64:
        """Relative sales of each cell by popularity; a product's SKUs share its part."""
        catalogue = self._catalogue
        parts = (np.diff(catalogue.popularity) << _BITS) // catalogue.by_product.counts
        cells = catalogue.categories * len(_STEPS)
        sums = np.bincount(self._cells, parts[catalogue.product_of_sku], cells)  # exact: below 2**53
        return sums.astype(np.int64).reshape(-1, len(_STEPS))

    @cached_property
    def _table(self) -> npt.NDArray[np.int8]:
        """Pieces by cell and 12-bit word."""
        # The mean over all sales must be the spec's. A cell's mean is unit * kind * step / whole, so `whole`
        # is the mean of kind * step over all sales. How much sells of each category is taken from demand
        # alone, so the spec's mean is met approximately.
        kinds, steps, sales = self.preferences.more, _STEPS[:, 1], self._sales
        means = sales @ steps // (sales.sum(axis=1) >> _BITS) * kinds
        whole = int(self.demand.weights @ means)
        unit = self.extra_ten_thousandths * int(self.demand.weights.sum()) << _BITS
        return np.concatenate(
            [_geometric(unit * int(kind) * int(step), 10_000 * whole) for kind in kinds for step in steps]
        )

    def of(self, skus: I64, words: I64) -> I64:
        """Pieces of items of SKUs by 12 random bits each."""
        return self._table.take(self._cells.take(skus) * _WORDS + words).astype(np.int64)


def _geometric(numerator: int, denominator: int) -> npt.NDArray[np.int8]:
    """Pieces by word: one, and a geometric number more whose mean is a fraction, 20 in all at most."""
    # P(more than k) falls by the same ratio at each step, mean / (1 + mean). It is kept with 40 binary places
    # and rounded to words only at the end, so that errors do not add up; the first words get most pieces.
    words = np.ones(_WORDS, np.int8)
    above = _WORDS << 40
    for _ in range(_MOST - 1):
        above = above * numerator // (numerator + denominator)
        words[: (above + (1 << 39)) >> 40] += 1
    return words
