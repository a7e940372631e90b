"""Money of orders and lines: integers in minor units that add up exactly."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartload.counts import ten_thousandths
from cartload.fixed import I64
from cartload.tables.lines import Lines

PERCENTS: Final = (5, 10, 15, 20, 25, 30)
"""Discounts there are: never the whole, so that an order's total stays above 0."""


@dataclass(frozen=True)
class Money:
    """Amounts of a chunk's lines and orders."""

    lines: Lines

    @cached_property
    def line_total(self) -> I64:
        """Price times quantity."""
        return self.lines.price * self.lines.quantity

    @cached_property
    def _running(self) -> I64:
        return self.lines.by_order.running(self.line_total)

    @cached_property
    def subtotal(self) -> I64:
        """Sum of each order's line totals."""
        return self.lines.by_order.sums(self.line_total)

    @cached_property
    def percent(self) -> I64:
        """Place in :data:`PERCENTS` of each order's discount."""
        return self.lines.orders.row.below("percent", len(PERCENTS))

    @cached_property
    def discount(self) -> I64:
        """Discount of each order; 0 for most."""
        share = ten_thousandths(self.lines.world.spec.orders.discount_share)
        reduced = self.subtotal * np.array(PERCENTS)[self.percent] // 100
        return np.where(self.lines.orders.row.happens("discount", share), reduced, 0)

    @cached_property
    def line_discount(self) -> I64:
        """Each line's part: differences of rounded-down running parts, so that they add up."""
        order = self.lines.order
        upto = self.discount[order] * self._running // self.subtotal[order]
        before = np.concatenate(([0], upto[:-1])) if len(upto) else upto
        before[self.lines.by_order.starts] = 0
        return upto - before

    @cached_property
    def line_tax(self) -> I64:
        """Tax of each line, rounded half up."""
        rate = self.lines.world.tax_rates[self.lines.orders.country][self.lines.order]
        return ((self.line_total - self.line_discount) * rate + 5_000) // 10_000

    @cached_property
    def tax(self) -> I64:
        """Tax of each order."""
        return self.lines.by_order.sums(self.line_tax)

    @cached_property
    def shipping(self) -> I64:
        """Shipping fee of each order."""
        shipping = self.lines.world.spec.shipping
        if shipping.free_from is None:
            return np.full(len(self.subtotal), shipping.fee)
        return np.where(self.subtotal - self.discount >= shipping.free_from, 0, shipping.fee)

    @cached_property
    def total(self) -> I64:
        """What each order costs."""
        return self.subtotal - self.discount + self.tax + self.shipping

    def refund(self, returned: I64) -> I64:
        """What each order gives back for pieces returned by line, rounded half up per line."""
        paid, quantity = self.line_total - self.line_discount + self.line_tax, self.lines.quantity
        return self.lines.by_order.sums((2 * paid * returned + quantity) // (2 * quantity))
