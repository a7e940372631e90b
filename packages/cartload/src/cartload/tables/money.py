"""Money of orders and items: integers in minor units that add up exactly."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import sampling_keys, weighted_sample
from cartload.spec.model import ten_thousandths
from cartload.spec.order_rates import STORE
from cartload.tables.campaigns import Campaigns
from cartload.tables.order_items import OrderItems


@dataclass(frozen=True)
class Money:
    """Amounts of a chunk's items and orders."""

    items: OrderItems

    @cached_property
    def line_total(self) -> I64:
        """Price times quantity."""
        return self.items.price * self.items.quantity

    @cached_property
    def subtotal(self) -> I64:
        """Sum of each order's line totals."""
        return self.items.by_order.sums(self.line_total)

    @cached_property
    def coupon(self) -> I64:
        """Each order's coupon as its index among the campaigns' codes, whether it is used or not."""
        orders, campaigns = self.items.orders, self.campaigns
        return campaigns.coupon(orders.local_day, orders.first, orders.place.bits("percent"))

    @property
    def campaigns(self) -> Campaigns:
        """The coupons of the spec's campaigns."""
        return self.items.world.campaigns

    @cached_property
    def discount(self) -> I64:
        """Discount of each order; 0 for most: exactly the spec's share has a coupon."""
        orders, share = self.items.orders, ten_thousandths(self.items.world.spec.orders.discount_share)
        layout = orders.layout
        weights = self.campaigns.eagerness(orders.local_day, orders.first)
        quotas = layout.shares("order_details", share)
        sort_keys = sampling_keys(weights, orders.row.bits("reduced"))
        reduced = weighted_sample(sort_keys, layout.groups("order_details"), quotas)
        return np.where(reduced, self.subtotal * self.campaigns.percent.take(self.coupon) // 100, 0)

    @cached_property
    def line_discount(self) -> I64:
        """Each item's part of the discount."""
        # Parts are differences of running parts that are rounded down: so they add up to the discount
        # exactly, which parts that are rounded one by one do not.
        order, result = self.items.order, np.zeros(len(self.line_total), np.int64)
        part = np.flatnonzero((self.discount > 0).take(order))
        of, place, total = order[part], self.items.by_order.place[part], self.line_total[part]
        sums = np.cumsum(total)
        opening = (sums - total)[place == 0]
        running = sums - np.repeat(opening, self.items.by_order.counts[self.discount > 0])
        discount, subtotal = self.discount[of], self.subtotal[of]
        result[part] = discount * running // subtotal - discount * (running - total) // subtotal
        return result

    @cached_property
    def line_tax(self) -> I64:
        """Tax of each item, rounded half up."""
        # By item and not by order, so that an item's tax can be given back to the cent when it is returned.
        rate = self.items.world.tax_rates.take(self.items.orders.country).take(self.items.order)
        return ((self.line_total - self.line_discount) * rate + 5_000) // 10_000

    @cached_property
    def tax(self) -> I64:
        """Tax of each order."""
        return self.items.by_order.sums(self.line_tax)

    @cached_property
    def shipping(self) -> I64:
        """Shipping fee of each order; none for what is bought at a counter."""
        shipping, orders = self.items.world.spec.shipping, self.items.orders
        free = orders.channel == STORE
        if shipping.free_from is not None:
            free |= self.subtotal - self.discount >= shipping.free_from
        return np.where(free, 0, shipping.fee)

    @cached_property
    def total(self) -> I64:
        """What each order costs."""
        return self.subtotal - self.discount + self.tax + self.shipping

    def refund(self, items: I64, returned: I64) -> I64:
        """The refund for pieces returned of some items: their part of what was paid, rounded half up per
        item.
        """
        paid = self.line_total[items] - self.line_discount[items] + self.line_tax[items]
        quantity = self.items.quantity[items]
        result: I64 = (2 * paid * returned + quantity) // (2 * quantity)
        return result
