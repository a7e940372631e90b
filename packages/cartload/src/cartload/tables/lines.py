"""Order lines: which SKUs, how many; no SKU twice in an order, none off sale when it was ordered."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.counts import ten_thousandths
from cartload.draws import Draw
from cartload.fixed import I64, exponential, log2, power_law
from cartload.sampling import Groups, later_doubles, systematic
from cartload.tables.orders import Orders
from cartload.tables.shelf import Shelf
from cartload.tables.world import World

_BASKETS: Final = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 8], np.int64)
"""Weights by which lines are given to orders; the largest is ``counts.SPREAD`` times the smallest."""
_MOST_PIECES: Final = 20
_QUANTITY_BITS: Final = 24
_SKU_SHIFT: Final = 1 << 20


@dataclass(frozen=True)
class Lines:
    """Numbers of the lines of a chunk's orders."""

    world: World
    orders: Orders

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.orders.layout.rows("order_item")

    @cached_property
    def by_order(self) -> Groups:
        """Lines of each order, at least one."""
        layout, weights = self.orders.layout, _BASKETS[self.orders.row.bits("items") >> 4]
        orders, lines = layout.groups("order_details"), layout.groups("order_item")
        start = self.world.random.draw("order_item.block", layout.blocks).bits("start")
        return Groups(1 + systematic(weights, orders, lines.counts - orders.counts, start))

    @cached_property
    def order(self) -> I64:
        """Order of each line, as a place in the chunk."""
        return self.by_order.owner

    @cached_property
    def row(self) -> Draw:
        """The draw behind category, quantity and returned pieces."""
        return self.world.random.draw("order_item.category", self.rows)

    @cached_property
    def _moment(self) -> I64:
        return self.orders.placed[self.order]

    @cached_property
    def sku(self) -> I64:
        """SKU of each line as a row number: drawn, drawn again where doubled, at last the next free one."""
        product = self.world.random.draw("order_item.product", self.rows)
        chosen = self._chosen(self.row, product, np.arange(len(self.rows)))
        for family in ("order_item.again_1", "order_item.again_2"):
            doubles = later_doubles(self.order * _SKU_SHIFT + chosen)
            if len(doubles) == 0:
                return chosen
            again = self.world.random.draw(family, self.rows[doubles])
            chosen[doubles] = self._chosen(again, again, doubles)
        return self._probed(chosen)

    def _chosen(self, category: Draw, product: Draw, lines: I64) -> I64:
        """A SKU on sale for each of the lines: category, product by popularity, variant."""
        catalogue = self.world.catalogue
        kinds = np.searchsorted(
            self._category_ends, category.below("category", self._category_total), "right"
        )
        first, after = catalogue.on_sale(kinds, self._moment[lines])
        least, most = catalogue.popularity[first], catalogue.popularity[after]
        chosen = catalogue.popular(least + product.below("product", most - least))
        start = catalogue.first_sku[chosen]
        return start + product.below("sku", catalogue.first_sku[chosen + 1] - start)

    @cached_property
    def _category_ends(self) -> I64:
        return np.cumsum(power_law(np.arange(1, self.world.catalogue.categories + 1), 5_000))

    @property
    def _category_total(self) -> int:
        return int(self._category_ends[-1])

    def _probed(self, chosen: I64) -> I64:
        """The doubles that are left take the next SKU on sale, round and round, until none is left."""
        doubles = later_doubles(self.order * _SKU_SHIFT + chosen)
        if len(doubles) == 0:
            return chosen
        orders = np.unique(self.order[doubles])
        part = np.flatnonzero(np.isin(self.order, orders))
        moved = np.isin(part, doubles)
        shelf = Shelf.at(self.world.catalogue, self._moment[part])
        place = self.world.random.draw("order_item.probe", self.rows[part]).below("start", shelf.sizes)
        while moved_now := _unsettled(self.order[part], chosen[part], moved):
            hit = np.array(moved_now)
            chosen[part[hit]] = shelf.sku(hit, place[hit])
            place[hit] += 1
        return chosen

    @cached_property
    def quantity(self) -> I64:
        """Pieces: one, and a geometric number more, 20 at most."""
        extra = ten_thousandths(self.world.spec.orders.quantity) - 10_000
        if extra == 0:
            return np.ones(len(self.rows), np.int64)
        both, one = log2(np.array([10_000 + extra, extra], np.int64))
        more = exponential(self.row.bits("quantity"), _QUANTITY_BITS) // (both - one)
        result: I64 = np.minimum(1 + more, _MOST_PIECES)
        return result

    @cached_property
    def price(self) -> I64:
        """Price of one piece."""
        return self.world.catalogue.price[self.sku]


def _unsettled(orders: I64, skus: I64, moved: np.typing.NDArray[np.bool_]) -> list[int]:
    """Positions that share order and SKU with another: of each such group all but one, those moved first."""
    order = np.lexsort((np.arange(len(skus)), moved, skus, orders))
    same = (orders[order[1:]] == orders[order[:-1]]) & (skus[order[1:]] == skus[order[:-1]])
    result: list[int] = np.sort(order[1:][same]).tolist()
    return result
