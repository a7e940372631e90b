"""The demand for products on each day: those of each category that are on sale all day, by popularity."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.calendar import timeline
from cartload.calendar.timeline import DAY
from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.fixed_point import I64, power_law
from cartload.randomness.sampling import Guide

CATEGORY_BITS: Final = 12
_CATEGORY_EXPONENT: Final = 5_000
"""Demand falls with the square root of a category's place."""


@dataclass(frozen=True)
class ProductDemand:
    """Tables over the catalogue of a resolved spec; days are UTC days since 1970, inside the window.

    A product sells on the days on which it is on sale from the first moment to the last: so it may be chosen
    by the day alone, whatever the hour of the order. Weights of categories fall with their place.
    """

    catalogue: Catalogue

    @cached_property
    def first_day(self) -> int:
        """The window's first day."""
        return timeline.window_start(self.catalogue.spec.window) // DAY

    @cached_property
    def days(self) -> int:
        """Days of the window."""
        return self.catalogue.end // DAY - self.first_day

    @cached_property
    def weights(self) -> I64:
        """Demand by category."""
        return power_law(np.arange(1, self.catalogue.categories + 1), _CATEGORY_EXPONENT)

    @cached_property
    def category(self) -> I64:
        """A category for each 12-bit word."""
        # Each word stands for the middle of its part of the demand, so that no category loses by rounding.
        ends: I64 = np.cumsum(self.weights)
        words: I64 = ((2 * np.arange(1 << CATEGORY_BITS) + 1) * ends[-1]) >> (CATEGORY_BITS + 1)
        return np.searchsorted(ends, words, side="right")

    @cached_property
    def _ranges(self) -> tuple[I64, I64]:
        """The first product on sale and the first after, by category and day."""
        # Launched by the morning and not discontinued by the evening: so the first product is that of the
        # evening, the end that of the morning.
        categories = self.catalogue.categories
        kinds = np.repeat(np.arange(categories), self.days)
        mornings = np.tile((self.first_day + np.arange(self.days)) * DAY, categories)
        after = self.catalogue.on_sale(kinds, mornings)[1]
        first = self.catalogue.on_sale(kinds, mornings + (DAY - 1))[0]
        return first, after

    @cached_property
    def _least(self) -> I64:
        return self.catalogue.popularity[self._ranges[0]]

    @cached_property
    def _width(self) -> I64:
        first, after = self._ranges
        return self.catalogue.popularity[after] - self.catalogue.popularity[first]

    @cached_property
    def _guide(self) -> Guide:
        return Guide(self.catalogue.popularity)

    @cached_property
    def _whole(self) -> I64:
        """Popularity before each category, and before the end."""
        edges = np.concatenate((self.catalogue.by_category.starts, [self.catalogue.products]))
        return self.catalogue.popularity[edges]

    def cells(self, category: I64, day: I64) -> I64:
        """Indices into the tables, by category and day."""
        result: I64 = category * self.days + (day - self.first_day)
        return result

    def positions(self, cells: I64, words: I64) -> I64:
        """A position in the running popularity for each 24-bit word, among the products of its cell."""
        # What is on sale is one range of products, hence one range of the running sum: a product is found by
        # one multiplication and one look-up, however many there are.
        result: I64 = self._least.take(cells) + (words * self._width.take(cells) >> 24)
        return result

    def in_category(self, category: I64, words: I64) -> I64:
        """A position for each 24-bit word among all products of the category, on sale or not."""
        least = self._whole.take(category)
        result: I64 = least + (words * (self._whole.take(category + 1) - least) >> 24)
        return result

    def sells(self, cells: I64, positions: I64) -> np.typing.NDArray[np.bool_]:
        """Whether the product at each position is on sale in the cell."""
        past = positions - self._least.take(cells)
        result: np.typing.NDArray[np.bool_] = (past >= 0) & (past < self._width.take(cells))
        return result

    def products(self, positions: I64) -> I64:
        """The product at each position."""
        return self._guide.find(positions)

    def sku(self, products: I64, words: I64) -> I64:
        """A SKU of each product by a 12-bit word."""
        start = self.catalogue.first_sku.take(products)
        result: I64 = start + (words * (self.catalogue.first_sku.take(products + 1) - start) >> 12)
        return result
