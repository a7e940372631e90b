"""The rows of orders and their lines."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import running_times
from cartload.schema import table
from cartload.tables.ids import numbered
from cartload.tables.lifecycle import RETURNED, Lifecycle
from cartload.tables.money import Money
from cartload.tables.world import World

_STATUSES: Final = arrays.pool(table("order_details").column("status").values)
_CHANNELS: Final = arrays.pool(table("order_details").column("channel").values)
_ALSO_RETURNED: Final = 19_660
"""Of 65,536 other lines of a returned order so many come back too."""


@dataclass(frozen=True)
class Sales:
    """Orders with their lines, money and fate."""

    world: World
    money: Money
    life: Lifecycle

    @cached_property
    def _returned(self) -> tuple[I64, I64]:
        """Lines that came back, and pieces of each: of each returned order at least one."""
        lines = self.money.lines
        part = np.flatnonzero((self.life.status == RETURNED).take(lines.order))
        draw = self.world.random.draw("order_item.returned", lines.rows[part])
        weights = self.world.return_weights.take(lines.product[part])
        times, opens = (
            running_times(weights, draw.bits("which")),
            np.flatnonzero(lines.by_order.place[part] == 0),
        )
        if len(part) == 0:
            return part, part
        first = np.repeat(np.minimum.reduceat(times, opens), np.diff(np.append(opens, len(part))))
        comes = (times == first) | (draw.bits("also") < _ALSO_RETURNED)
        pieces = 1 + (draw.bits("pieces") * lines.quantity[part] >> 16)
        return part[comes], pieces[comes]

    @cached_property
    def returned_quantity(self) -> I64:
        """Pieces of each line that came back."""
        result = np.zeros(len(self.money.lines.rows), np.int64)
        lines, pieces = self._returned
        result[lines] = pieces
        return result

    @cached_property
    def refund(self) -> I64:
        """What each order gives back: for returned pieces, or all when it was cancelled after payment."""
        cancelled = self.life.shown(self.life.cancelled) & self.life.shown(self.life.paid)
        result = np.where(cancelled, self.money.total, 0)
        lines, pieces = self._returned
        np.add.at(result, self.money.lines.order[lines], self.money.refund(lines, pieces))
        return result

    def orders(self) -> pa.RecordBatch:
        """The rows of ``order_details``."""
        orders, money, life = self.money.lines.orders, self.money, self.life
        placed = arrays.times(orders.placed)
        return self.world.batch(
            "order_details",
            orders.keys.column,
            numbered("ORD-", orders.rows + 1, 12),
            orders.people.keys.of(orders.user),
            orders.addresses.keys.of(orders.address),
            arrays.take(_STATUSES, life.status),
            arrays.constant(self.world.spec.currency, len(orders.rows)),
            *map(arrays.integers, (money.subtotal, money.discount, money.tax, money.shipping, money.total)),
            arrays.take(arrays.pool(money.campaigns.codes), money.coupon, money.discount > 0),
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
        placed, back = orders.placed.take(lines.order), self._returned[0]
        updated = placed.copy()
        updated[back] = self.life.returned[lines.order[back]]
        return self.world.batch(
            "order_item",
            self.world.ids("order_item", lines.rows),
            orders.keys.of(lines.order),
            arrays.integers(1 + lines.by_order.place, small=True),
            self.world.ids("products_skus", lines.sku),
            arrays.integers(lines.quantity, small=True),
            *map(arrays.integers, (lines.price, money.line_total, money.line_discount, money.line_tax)),
            arrays.integers(returned, small=True),
            arrays.times(placed),
            arrays.times(updated),
        )
