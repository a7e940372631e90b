"""The rows of orders and their lines."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload import arrays
from cartload.fixed import I64
from cartload.ids import numbered
from cartload.schema import table
from cartload.tables.lifecycle import RETURNED, Lifecycle
from cartload.tables.money import PERCENTS, Money
from cartload.tables.world import World

_STATUSES: Final = arrays.pool(table("order_details").column("status").values)
_CHANNELS: Final = arrays.pool(table("order_details").column("channel").values)
_COUPONS: Final = arrays.pool([f"SAVE{percent}" for percent in PERCENTS])
_ALSO_RETURNED: Final = 19_660
"""Of 65,536 other lines of a returned order so many come back too."""


@dataclass(frozen=True)
class Sales:
    """Orders with their lines, money and fate."""

    world: World
    money: Money
    life: Lifecycle

    @cached_property
    def returned_quantity(self) -> I64:
        """Pieces of each line that came back: some of one line at least, where the order was returned."""
        lines, orders = self.money.lines, self.money.lines.orders
        main = orders.draw("card").below("main_line", lines.by_order.counts)
        chance = lines.row.bits("returned")
        comes = (lines.by_order.place == main[lines.order]) | (chance < _ALSO_RETURNED)
        back = comes & (self.life.status == RETURNED)[lines.order]
        return np.where(back, 1 + ((chance & 0xFF) * lines.quantity >> 8), 0)

    @cached_property
    def refund(self) -> I64:
        """What each order gives back: for returned pieces, or all when it was cancelled after payment."""
        cancelled = self.life.shown(self.life.cancelled) & self.life.shown(self.life.paid)
        return np.where(cancelled, self.money.total, self.money.refund(self.returned_quantity))

    def orders(self) -> pa.RecordBatch:
        """The rows of ``order_details``."""
        orders, money, life = self.money.lines.orders, self.money, self.life
        placed = arrays.times(orders.placed)
        return self.world.batch(
            "order_details",
            self.world.ids("order_details", orders.rows),
            numbered("ORD-", orders.rows + 1, 3),
            self.world.ids("users", orders.people.rows[orders.user]),
            self.world.ids("addresses", orders.addresses.rows[orders.address]),
            arrays.take(_STATUSES, life.status),
            arrays.constant(self.world.spec.currency, len(orders.rows)),
            *map(arrays.integers, (money.subtotal, money.discount, money.tax, money.shipping, money.total)),
            arrays.take(_COUPONS, money.percent, money.discount > 0),
            arrays.take(_CHANNELS, orders.channel),
            placed,
            *map(self._shown, (life.paid, life.shipped, life.delivered, life.cancelled, life.returned)),
            placed,
            arrays.times(life.updated),
        )

    def _shown(self, moments: I64) -> Any:
        return arrays.times(moments, self.life.shown(moments))

    def lines(self) -> pa.RecordBatch:
        """The rows of ``order_item``."""
        lines, money = self.money.lines, self.money
        orders, returned = lines.orders, self.returned_quantity
        placed = orders.placed[lines.order]
        updated = np.where(returned > 0, self.life.returned[lines.order], placed)
        return self.world.batch(
            "order_item",
            self.world.ids("order_item", lines.rows),
            self.world.ids("order_details", orders.rows[lines.order]),
            arrays.integers(1 + lines.by_order.place, small=True),
            self.world.ids("products_skus", lines.sku),
            arrays.integers(lines.quantity, small=True),
            *map(arrays.integers, (lines.price, money.line_total, money.line_discount, money.line_tax)),
            arrays.integers(returned, small=True),
            arrays.times(placed),
            arrays.times(updated),
        )
