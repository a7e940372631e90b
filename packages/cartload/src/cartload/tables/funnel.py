"""The funnel: the products of each visit, and which are seen, put into the cart and taken out of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.calendar.timeline import DAY
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups
from cartload.spec import session_rates as rates
from cartload.spec.counts import EVENTS_OF_A_SESSION
from cartload.tables.buyers import ANYTHING
from cartload.tables.visits import BOUNCE, CART, LOOK, PURCHASE, Flags, Visits
from cartload.tables.world import World

_STAYS: Final = 192
"""Of 256 products that somebody looks at, so many are of the category that the visit is about."""


@dataclass(frozen=True)
class Funnel:
    """What happens to the products of visits, one entry for each product of each visit.

    An order's visits have a product for each of its items, then further ones: those are never bought.
    """

    visits: Visits

    @property
    def _world(self) -> World:
        return self.visits.items.world

    @cached_property
    def _items(self) -> I64:
        """How many items the order of each visit has; 0 for those without one."""
        order, by_order = self.visits.order, self.visits.items.by_order
        if by_order.total == 0:
            return np.zeros(len(order), np.int64)
        return np.where(order >= 0, by_order.counts.take(np.maximum(order, 0)), 0)

    @cached_property
    def by_visit(self) -> Groups:
        """Products of each visit."""
        visits = self.visits
        bits, kind = visits.draw.bits("products"), visits.kind
        alone = np.where(bits < rates.BOUNCES_ON_PRODUCT, 1, 0)
        more = np.where(kind == PURCHASE, rates.ALSO_LOOKED_AT.take(bits), 0)
        looked = np.where(visits.order >= 0, self._items + more, rates.LOOKED_AT.take(bits))
        return Groups(np.where(kind == BOUNCE, alone, looked))

    @cached_property
    def visit(self) -> I64:
        """Visit of each."""
        return self.by_visit.owner

    @cached_property
    def _kind(self) -> I64:
        return self.visits.kind.take(self.visit)

    @cached_property
    def _draw(self) -> Draw:
        number = self.visits.rows.take(self.visit) * EVENTS_OF_A_SESSION + self.by_visit.place
        return self._world.random.draw("events.product", number)

    @cached_property
    def _is_ordered(self) -> Flags:
        """Whether each is the product of an item of the visit's order."""
        result: Flags = self.by_visit.place < self._items.take(self.visit)
        return result

    @cached_property
    def category(self) -> I64:
        """The category that each visit is about: its order's, else one that the customer likes."""
        visits, orders, demand = self.visits, self.visits.items.orders, self._world.demand
        result: I64 = demand.category.take(visits.more.bits("category"))
        user = np.maximum(visits.user, 0)
        like = orders.buyers.like(user, visits.more.bits("favourite"))
        liked = (visits.user >= 0) & (like != ANYTHING)
        result = np.where(liked, orders.buyers.favourite(user, like), result)
        if len(orders.rows) == 0:
            return result
        return np.where(visits.order >= 0, orders.category.take(np.maximum(visits.order, 0)), result)

    @cached_property
    def _found(self) -> tuple[I64, Flags]:
        """Product of each, and whether it is that of an item of the order."""
        items, visits, demand = self.visits.items, self.visits, self._world.demand
        moment = visits.moment.take(self.visit)
        any_category = demand.category.take(self._draw.bits("category"))
        stays = self._draw.bits("mode") < _STAYS
        category = np.where(stays, self.category.take(self.visit), any_category)
        cells = demand.cells(category, moment // DAY)
        product = demand.products(demand.positions(cells, self._draw.bits("product")))
        ordered = np.flatnonzero(self._is_ordered)
        order = visits.order[self.visit[ordered]]
        wanted = items.product[items.by_order.starts.take(order) + self.by_visit.place[ordered]]
        # What is not on sale yet cannot be looked at: something else of its category is.
        there = self._world.catalogue.launched.take(wanted) <= moment[ordered]
        product[ordered[there]] = wanted[there]
        is_ordered = self._is_ordered.copy()
        is_ordered[ordered[~there]] = False
        return product, is_ordered

    @property
    def product(self) -> I64:
        """Product of each as a row number; on sale when the visit begins or, with a purchase, ends."""
        return self._found[0]

    @cached_property
    def is_bought(self) -> Flags:
        """Whether each is bought in its visit."""
        result: Flags = self._found[1] & (self._kind == PURCHASE)
        return result

    @cached_property
    def _is_last(self) -> Flags:
        result: Flags = self.by_visit.place == self.by_visit.counts.take(self.visit) - 1
        return result

    @cached_property
    def is_viewed(self) -> Flags:
        """Whether each is viewed: but for some that are bought and were viewed in an earlier visit."""
        known = np.zeros(len(self.product), bool)
        bought = np.flatnonzero(self.is_bought)
        looked = self.visits.last_look[self.visits.order[self.visit[bought]]]
        known[bought] = self._world.catalogue.launched.take(self.product[bought]) <= looked
        return ~known | (self._draw.bits("mode") >= rates.NOT_SEEN_AGAIN)

    @cached_property
    def is_taken_out(self) -> Flags:
        """Whether each is put into the cart and taken out of it again."""
        bits = self._draw.bits("cart")
        limit = np.where(
            self._kind == PURCHASE,
            np.where(self.is_bought, 0, rates.TAKEN_OUT_BEFORE_PURCHASE),
            np.where((self._kind == CART) & ~self._is_last, rates.TAKEN_OUT, 0),
        )
        result: Flags = bits < limit
        return result

    @cached_property
    def is_added(self) -> Flags:
        """Whether each is put into the cart: what is bought, and the last product of a cart left behind."""
        some = (self._kind == CART) & (self._is_last | (self._draw.bits("cart") < rates.PUT_IN_CART))
        result: Flags = self.is_bought | self.is_taken_out | some
        return result

    @cached_property
    def lands(self) -> Flags:
        """Whether each visit begins with a page; the others begin with the first product."""
        visits, counts = self.visits, self.by_visit.counts
        on_product = visits.more.bits("landing") < rates.LANDS_ON_PRODUCT
        if len(self.visit):
            # The last visit may have no product, and start behind the last one.
            opens = np.minimum(self.by_visit.starts, len(self.visit) - 1)
            on_product &= self.is_viewed.take(opens)
        on_product &= (visits.kind != LOOK) | (counts > 1)
        return np.where(visits.kind == BOUNCE, counts == 0, ~on_product)

    @cached_property
    def finder(self) -> I64:
        """What comes before each product: 0 nothing, 1 a page, 2 a search."""
        bits, place = self._draw.bits("finder"), self.by_visit.place
        limits = np.array(rates.FINDERS, np.int64)
        row = np.minimum(place, 1)
        found = (bits >= limits[row, 0]).astype(np.int64) + (bits >= limits[row, 1])
        sought = self.is_viewed & ((place > 0) | self.lands.take(self.visit)) & (self._kind != BOUNCE)
        return np.where(sought, found, 0)

    @cached_property
    def shows_cart(self) -> Flags:
        """Whether each visit looks at its cart."""
        has_cart = (self.visits.kind == CART) | (self.visits.kind == PURCHASE)
        wants = self.visits.more.bits("checkout") < rates.SHOWS_CART
        result: Flags = has_cart & (wants | (self.taken_out > 0))
        return result

    @cached_property
    def taken_out(self) -> I64:
        """How many products each visit takes out of its cart."""
        return self.by_visit.sums(self.is_taken_out.astype(np.int64))

    @cached_property
    def checks_out(self) -> Flags:
        """Whether each visit begins to check out."""
        word = self.visits.more.bits("checkout")
        # The bits are used twice, mixed the second time: looking at the cart tells nothing of what follows.
        leaves_late = (word * 37 + 11 & 0xFF) < rates.CHECKS_OUT
        result: Flags = (self.visits.kind == PURCHASE) | (self.visits.kind == CART) & leaves_late
        return result
