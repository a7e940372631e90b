"""The pages of the shop: paths as one pool, with the numbers that address them, and searches."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.catalogue import product_words
from cartload.columns import arrays, pools
from cartload.randomness.fixed_point import I64
from cartload.tables.product_texts import Texts
from cartload.tables.world import World

HOME, CART, CHECKOUT, THANKS = range(4)
_FIXED: Final = ("/", "/cart", "/checkout", "/checkout/complete")


@dataclass(frozen=True)
class Pages:
    """All pages of a catalogue's shop; made at first use and kept, some 60 bytes for each product."""

    world: World

    @cached_property
    def urls(self) -> Any:
        """The fixed pages, those of categories, of sub-categories, of searches, and of products."""
        words, products = product_words.sub_categories(), np.arange(self.world.catalogue.products)
        slugs = Texts(self.world, products).slug
        parts = [
            arrays.pool(_FIXED),
            _joined("/categories/", words.category_slugs),
            _joined("/categories/", words.sub_slugs),
            arrays.pool([f"/search?q={query.replace(' ', '+')}" for query in self._queries]),
            arrays.joined("/products/", slugs, rows=len(products)),
        ]
        return pools.known(pa.concat_arrays(parts))

    @cached_property
    def _queries(self) -> list[str]:
        nouns = product_words.texts().nouns.to_pylist()
        return [product_words.slug(noun).replace("-", " ") for noun in nouns]

    @cached_property
    def queries(self) -> Any:
        """What people search for: what kind of thing a product is."""
        return arrays.pool(self._queries)

    def category(self, category: I64) -> I64:
        """The page of each category."""
        return len(_FIXED) + category

    def sub_category(self, products: I64) -> I64:
        """The page of the sub-category of each product."""
        catalogue, known = self.world.catalogue, product_words.sub_categories()
        category, place = np.divmod(catalogue.sub_category.take(products), self._subs)
        result: I64 = self._first_sub + known.subs.start.take(category) + place
        return result

    def search(self, query: I64) -> I64:
        """The page of each search."""
        return self._first_sub + len(product_words.sub_categories().sub_slugs) + query

    def product(self, products: I64) -> I64:
        """The page of each product."""
        return self.search(products) + len(self._queries)

    @cached_property
    def _subs(self) -> int:
        return self.world.spec.catalogue.sub_categories

    @cached_property
    def _first_sub(self) -> int:
        return len(_FIXED) + len(product_words.sub_categories().category_slugs)

    @cached_property
    def product_keys(self) -> Any:
        """Keys of all products, to refer to them where some rows have none: a pool, or integers."""
        made = self.world.ids("products", np.arange(self.world.catalogue.products))
        return pools.known(made) if self.world.spec.ids == "uuid" else made


def _joined(start: str, slugs: Any) -> Any:
    return arrays.joined(start, slugs, rows=len(slugs))
