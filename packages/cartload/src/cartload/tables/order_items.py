"""Order items: SKU, quantity and price; no SKU twice in an order, none that was not on sale at the time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.kernels.loops import later_doubles
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, starts_of_runs, systematic, weighted_sample
from cartload.tables.on_sale import OnSale
from cartload.tables.placed_orders import PlacedOrders
from cartload.tables.preferences import COMPLEMENTS
from cartload.tables.world import World

_SINGLE: Final = 4_000
"""Ten-thousandths of all orders that have one item whatever the mean is."""
_BASKETS: Final = np.repeat((1, 2, 3, 4, 5, 6, 7, 8), (26, 16, 9, 6, 3, 2, 1, 1))
"""Weights by which the other orders get further items; ``counts.BASKET_SPREAD`` follows from them.

Numbers of items come out close to a geometric law: the negative binomial of shape 1 (Ehrenberg 1959).
"""
_SAME, _BESIDE, _LIKED = 128, 192, 228
"""Limits of eight bits for the category of further items.

Below the first it is the order's, below the second one that goes with it, below the third a favourite of the
customer's, else any.
"""


@dataclass(frozen=True)
class OrderItems:
    """Numbers of the items of a chunk's orders.

    An order is about one category, mostly a favourite of the customer's; further items mostly stay there or
    in one that goes with it. Within a category the product is chosen by popularity among those on sale that
    day; some items are the customer's usual product instead. The first item of an order is never drawn again,
    so first items follow popularity exactly.
    """

    world: World
    orders: PlacedOrders

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.orders.layout.rows("order_item")

    @cached_property
    def by_order(self) -> Groups:
        """Items of each order, at least one."""
        layout, weights = self.orders.layout, _BASKETS.take(self.orders.row.bits("items"))
        orders, items = layout.groups("order_details"), layout.groups("order_item")
        # Orders of one item are chosen first, by a sample of fixed size: systematic sampling alone would give
        # every order further items once the mean is high enough.
        quotas = orders.counts * _SINGLE // 10_000
        weights[weighted_sample(self.orders.place.bits("single"), orders, quotas)] = 0
        start = self.world.random.draw("order_item.block", layout.blocks).bits("start")
        return Groups(1 + systematic(weights, orders, items.counts - orders.counts, start))

    @cached_property
    def order(self) -> I64:
        """Order of each item, as a place in the chunk."""
        return self.by_order.owner

    @cached_property
    def row(self) -> Draw:
        """The draw behind product, category and quantity."""
        return self.world.random.draw("order_item.row", self.rows)

    @cached_property
    def category(self) -> I64:
        """Category that each item was looked for in."""
        # A second draw is made only for items that leave the category: half of the further ones.
        result: I64 = self.orders.category.take(self.order)
        mode = self.row.bits("mode")
        strays = np.flatnonzero((mode >= _SAME) & (self.by_order.place > 0))
        result[strays] = self._strayed(result[strays], mode[strays], strays)
        return result

    def _strayed(self, about: I64, mode: I64, items: I64) -> I64:
        """The categories of items that leave their order's category."""
        user = self.orders.user.take(self.order[items])
        draw = self.world.random.draw("order_item.other", self.rows[items])
        slot, anything = draw.bits("complement"), draw.bits("category")
        beside = self.world.preferences.complements.take(about * COMPLEMENTS + slot)
        buyers = self.orders.buyers
        liked = buyers.favourite(user, buyers.like(user, slot))
        anywhere = self.world.demand.category.take(anything)
        return np.where(mode < _BESIDE, beside, np.where(mode < _LIKED, liked, anywhere))

    @cached_property
    def _cells(self) -> I64:
        return self.world.demand.cells(self.category, self.orders.day.take(self.order))

    @cached_property
    def _chosen(self) -> tuple[I64, I64]:
        """Product and SKU of each item as drawn the first time."""
        demand = self.world.demand
        positions, words = demand.positions(self._cells, self.row.bits("product")), self.row.bits("sku")
        repeats = self.world.preferences.repeats.take(self.category)
        again = np.flatnonzero(self.row.bits("staple") < repeats)
        position, word = self._usual_products(again)
        # A usual product that is not on sale that day is left out: the item keeps the one it was drawn.
        sold = demand.sells(self._cells[again], position)
        positions[again[sold]], words[again[sold]] = position[sold], word[sold]
        products = demand.products(positions)
        return products, demand.sku(products, words)

    def _usual_products(self, items: I64) -> tuple[I64, I64]:
        """What customers always buy of a category: the product's position, and a word for its SKU."""
        # Drawn by customer and category instead of by item: so it is the same in every order of the customer.
        # There are fewer than 256 categories, so the two make one row number.
        owner = self.orders.customers.rows[self.orders.user.take(self.order[items])]
        category = self.category[items]
        draw = self.world.random.draw("order_item.staple", owner * 256 + category)
        return self.world.demand.in_category(category, draw.bits("product")), draw.bits("sku")

    @cached_property
    def _final(self) -> tuple[I64, I64]:
        """Product and SKU: drawn, drawn again where an order has it already, at last the next free one."""
        # Redrawing keeps to the popularity of products, taking the next one does not: so that comes last,
        # when two more draws did not help. It has to come at all, because a small catalogue may have no more
        # SKUs on sale than the basket has items. Only the orders that have a SKU twice are looked at again:
        # `part` holds all their items, because a new draw may hit one that was fine before.
        products, skus = self._chosen
        part = self._baskets(later_doubles(self.order, skus, self._most))
        for family in ("order_item.again_1", "order_item.again_2"):
            doubles = part[self._doubles(part, skus)]
            if len(doubles) == 0:
                return products, skus
            demand, again = self.world.demand, self.world.random.draw(family, self.rows[doubles])
            positions = demand.positions(self._cells[doubles], again.bits("product"))
            products[doubles] = demand.products(positions)
            skus[doubles] = demand.sku(products[doubles], again.bits("sku"))
        return self._probed(part, products, skus)

    @property
    def product(self) -> I64:
        """Product of each item as a row number."""
        return self._final[0]

    @property
    def sku(self) -> I64:
        """SKU of each item as a row number."""
        return self._final[1]

    def _doubles(self, part: I64, skus: I64) -> I64:
        """Places in ``part``, items of whole orders, of those whose SKU stands earlier in the order."""
        return later_doubles(self.order[part], skus[part], self._most)

    @cached_property
    def _most(self) -> int:
        """How many items the largest order has."""
        return int(self.by_order.counts.max(initial=0))

    def _baskets(self, items: I64) -> I64:
        """All items of the orders to which some items belong, given in ascending order."""
        orders = self.order[items]
        orders = orders[starts_of_runs(orders)]
        baskets = Groups(self.by_order.counts[orders])
        return self.by_order.starts[orders].take(baskets.owner) + baskets.place

    def _probed(self, part: I64, products: I64, chosen: I64) -> tuple[I64, I64]:
        """SKUs that are still twice in their order move to the next one on sale until none is left."""
        # An order never has more items than SKUs are on sale (the spec is refused otherwise), so this ends.
        part = self._baskets(part[self._doubles(part, chosen)])
        if len(part) == 0:
            return products, chosen
        moved = np.zeros(len(part), bool)
        moved[self._doubles(part, chosen)] = True
        on_sale = OnSale.at(self.world.catalogue, self.orders.placed[self.order[part]])
        place = self.world.random.draw("order_item.probe", self.rows[part]).below("start", on_sale.sizes)
        while moved_now := _still_double(self.order[part], chosen[part], moved):
            hit = np.array(moved_now)
            chosen[part[hit]] = on_sale.sku(hit, place[hit])
            place[hit] += 1
        products[part] = self.world.catalogue.product_of_sku[chosen[part]]
        return products, chosen

    @cached_property
    def quantity(self) -> I64:
        """How many pieces: one, and a geometric number more by kind of goods and price."""
        return self.world.quantities.of(self.sku, self.row.bits("quantity"))

    @cached_property
    def price(self) -> I64:
        """Price of one piece."""
        return self.world.catalogue.price.take(self.sku)


def _still_double(orders: I64, skus: I64, moved: np.typing.NDArray[np.bool_]) -> list[int]:
    """Positions that share order and SKU with another: all but one, which if possible was never moved."""
    # Sorted by order, then SKU, then those that were never moved, then position: the first of each run stays.
    # So items that were fine keep their SKU, above all the first of an order.
    order = np.lexsort((np.arange(len(skus)), moved, skus, orders))
    same = (orders[order[1:]] == orders[order[:-1]]) & (skus[order[1:]] == skus[order[:-1]])
    result: list[int] = np.sort(order[1:][same]).tolist()
    return result
