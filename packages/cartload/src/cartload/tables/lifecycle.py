"""The outcome of orders: whether and when each is paid, shipped, delivered, returned or cancelled.

Every order's life is computed to its end first, as if the window had none; then what lies after the window's
end, or after the moment as of which an order is shown, is hidden. So how many orders are cancelled or
returned in the end does not depend on either.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from cartload.calendar.timeline import DAY, HOUR
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import sampling_keys, weighted_sample
from cartload.spec.model import ten_thousandths
from cartload.spec.order_rates import BANK_TRANSFER, HANDLING, STORE
from cartload.tables import order_choices
from cartload.tables.charges import NEVER, Charges, Flags
from cartload.tables.order_items import OrderItems
from cartload.tables.placed_orders import PlacedOrders
from cartload.tables.world import Until

PENDING, PAID, SHIPPED, DELIVERED, RETURNED, CANCELLED = range(6)
_MINUTE: Final = 60_000
_EARLY_HALF: Final = 8
"""Half of the cancelled orders, by four bits, are cancelled before they are paid."""
_SATURDAY, _SUNDAY = 5, 6
_TRANSFER, _USUAL = 5, 2
"""Weights by which orders are chosen to be cancelled: those paid by transfer, and others."""
_AFTER_UNPAID: Final = 1 << 16
"""Keys below this belong to orders of which every charge fails: they are cancelled before any other."""


@dataclass(frozen=True)
class Lifecycle:
    """Moments of a chunk's orders; :data:`NEVER` or later for what does not happen.

    Parcels leave from Monday to Friday and arrive from Monday to Saturday, in the daytime of the customer's
    zone; what is bought at a counter is handed over at once. Which orders are cancelled and which come back
    is a weighted sample of fixed size within each block, so that the shares are exactly the spec's.
    """

    items: OrderItems

    @property
    def orders(self) -> PlacedOrders:
        """The orders."""
        return self.items.orders

    @cached_property
    def charges(self) -> Charges:
        """Attempts to be paid, as if nothing were cancelled."""
        return Charges(self.orders)

    @cached_property
    def _outcome(self) -> Any:
        return self.orders.draw("fate")

    @cached_property
    def _delays(self) -> Any:
        return self.orders.draw("delays")

    @cached_property
    def _is_cancelled(self) -> Flags:
        transfer = self.orders.method == BANK_TRANSFER
        word = self._outcome.bits("cancelled")
        sort_keys = _AFTER_UNPAID + sampling_keys(np.where(transfer, _TRANSFER, _USUAL), word)
        # An order that is never paid would otherwise stay open for ever: those are cancelled before all
        # others, in random order where there are more of them than the spec's share allows. They count
        # towards the share, so that it stays exact.
        return self._choose(np.where(self.charges.unpaid, word, sort_keys), self._cancel_rate)

    def _choose(self, sort_keys: I64, *shares: int) -> Flags:
        layout = self.orders.layout
        return weighted_sample(
            sort_keys, layout.groups("order_details"), layout.shares("order_details", *shares)
        )

    @property
    def _cancel_rate(self) -> int:
        return ten_thousandths(self.orders.world.spec.orders.cancel_rate)

    @cached_property
    def _is_returned(self) -> Flags:
        """Which orders are sent back, weighted by their items, of those that are paid and not cancelled."""
        # Weight 0 for the others: they are chosen only where the share asks for more orders than can come
        # back, and `returned` leaves them out then.
        goods = self.orders.world.return_weights.take(self.items.product)
        weights = np.minimum(self.items.by_order.sums(goods), 255)
        weights[self._is_cancelled] = 0
        weights[self.charges.unpaid] = 0
        rate = ten_thousandths(self.orders.world.spec.orders.return_rate)
        sort_keys = sampling_keys(weights, self._outcome.bits("returned"))
        return self._choose(sort_keys, self._cancel_rate, rate)

    @cached_property
    def voided(self) -> Flags:
        """Whether the order is cancelled before its first charge settles; not if all its charges fail."""
        early = self._outcome.bits("early") < _EARLY_HALF
        result: Flags = self._is_cancelled & early & ~self.charges.unpaid
        return result

    @cached_property
    def paid(self) -> I64:
        """When the first charge that does not fail is captured."""
        return np.where(self.voided, NEVER, self.charges.captured)

    @cached_property
    def cancelled(self) -> I64:
        """When it is cancelled: before payment, between payment and shipping, or after the last failure."""
        hit = np.flatnonzero(self._is_cancelled)
        word = self._outcome.bits("moment")[hit]
        paid, last = self.charges.captured[hit], self.charges.settled[hit]
        moments = paid + 1 + (word * (self._leaves[hit] - paid - 1) >> 20)
        moments = np.where(paid < NEVER, moments, last + HOUR + (word * 3 * DAY >> 20))
        # Three cases: cancelled between payment and dispatch, some time after the last failed charge, or
        # voided within about two hours of being placed, before any charge counts.
        early = self.orders.placed[hit] + _MINUTE + (word * 2 * HOUR >> 20)
        result = np.full(len(self.orders.rows), NEVER)
        result[hit] = np.where(self.voided[hit], early, moments)
        return result

    @cached_property
    def _at_a_counter(self) -> Flags:
        result: Flags = self.orders.channel == STORE
        return result

    @cached_property
    def _leaves(self) -> I64:
        """When each leaves the warehouse if it is not cancelled: the cancelled ones need it as a limit."""
        orders, paid, clock = self.orders, self.charges.captured, self.orders.world.clock
        # (day + 3) % 7 is the weekday, Monday 0: 1970 began on a Thursday.
        today = clock.day(orders.zone, paid)
        day = today + 1 + HANDLING.take(self._delays.bits("to_ship"))
        weekday = (day + 3) % 7
        day += np.where(weekday == _SATURDAY, 2, weekday == _SUNDAY)
        local = day * DAY + 7 * HOUR + self._delays.below("shipped", 11 * HOUR)
        handed_over = paid + 20_000 + self._delays.below("shipped", 4 * _MINUTE)
        return np.where(self._at_a_counter, handed_over, clock.utc(orders.zone, local))

    @cached_property
    def shipped(self) -> I64:
        """When the order leaves the warehouse."""
        ships = (self.paid < NEVER) & ~self._is_cancelled
        return np.where(ships, self._leaves, NEVER)

    @cached_property
    def delivered(self) -> I64:
        """When the parcel arrives."""
        orders, clock = self.orders, self.orders.world.clock
        day = clock.day(orders.zone, self.shipped)
        day += order_choices.transit().take(orders.country * 64 + self._delays.bits("to_deliver"))
        day += (day + 3) % 7 == _SUNDAY
        local = day * DAY + 9 * HOUR + self._delays.below("delivered", 11 * HOUR)
        arrives = np.where(self._at_a_counter, self.shipped + 1_000, clock.utc(orders.zone, local))
        return np.where(self.shipped < NEVER, arrives, NEVER)

    @cached_property
    def returned(self) -> I64:
        """When goods come back: three days to five weeks later, mostly within a fortnight."""
        # The square of an even draw is mostly small: half of the returns come within eleven days.
        word = self._delays.bits("to_return")
        days = 3 + (word * word * 33 >> 16)
        back = self.delivered + days * DAY + self._delays.below("returned", 3 * HOUR)
        comes_back = self._is_returned & (self.delivered < NEVER)
        return np.where(comes_back, back, NEVER)

    @property
    def steps(self) -> tuple[I64, ...]:
        """All moments at which an order changes after it was placed."""
        return self.paid, self.shipped, self.delivered, self.returned, self.cancelled

    def status(self, until: Until) -> I64:
        """Status at a moment, as a place in the schema's list."""
        # Statuses up to "returned" are in the order in which they are reached, so their number is the status.
        reached = np.zeros(len(self.orders.rows), np.int64)
        for step in (self.paid, self.shipped, self.delivered, self.returned):
            reached += step <= until
        reached[self.cancelled <= until] = CANCELLED
        return reached

    def updated(self, until: Until) -> I64:
        """The last change until a moment."""
        latest = self.orders.placed
        for step in self.steps:
            latest = np.where(step <= until, step, latest)
        return latest
