"""Orders before their fate: whose they are, when they were placed, where they go."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from cartload import timeline
from cartload.counts import ten_thousandths
from cartload.draws import Draw
from cartload.fixed import I64, exponential, power_law
from cartload.sampling import Groups, systematic
from cartload.tables.addresses import Addresses
from cartload.tables.layout import Layout
from cartload.tables.users import People
from cartload.tables.world import World

_GAP_BITS: Final = 24
_PLACES: Final = 24
"""Binary places of an order's position between sign-up and the window's end."""
_TO_DEFAULT: Final = 7_000
"""Ten-thousandths of orders that go to the default address."""
METHODS: Final = np.repeat(np.arange(5), (140, 60, 24, 24, 8))
"""Payment method, a place in the schema's list, by eight random bits."""
_CHANNELS: Final = np.repeat(np.arange(5), (120, 50, 46, 28, 12))


@dataclass(frozen=True)
class Orders:
    """Numbers of the orders of a chunk's customers, by customer, then time."""

    world: World
    layout: Layout
    people: People
    addresses: Addresses

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.layout.rows("order_details")

    @cached_property
    def by_user(self) -> Groups:
        """Orders of each customer: more for the active and for those who came early."""
        days = 1 + (self.world.last_moment - self.people.signed_up) // timeline.DAY
        exponent = ten_thousandths(self.world.spec.skew.customers)
        weights = days * power_law(1 + self.people.home.below("activity", 1000), exponent)
        start = self.world.random.draw("order_details.block", self.layout.blocks).bits("start")
        quotas = self.layout.groups("order_details").counts
        return Groups(systematic(weights, self.layout.groups("users"), quotas, start))

    @cached_property
    def user(self) -> I64:
        """Customer of each order, as a place in the chunk."""
        return self.by_user.owner

    @cached_property
    def row(self) -> Draw:
        """The draw behind size, channel, address, discount and method."""
        return self.world.random.draw("order_details.row", self.rows)

    @cached_property
    def placed(self) -> I64:
        """When each was placed: at the customer's own pace between sign-up and the window's end."""
        when, signed_up = self.world.orders, self.people.signed_up[self.user]
        from_start = when.position(signed_up)
        position = from_start + ((when.total - from_start) * self._progress >> _PLACES)
        return np.maximum(when.moment(position), signed_up)

    @cached_property
    def _progress(self) -> I64:
        """How far between sign-up and end, below ``2**24``: running sums of gaps, the first of them short."""
        draw = self.world.random.draw("order_details.time", self.rows)
        gaps = exponential(draw.bits("gap"), _GAP_BITS)
        gaps = np.where(self.by_user.place == 0, gaps >> 2, gaps)
        running = self.by_user.running(gaps)
        last = (self.by_user.ends - 1)[self.user]
        whole = (running + exponential(draw.bits("last_gap"), _GAP_BITS))[last]
        return (running << _PLACES) // whole

    @cached_property
    def address(self) -> I64:
        """Address of each order, as a place in the chunk: one that was there when it was placed."""
        usable = self.addresses.usable(self.user, self.placed)
        chosen = self.row.below("address", usable)
        other = np.where(self.row.bits("address") & 0xFF < 256 * _TO_DEFAULT // 10_000, 0, chosen)
        return self.addresses.by_user.starts[self.user] + other

    @cached_property
    def country(self) -> I64:
        """Country of the address."""
        return self.people.country[self.user]

    @cached_property
    def method(self) -> I64:
        """Payment method as a place in the schema's list."""
        return METHODS[self.row.bits("method")]

    @cached_property
    def channel(self) -> I64:
        """Channel as a place in the schema's list."""
        return _CHANNELS[self.row.bits("channel")]

    def draw(self, family: str) -> Any:
        """Another draw of the orders."""
        return self.world.random.draw(f"order_details.{family}", self.rows)
