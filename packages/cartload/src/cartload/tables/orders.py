"""The rows of orders and their items."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import sampling_keys
from cartload.schema import table
from cartload.tables.charges import NEVER
from cartload.tables.ids import numbered
from cartload.tables.lifecycle import Lifecycle
from cartload.tables.money import Money
from cartload.tables.world import Until, World

_STATUSES: Final = arrays.pool(table("order_details").column("status").values)
_CHANNELS: Final = arrays.pool(table("order_details").column("channel").values)
_ALSO_RETURNED: Final = 19_660
"""How many of 65,536 other items of a returned order come back too."""


@dataclass(frozen=True)
class Orders:
    """Orders with their items, money and outcome."""

    world: World
    money: Money
    life: Lifecycle

    @cached_property
    def _returned(self) -> tuple[I64, I64]:
        """Items that come back in the window, and how many pieces of each.

        Of every order that is returned it is at least one item.
        """
        items = self.money.items
        part = np.flatnonzero((self.life.returned <= self.world.last_moment).take(items.order))
        draw = self.world.random.draw("order_item.returned", items.rows[part])
        weights = self.world.return_weights.take(items.product[part])
        sort_keys = sampling_keys(weights, draw.bits("which"))
        opens = np.flatnonzero(items.by_order.place[part] == 0)
        if len(part) == 0:
            return part, part  # reduceat refuses an empty array
        first = np.repeat(np.minimum.reduceat(sort_keys, opens), np.diff(np.append(opens, len(part))))
        # Of each returned order the item with the smallest key comes back for certain, others by chance.
        comes = (sort_keys == first) | (draw.bits("also") < _ALSO_RETURNED)
        pieces = 1 + (draw.bits("pieces") * items.quantity[part] >> 16)
        return part[comes], pieces[comes]

    @cached_property
    def returned_quantity(self) -> I64:
        """How many pieces of each item come back in the window."""
        result = np.zeros(len(self.money.items.rows), np.int64)
        items, pieces = self._returned
        result[items] = pieces
        return result

    @cached_property
    def refund(self) -> I64:
        """The refund of each order in the window: for returned pieces, or its total if it is cancelled after
        payment.
        """
        # An order that was voided or never paid has no moment of payment: nothing is given back for it.
        last = self.world.last_moment
        cancelled = (self.life.cancelled <= last) & (self.life.paid <= last)
        result = np.where(cancelled, self.money.total, 0)
        items, pieces = self._returned
        # add.at and not +=, which would count only one of several items of an order.
        np.add.at(result, self.money.items.order[items], self.money.refund(items, pieces))
        return result

    def batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``order_details`` as they are at a moment."""
        orders, money, life = self.money.items.orders, self.money, self.life
        steps = (life.paid, life.shipped, life.delivered, life.cancelled, life.returned)
        placed = arrays.times(orders.placed)
        return self.world.batch(
            "order_details",
            orders.keys.column,
            numbered("ORD-", orders.rows + 1, 12),
            orders.customers.keys.of(orders.user),
            orders.addresses.keys.of(orders.address),
            arrays.take(_STATUSES, life.status(until)),
            arrays.constant(self.world.spec.currency, len(orders.rows)),
            *map(arrays.integers, (money.subtotal, money.discount, money.tax, money.shipping, money.total)),
            arrays.take(arrays.pool(money.campaigns.codes), money.coupon, money.discount > 0),
            arrays.take(_CHANNELS, orders.channel),
            placed,
            *(arrays.times(moments, moments <= until) for moments in steps),
            placed,
            arrays.times(life.updated(until)),
        )

    @cached_property
    def items_placed(self) -> I64:
        """When the order of each item was placed."""
        return self.money.items.orders.placed.take(self.money.items.order)

    @cached_property
    def items_returned(self) -> I64:
        """When pieces of each item come back; :data:`NEVER` where none does in the window."""
        result, back = np.full(len(self.money.items.rows), NEVER), self._returned[0]
        result[back] = self.life.returned[self.money.items.order[back]]
        return result

    def items_batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``order_item`` as they are at a moment."""
        items, money, orders = self.money.items, self.money, self.money.items.orders
        placed, back = self.items_placed, self.items_returned <= until
        return self.world.batch(
            "order_item",
            self.world.ids("order_item", items.rows),
            orders.keys.of(items.order),
            arrays.integers(1 + items.by_order.place, small=True),
            self.world.ids("products_skus", items.sku),
            arrays.integers(items.quantity, small=True),
            *map(arrays.integers, (items.price, money.line_total, money.line_discount, money.line_tax)),
            arrays.integers(np.where(back, self.returned_quantity, 0), small=True),
            arrays.times(placed),
            arrays.times(np.where(back, self.items_returned, placed)),
        )
