"""How customers buy: whether they do and when first, how long they stay, how often, and what they like.

The model is Pareto/NBD (Schmittlein, Morrison and Colombo 1987): a buyer orders at random, at a rate of their
own, until they leave without notice. Lifetimes follow that model's Pareto law with shape 1/2, its scale
our choice: the share of buyers left after time t is ``sqrt(beta / (beta + t))``. Rates follow the spec's
Zipf exponent instead of a gamma distribution.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from cartload.calendar.timeline import DAY
from cartload.kernels import loops
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, systematic, weighted_sample
from cartload.spec.order_rates import FIRST_ORDER_DAYS, LIFETIME_DAYS
from cartload.tables.layout import Layout
from cartload.tables.users import Customers
from cartload.tables.world import World

_ONCE: Final = 64
"""How many of 256 buyers never order again: the idea is BG/NBD's (Fader, Hardie and Lee 2005), the share
ours.
"""
_RANKS: Final = 1000
_EXPOSURE_BITS: Final = 12
_MINUTE: Final = 60_000
ANYTHING: Final = 4
"""Stands for any category, where 0 to 3 are a customer's favourites."""
_LIKES: Final = np.array(
    [
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 4, 4),
        (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 4, 4),
        (0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4),
    ],
    np.int64,
).ravel()
"""Which favourite an order is about by four random bits, for customers with two, three and four favourites.
"""
_HOW_MANY: Final = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2], np.int64)
"""Which row of the table above a customer has, by four random bits."""


@dataclass(frozen=True)
class Buyers:
    """Numbers of a chunk's customers as buyers."""

    world: World
    layout: Layout
    customers: Customers

    @cached_property
    def draw(self) -> Draw:
        """The draw behind first orders and methods."""
        return self.world.random.draw("users.buyer", self.customers.rows)

    @cached_property
    def pace(self) -> Draw:
        """The draw behind how often each orders, when each leaves, and how many wishes each has."""
        return self.world.random.draw("users.pace", self.customers.rows)

    @cached_property
    def _quotas(self) -> tuple[I64, I64]:
        """How many of each block's customers buy, and how many orders they have beyond their first ones.

        With n orders it is a share of ``n / (n + customers)``: that of a geometric distribution with this
        mean.
        """
        # Rounded up, so that a block with an order has a buyer; never more than orders, since each buyer has
        # one.
        orders, customers = self.layout.groups("order_details").counts, self.layout.groups("users").counts
        buyers = -(-orders * customers // np.maximum(orders + customers, 1))
        return buyers, orders - buyers

    @cached_property
    def buys(self) -> np.typing.NDArray[np.bool_]:
        """Whether each ever orders."""
        return weighted_sample(self.draw.bits("buys"), self.layout.groups("users"), self._quotas[0])

    @cached_property
    def orders(self) -> Groups:
        """Orders of each customer: one for each buyer, the rest by rate times the demand until they leave."""
        blocks, quotas = self.layout.groups("users"), self._quotas[1]
        start = self.world.random.draw("order_details.block", self.layout.blocks).bits("start")
        when = self.world.orders
        # How much demand lies between first order and leaving, scaled to 12 bits: activity has up to 20, a
        # block's thousand customers add 10, its orders 16, and all together must stay below 63.
        exposure = (self.until - self.since) // max(1, when.total >> _EXPOSURE_BITS)
        activity = self.world.activity.take(self.pace.below("activity", _RANKS))
        comes_back = self.pace.bits("once") >= _ONCE
        # At least 1 for each buyer: there must be somebody to give the orders to, even if nobody comes back.
        weights = np.where(self.buys, 1 + activity * exposure * comes_back, 0)
        return Groups(self.buys + systematic(weights, blocks, quotas, start))

    @cached_property
    def first(self) -> I64:
        """When each would order first, UTC: soon after signing up, inside the window."""
        signed_up, last = self.customers.signed_up, self.world.last_moment
        minutes = _MINUTE + self.draw.below("first_minute", 50 * _MINUTE)
        first = signed_up + FIRST_ORDER_DAYS.take(self.draw.bits("first_day")) * DAY + minutes
        # A first order that would come after the window is placed somewhere between sign-up and the end
        # instead: how many customers buy is fixed before it is known when. The draw may be used again,
        # because only one of the two results is.
        inside = signed_up + self.draw.below("first_minute", last - signed_up)
        return np.where(first <= last, first, inside)

    @cached_property
    def first_local(self) -> I64:
        """The first order by the customer's clock."""
        return self.world.clock.local(self.customers.zone, self.first)

    @cached_property
    def since(self) -> I64:
        """The first order's position on the timeline of orders."""
        return self.world.orders.position(self.first_local)

    @cached_property
    def until(self) -> I64:
        """The position on that timeline at which the customer leaves or the window ends."""
        ends = self.world.local_ends.take(self.customers.zone)
        left = np.minimum(self.first_local + _LIVES.take(self.draw.bits("life")), ends)
        return np.maximum(self.world.orders.position(left), self.since)

    @cached_property
    def last_gap(self) -> Any:
        """A random word for the gap between the last order and leaving."""
        return self.pace.bits("last_gap")

    @cached_property
    def _preference(self) -> Draw:
        return self.world.random.draw("users.taste", self.customers.rows)

    @cached_property
    def _favourites(self) -> I64:
        """Four favourite categories of each customer, one behind the other."""
        demand, count = self.world.demand, self.world.catalogue.categories
        return loops.favourites(self._preference.words, demand.category, count)

    @cached_property
    def _likes(self) -> I64:
        return _HOW_MANY.take(self._preference.bits("how_many")) * 16

    def like(self, user: I64, choice: I64) -> I64:
        """Which of their favourites customers look for, by four random bits each, or :data:`ANYTHING`."""
        result: I64 = _LIKES.take(self._likes.take(user) + choice)
        return result

    def favourite(self, user: I64, like: I64) -> I64:
        """A favourite category of each customer; the last for :data:`ANYTHING`."""
        result: I64 = self._favourites.take(user * 4 + np.minimum(like, 3))
        return result


def _lives() -> I64:
    """Lifetimes by 16-bit word: ``beta * (1 / u**2 - 1)`` for evenly spaced u."""
    # The inverse of the share left, sqrt(beta / (beta + t)) = u. Squares have 34 bits and u**2 = 1 is 2**34,
    # so the quotient is 1 / u**2 in 1/1024. It is cut at 2**24: the longest life is 16,384 scales, far beyond
    # any window, and the product stays below 2**63.
    squares = (2 * np.arange(1 << 16, dtype=np.int64) + 1) ** 2
    return LIFETIME_DAYS * DAY * (np.minimum((1 << 44) // squares, 1 << 24) - (1 << 10)) >> 10


_LIVES: Final = _lives()
