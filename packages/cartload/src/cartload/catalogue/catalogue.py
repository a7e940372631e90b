"""The catalogue's numbers, the only data that an engine keeps in memory.

Products are sorted by category, then by launch, and are discontinued in the same order. So the products of a
category that are on sale at a moment are one range, which two binary searches find.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from cartload.calendar import timeline
from cartload.catalogue import pricing, product_words
from cartload.catalogue.assortment import Assortment
from cartload.randomness.draws import Randomness
from cartload.randomness.fixed_point import I64, power_law
from cartload.randomness.sampling import Groups, systematic
from cartload.spec import counts
from cartload.spec.model import Spec, ten_thousandths
from cartload.vocabulary import product_types

_AHEAD: Final = 3 * 365 * timeline.DAY
"""How long before the window the first products were launched."""
_PRODUCT_LEAD: Final = 14 * timeline.DAY
_CATEGORY_LEAD: Final = 60 * timeline.DAY
_GRACE: Final = 30 * timeline.DAY
"""A product is discontinued this long after the launch of the one that replaces it."""
_NEVER: Final = 1 << 43
_CATEGORY_SHIFT: Final = np.int64(1 << 44)
"""Above all moments of one category, of which :data:`_NEVER` is the last: a shift for each keeps them apart.
"""


@dataclass(frozen=True)
class Catalogue:
    """Categories, products and SKUs of a resolved spec as arrays; moments in milliseconds since 1970."""

    spec: Spec
    random: Randomness

    @cached_property
    def start(self) -> int:
        """No product was launched before this moment."""
        return timeline.window_start(self.spec.window) - _AHEAD

    @cached_property
    def end(self) -> int:
        """The first moment after the window."""
        return timeline.window_end(self.spec.window)

    @cached_property
    def categories(self) -> int:
        """Number of categories."""
        return self.spec.catalogue.categories

    @property
    def category_names(self) -> tuple[str, ...]:
        """Name of each category."""
        return tuple(category.name for category in product_types.categories()[: self.categories])

    @cached_property
    def products(self) -> int:
        """Number of products."""
        return counts.catalogue_rows(self.spec, "products")

    @cached_property
    def skus(self) -> int:
        """Number of SKUs."""
        return counts.catalogue_rows(self.spec, "products_skus")

    @cached_property
    def by_category(self) -> Groups:
        """Products of each category, at least one."""
        # The same square root of the category's place by which its demand falls (tables/product_demand.py):
        # so a product of a large category sells about as often as one of a small category.
        weights = power_law(np.arange(1, self.categories + 1), 5_000)
        extra = np.array([self.products - self.categories], np.int64)
        one_block = Groups(np.array([self.categories], np.int64))
        # One product for each category first: none may be empty. The offset is 0 and not drawn, so that two
        # seeds have catalogues of the same shape.
        return Groups(1 + systematic(weights, one_block, extra, np.zeros(1, np.int64)))

    @cached_property
    def category(self) -> I64:
        """Category of each product."""
        return self.by_category.owner

    @cached_property
    def sub_category(self) -> I64:
        """Row number of each product's sub-category."""
        result: I64 = self.category * self.spec.catalogue.sub_categories + self.assortment.sub_place
        return result

    @cached_property
    def noun(self) -> I64:
        """What kind of thing each product is, as a number: two makers' bread knives have the same one."""
        return self.assortment.noun

    @cached_property
    def assortment(self) -> Assortment:
        """Noun, brand, material and variants of each product."""
        place = self._row.below("sub_category", self.spec.catalogue.sub_categories)
        return Assortment(self.random, self.category, place, self.skus)

    @cached_property
    def category_created(self) -> I64:
        """When each category was made."""
        draw = self.random.draw("categories.row", np.arange(self.categories))
        return self.start - 2 * _CATEGORY_LEAD + draw.below("created", _CATEGORY_LEAD // 2)

    @cached_property
    def sub_category_created(self) -> I64:
        """When each sub-category was made."""
        rows = self.categories * self.spec.catalogue.sub_categories
        draw = self.random.draw("sub_categories.row", np.arange(rows))
        return self.start - _CATEGORY_LEAD + draw.below("created", _CATEGORY_LEAD // 2)

    @cached_property
    def _row(self) -> Any:
        return self.random.draw("products.row", np.arange(self.products))

    @cached_property
    def launched(self) -> I64:
        """When each product came on sale: three in five before the window, the rest during it."""
        size = np.repeat(self.by_category.counts, self.by_category.counts)
        # Rounded up, so that even a category of one product has one that is on sale when the window opens.
        # None is launched in the last twentieth of the window.
        place, before = self.by_category.place, -(-size * 3 // 5)
        opens = timeline.window_start(self.spec.window)
        early = self.start + self._spaced(place, before, _AHEAD - timeline.DAY)
        late = opens + self._spaced(place - before, size - before, (self.end - opens) * 19 // 20)
        return np.where(place < before, early, late)

    def _spaced(self, place: I64, slots: I64, span: int) -> I64:
        """Increasing moments: one in each of equal slots of a span."""
        # One draw in each slot is sorted already: row numbers follow launches without a sort, and no
        # product's moment depends on another's draw.
        slots = np.maximum(slots, 1)
        result: I64 = (place * span + self._row.below("launch", span)) // slots
        return result

    @cached_property
    def ends(self) -> I64:
        """When each product is discontinued, be it after the window; far in the future where it never is."""
        size = np.repeat(self.by_category.counts, self.by_category.counts)
        place, first = self.by_category.place, np.arange(self.products)
        successor = np.minimum(first + -(-size // 2), self.products - 1)
        # The first quarter is discontinued, each after the launch of the product half a list later: whatever
        # the moment, at least half of the category is on sale (counts.fewest_on_sale relies on it).
        return np.where(place < size // 4, self.launched[successor] + _GRACE, self.start + _NEVER)

    @cached_property
    def created(self) -> I64:
        """When each product's row was made."""
        result: I64 = self.launched - self._row.below("prepared", _PRODUCT_LEAD)
        return result

    @cached_property
    def quality(self) -> I64:
        """Hidden quality of each product, 0 to 255: ratings and returns come from it."""
        result: I64 = self._row.bits("quality")
        return result

    @property
    def by_product(self) -> Groups:
        """SKUs of each product, at least one."""
        return self.assortment.by_product

    @cached_property
    def first_sku(self) -> I64:
        """The first SKU of each product, and after the last product the number of SKUs."""
        return np.concatenate((self.by_product.starts, [self.skus]))

    @cached_property
    def product_of_sku(self) -> I64:
        """Product of each SKU."""
        return self.by_product.owner

    @cached_property
    def price(self) -> I64:
        """Price of each SKU in minor units: within its noun's band, dearer for larger sizes."""
        # One price for the product, in the band of its noun, and from that the prices of its sizes: so
        # colours of one size cost the same, and all sizes end in the same digits.
        numbers, chosen = product_words.numbers(), self.assortment
        draw = self.random.draw("products.price", np.arange(self.products))
        base = pricing.base(
            numbers.price_low[chosen.noun],
            numbers.price_high[chosen.noun],
            draw.bits("level"),
            numbers.brand_level[chosen.brand],
            numbers.level_of_material(chosen.material),
        )
        percent = numbers.percent(numbers.size_price, self.size)
        usual = base[self.product_of_sku]
        return pricing.charming(usual * percent // 100, usual, draw.bits("ending")[self.product_of_sku])

    @cached_property
    def size(self) -> I64:
        """Size of each SKU as a place in the vocabulary's sizes, -1 where it has none."""
        return self.assortment.size(self.product_of_sku, self.by_product.place)

    @property
    def rank(self) -> I64:
        """Rank of each product by popularity within its category, from 1 for what sells best."""
        # Ranks are drawn with replacement and independently of the launch, so that neither the order of rows
        # nor the age of a product tells its popularity.
        size = np.repeat(self.by_category.counts, self.by_category.counts)
        return 1 + self.random.draw("products.rank", np.arange(self.products)).below("rank", size)

    @cached_property
    def popularity(self) -> I64:
        """Running sum of the products' weights, from 0: ranks of Zipf's law drawn within each category."""
        weights = power_law(self.rank, ten_thousandths(self.spec.skew.products))
        return np.concatenate((np.zeros(1, np.int64), np.cumsum(weights)))

    @cached_property
    def _launch_keys(self) -> I64:
        # Category and moment in one sorted key: one binary search serves all categories.
        return self.category * _CATEGORY_SHIFT + (self.launched - self.start)

    @cached_property
    def _end_keys(self) -> I64:
        return self.category * _CATEGORY_SHIFT + (self.ends - self.start)

    def on_sale(self, category: I64, moment: I64) -> tuple[I64, I64]:
        """First product on sale and first after, of a category at a moment of the window; never empty."""
        keys = category * _CATEGORY_SHIFT + (moment - self.start)
        first = np.searchsorted(self._end_keys, keys, side="right")
        after = np.searchsorted(self._launch_keys, keys, side="right")
        return first, after
