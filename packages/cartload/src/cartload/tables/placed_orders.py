"""Orders before their outcome: customer, moment, address, channel, payment method and category."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from cartload.calendar.timeline import DAY, HOUR
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64, exponentials
from cartload.randomness.sampling import Groups
from cartload.tables import order_choices
from cartload.tables.addresses import Addresses
from cartload.tables.buyers import ANYTHING, Buyers
from cartload.tables.ids import Keys
from cartload.tables.layout import Layout
from cartload.tables.users import Customers
from cartload.tables.world import World

_ELSEWHERE: Final = 77
"""How many of 256 orders go to any of the customer's addresses; the others go to the default."""
_HABITUAL: Final = 360
"""How many of 512 orders are paid by the customer's usual method."""


@dataclass(frozen=True)
class PlacedOrders:
    """Numbers of the orders of a chunk's customers, by customer, then time.

    A customer's first order comes soon after signing up. The others, given how many there are, are the points
    of a Poisson process on the timeline's demand between the first and the customer's leaving: running sums
    of exponential gaps, scaled. So those between a customer's first and last order follow the season exactly:
    each hour's share of them is its share of the demand in between, whatever the customer's pace.
    """

    world: World
    layout: Layout
    customers: Customers
    addresses: Addresses

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.layout.rows("order_details")

    @cached_property
    def keys(self) -> Keys:
        """Their keys."""
        return self.world.keys("order_details", self.rows)

    @cached_property
    def buyers(self) -> Buyers:
        """The customers as buyers."""
        return Buyers(self.world, self.layout, self.customers)

    @property
    def by_user(self) -> Groups:
        """Orders of each customer."""
        return self.buyers.orders

    @cached_property
    def user(self) -> I64:
        """Customer of each order, as a place in the chunk."""
        return self.by_user.owner

    @cached_property
    def row(self) -> Draw:
        """The draw behind time, size, channel, category, method and discount."""
        return self.world.random.draw("order_details.row", self.rows)

    @cached_property
    def place(self) -> Draw:
        """The draw behind address, discount and card."""
        return self.world.random.draw("order_details.place", self.rows)

    @cached_property
    def first(self) -> np.typing.NDArray[np.bool_]:
        """Whether each is its customer's first."""
        result = np.zeros(len(self.rows), bool)
        result[self.by_user.starts[self.by_user.counts > 0]] = True
        return result

    @cached_property
    def _local(self) -> I64:
        """When each was placed by the customer's clock."""
        buyers, when = self.buyers, self.world.orders
        position = buyers.since.take(self.user) + self._progress
        return np.where(self.first, buyers.first_local.take(self.user), when.moment(position))

    @cached_property
    def _progress(self) -> I64:
        """How much demand lies between the customer's first order and each."""
        gaps = np.where(self.first, 0, exponentials().take(self.row.bits("gap")))
        running = np.concatenate((np.zeros(1, np.int64), np.cumsum(gaps)))
        before = running.take(self.by_user.starts)
        buyers = self.buyers
        whole = running.take(self.by_user.ends) - before + exponentials().take(buyers.last_gap)
        # Exponential gaps, scaled so that they fill the time, are sorted uniform points (Devroye 1986,
        # chapter V): no sort is needed. The last gap leads from the last order to the customer's leaving.
        # Positions are below 2**48, so a float holds them exactly; one division and one product are rounded
        # alike on every machine.
        scale = (buyers.until - buyers.since) / whole
        result: I64 = ((running[1:] - before.take(self.user)) * scale.take(self.user)).astype(np.int64)
        return result

    @cached_property
    def zone(self) -> I64:
        """Time zone of the customer, as its place among the zones."""
        return self.customers.zone.take(self.user)

    @cached_property
    def placed(self) -> I64:
        """When each was placed, UTC."""
        moments = self.world.clock.utc(self.zone, self._local)
        first = self.buyers.first.take(self.user)
        moments = np.where(self.first, first, np.maximum(moments, first))
        # Local time has no exact inverse on days on which clocks change, hence both bounds: never before the
        # customer's first order, never after the window.
        return np.minimum(moments, self.world.last_moment)

    @cached_property
    def day(self) -> I64:
        """The day, UTC, on which each was placed."""
        return self.placed // DAY

    @cached_property
    def local_day(self) -> I64:
        """The day by the customer's clock."""
        return self._local // DAY

    @cached_property
    def category(self) -> I64:
        """The category that each order is about: mostly a favourite of the customer's, else any."""
        like = self.buyers.like(self.user, self.row.bits("favourite"))
        result = self.buyers.favourite(self.user, like)
        other = np.flatnonzero(like == ANYTHING)
        draw = self.world.random.draw("order_details.anything", self.rows[other])
        result[other] = self.world.demand.category.take(draw.bits("category"))
        return result

    @cached_property
    def address(self) -> I64:
        """Address of each order, as a place in the chunk: one that was there when it was placed."""
        result: I64 = self.addresses.by_user.starts.take(self.user)
        several = self.addresses.by_user.counts.take(self.user) > 1
        moved = np.flatnonzero(several & (self.place.bits("elsewhere") < _ELSEWHERE))
        usable = self.addresses.usable(self.user[moved], self.placed[moved])
        # Addresses are in the order in which they were made, so those that existed are the first ones.
        result[moved] += self.place.bits("address")[moved] * usable >> 16
        return result

    @cached_property
    def country(self) -> I64:
        """Country of the address."""
        return self.customers.country.take(self.user)

    @cached_property
    def method(self) -> I64:
        """Payment method as a place in the schema's list: mostly the customer's usual one."""
        word = self.row.bits("method")
        # The word is used twice: nine bits say whether the method is the usual one, and, mixed, eight of them
        # which other it is.
        usual = self.buyers.draw.bits("method").take(self.user)
        chosen = np.where(word < _HABITUAL, usual, word * 5 + (word >> 3) & 0xFF)
        return order_choices.accepted(self.channel, order_choices.methods().take(self.country * 256 + chosen))

    @cached_property
    def channel(self) -> I64:
        """Channel as a place in the schema's list: by age; counters and phones only when staffed."""
        hour = (self._local - self.local_day * DAY) // HOUR
        staffed = order_choices.staffed().take((self.local_day + 3) % 7 * 24 + hour)
        ages, days_old = order_choices.AGES, self.local_day - self.customers.birth_day.take(self.user)
        age = np.minimum(days_old // order_choices.AGE_DAYS, ages - 1)
        table = (staffed * ages + age) * 256 + self.row.bits("channel")
        channel: I64 = order_choices.CHANNELS.take(table)
        return channel

    def draw(self, family: str) -> Any:
        """Another draw of the orders."""
        return self.world.random.draw(f"order_details.{family}", self.rows)
