"""What each product is: noun, brand, material, and the sizes and colours that its SKUs are variants of."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.catalogue import product_words
from cartload.randomness.draws import Draw, Randomness
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, systematic

_NONE: Final = np.int64(-1)
_MANY: Final = 4
"""Half of the products with this many SKUs or more come in at least two colours, if there are any."""
_BRAND_LEVELS: Final = np.array([0, 3, 5, 6, 3, 1], np.int64)
"""How often brands of each price level are chosen, 1 to 5: those of middle price most often."""


@dataclass(frozen=True)
class Assortment:
    """Noun, brand, material and variants of all products, as numbers.

    ``category`` and ``sub_place`` say for each product its category and the place of its sub-category in that
    one; ``skus`` is the number of SKUs of all products together.
    """

    random: Randomness
    category: I64
    sub_place: I64
    skus: int

    @cached_property
    def _rows(self) -> I64:
        return np.arange(len(self.category))

    @cached_property
    def kind(self) -> Draw:
        """The draw behind noun, brand and material."""
        return self.random.draw("products.kind", self._rows)

    @cached_property
    def _choice(self) -> Draw:
        return self.random.draw("products.variants", self._rows)

    @cached_property
    def noun(self) -> I64:
        """The noun of each product, a place in :func:`cartload.catalogue.product_words.numbers`."""
        known = product_words.sub_categories()
        sub = known.subs.start[self.category] + self.sub_place
        result: I64 = known.nouns.start[sub] + self.kind.below("noun", known.nouns.count[sub])
        return result

    @cached_property
    def brand(self) -> I64:
        """The brand of each product, a place in the pool of brands: those of middle price more often."""
        lists, levels = product_words.numbers().brands, product_words.numbers().brand_level
        # The brands of all nouns lie one behind the other, so one running sum of weights serves them all: a
        # draw below the weight of a noun's brands, moved to where they begin, falls on one of them.
        ends = np.cumsum(_BRAND_LEVELS[levels])
        start = lists.start[self.noun]
        before = np.where(start > 0, ends[start - 1], 0)
        after = ends[start + lists.count[self.noun] - 1]
        return np.searchsorted(ends, before + self.kind.below("brand", after - before), "right")

    @cached_property
    def material(self) -> I64:
        """The material, or the variety, of each product as a place in their pool, -1 where it has none."""
        lists = product_words.numbers().materials
        count = lists.count[self.noun]
        return np.where(count > 0, lists.start[self.noun] + self.kind.below("material", count), _NONE)

    @cached_property
    def _sizes(self) -> I64:
        return np.maximum(product_words.numbers().sizes.count[self.noun], 1)

    @cached_property
    def _colors(self) -> I64:
        return np.maximum(product_words.numbers().colors.count[self.noun], 1)

    @cached_property
    def by_product(self) -> Groups:
        """SKUs of each product, at least one, and no more than it has sizes and colours.

        Only where the spec asks for more SKUs than there are variants of all products some come twice.
        """
        offered = self._sizes * (1 + self._choice.below("offered", self._colors)) - 1
        possible = self._sizes * self._colors - 1
        extra = self.skus - len(self.category)
        # Mostly each product has as many SKUs as a shop would offer; only a spec that asks for more gets all
        # that are possible, and only one that asks for still more gets some twice.
        weights = next((one for one in (offered, possible) if one.sum() >= extra), possible + 1)
        one_block = Groups(np.array([len(self.category)], np.int64))
        start = self.random.draw("products_skus.block", np.zeros(1, np.int64)).bits("start")
        return Groups(1 + systematic(weights, one_block, np.array([extra], np.int64), start))

    @cached_property
    def _run(self) -> I64:
        """How many sizes each product comes in."""
        count, sizes, colors = self.by_product.counts, self._sizes, self._colors
        # A run of neighbouring sizes, in one colour or in several: a shop offers S, M and L in blue and red
        # rather than any six of all combinations. The run grows where the colours are too few for the SKUs.
        wide = (count >= _MANY) & (colors > 1) & (self._choice.bits("wide") & 1 == 0)
        wanted = np.where(wide, -(-count // 2), count)
        result: I64 = np.minimum(np.maximum(wanted, -(-count // colors)), sizes)
        return result

    @cached_property
    def _first_size(self) -> I64:
        """The smallest size of each product; its run of sizes holds the reference size."""
        # Bands of price and weight are those of the reference size, so each product has a SKU of it.
        reference = product_words.numbers().reference[self.noun]
        lowest = np.maximum(reference - self._run + 1, 0)
        highest = np.minimum(reference, self._sizes - self._run)
        result: I64 = lowest + self._choice.below("first_size", highest - lowest + 1)
        return result

    def size(self, product: I64, variant: I64) -> I64:
        """The size of a product's variant as a place in the pool of sizes, -1 where it has none."""
        lists, noun = product_words.numbers().sizes, self.noun[product]
        place = lists.start[noun] + self._first_size[product] + variant % self._run[product]
        result: I64 = np.where(lists.count[noun] > 0, place, _NONE)
        return result

    def color(self, product: I64, variant: I64) -> I64:
        """The colour of a product's variant as a place in the pool of colours, -1 where it has none."""
        lists, noun = product_words.numbers().colors, self.noun[product]
        # Variants are numbered through the sizes of the first colour, then those of the next: so neighbouring
        # SKUs differ in size, and no pair comes twice while there are variants left.
        number = self._choice.bits("first_color")[product] + variant // self._run[product]
        return np.where(lists.count[noun] > 0, lists.start[noun] + number % self._colors[product], _NONE)
