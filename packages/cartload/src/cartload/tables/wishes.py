"""Wish lists: products that a customer put there, each once; some of them are bought later."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from cartload.calendar.timeline import DAY
from cartload.columns import arrays
from cartload.kernels.loops import later_doubles
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64, exponentials
from cartload.randomness.sampling import Groups, systematic
from cartload.spec.counts import SPREAD
from cartload.tables.buyers import ANYTHING
from cartload.tables.order_items import OrderItems
from cartload.tables.world import Until

_BOUGHT: Final = 72
"""How many of 256 wishes of a buyer are for something that is bought later."""
_REMOVED: Final = 100
"""How many of 256 other wishes are taken off the list again, sooner or later."""
_USUAL_STAY: Final = 45 * DAY // 94_548
"""Milliseconds for each unit of an exponential time whose mean is 94,548."""


@dataclass(frozen=True)
class Wishes:
    """Numbers of the wishes of a chunk's customers, whose orders are those of ``items``."""

    items: OrderItems

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.items.orders.layout.rows("wishlist")

    @cached_property
    def by_user(self) -> Groups:
        """Wishes of each customer."""
        layout = self.items.orders.layout
        weights = 1 + self.items.orders.buyers.pace.below("wishes", SPREAD)
        start = self.items.world.random.draw("wishlist.block", layout.blocks).bits("start")
        return Groups(systematic(weights, layout.groups("users"), layout.groups("wishlist").counts, start))

    @cached_property
    def user(self) -> I64:
        """Customer of each wish, as a place in the chunk."""
        return self.by_user.owner

    @cached_property
    def _row(self) -> Draw:
        return self.items.world.random.draw("wishlist.row", self.rows)

    @cached_property
    def _time(self) -> Draw:
        return self.items.world.random.draw("wishlist.time", self.rows)

    @cached_property
    def _drawn(self) -> tuple[I64, I64]:
        """Product of each wish, and the item by which it was bought, -1 for none."""
        chosen, bought = self._liked(self._row, np.arange(len(self.rows))), self._bought_by
        # A wish that is bought later is worked out backwards: first which of the customer's items it becomes,
        # and from that its product. The other wishes are for what the customer likes.
        hit = np.flatnonzero(bought >= 0)
        chosen[hit] = self.items.product[bought[hit]]
        for family in ("wishlist.again_1", "wishlist.again_2"):
            doubles = later_doubles(self.user, chosen, self._most)
            if len(doubles) == 0:
                return chosen, bought
            again = self.items.world.random.draw(family, self.rows[doubles])
            chosen[doubles], bought[doubles] = self._liked(again, doubles), -1
        return self._probed(chosen, bought)

    @property
    def product(self) -> I64:
        """Product of each wish as a row number."""
        return self._drawn[0]

    @cached_property
    def _bought_by(self) -> I64:
        """An item of the customer's for some wishes, -1 for the others."""
        orders, by_order = self.items.orders, self.items.by_order
        if by_order.total == 0:
            return np.full(len(self.rows), -1)
        opens = np.append(by_order.starts, by_order.total)
        first = opens.take(orders.by_user.starts.take(self.user))
        count = opens.take(orders.by_user.ends.take(self.user)) - first
        line = first + (self._time.bits("line") * count >> 16)
        return np.where((count > 0) & (self._row.bits("bought") < _BOUGHT), line, -1)

    def _liked(self, draw: Draw, wishes: I64) -> I64:
        """A product of a category that the customer likes, by popularity, on sale or not."""
        demand, buyers, user = self.items.world.demand, self.items.orders.buyers, self.user[wishes]
        like = buyers.like(user, self._row.bits("favourite")[wishes])
        anything = demand.category.take(draw.bits("category"))
        category = np.where(like == ANYTHING, anything, buyers.favourite(user, like))
        return demand.products(demand.in_category(category, draw.bits("product")))

    @cached_property
    def _most(self) -> int:
        """Wishes of the customer who has the most."""
        return int(self.by_user.counts.max(initial=0))

    def _probed(self, chosen: I64, bought: I64) -> tuple[I64, I64]:
        """Products that are still twice on their list move to the next one until none is left."""
        # Nobody has more wishes than there are products (the spec is refused otherwise), so this ends.
        while len(doubles := later_doubles(self.user, chosen, self._most)):
            chosen[doubles] = (chosen[doubles] + 1) % self.items.world.catalogue.products
            bought[doubles] = -1
        return chosen, bought

    @cached_property
    def created(self) -> I64:
        """When each was put on the list: at the hours at which customers order, before it was bought."""
        orders, world = self.items.orders, self.items.world
        signed_up, zone = orders.customers.signed_up.take(self.user), orders.customers.zone.take(self.user)
        possible = np.maximum(signed_up, world.catalogue.launched.take(self.product))
        until = np.where(self._is_bought, self._bought_at, world.last_moment)
        low, high = (world.orders.position(world.clock.local(zone, edge)) for edge in (possible, until))
        position = low + (self._time.bits("created") * ((high - low) / (1 << 24))).astype(np.int64)
        moments = world.clock.utc(zone, world.orders.moment(position))
        # Local time has no exact inverse on days on which clocks change: the bounds hold whatever it gives.
        return np.minimum(np.maximum(moments, possible), until)

    @cached_property
    def _is_bought(self) -> np.typing.NDArray[np.bool_]:
        """Whether each was bought in the end."""
        result: np.typing.NDArray[np.bool_] = self._drawn[1] >= 0
        return result

    @cached_property
    def _bought_at(self) -> I64:
        if self.items.by_order.total == 0:
            return np.zeros(len(self.rows), np.int64)
        return self.items.orders.placed.take(self.items.order.take(np.maximum(self._drawn[1], 0)))

    @cached_property
    def removed(self) -> I64:
        """When each leaves the list: bought, or after a while; later than the window where it stays."""
        gone = self._row.bits("removed") < _REMOVED
        last = self.items.world.last_moment
        later = self.created + 1 + exponentials().take(self._time.bits("removed")) * _USUAL_STAY
        return np.where(self._is_bought, self._bought_at, np.where(gone, later, last + 1))

    def batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``wishlist`` as they are at a moment."""
        world, customers = self.items.world, self.items.orders.customers
        gone = self.removed <= until
        return world.batch(
            "wishlist",
            world.ids("wishlist", self.rows),
            customers.keys.of(self.user),
            world.ids("products", self.product),
            arrays.times(self.removed, gone),
            arrays.times(self.created),
            arrays.times(np.where(gone, self.removed, self.created)),
        )
