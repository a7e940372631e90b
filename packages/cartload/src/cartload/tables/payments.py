"""Charges and refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.schema import table
from cartload.spec.order_rates import CARD, ROUNDS
from cartload.tables.charges import Flags, Round
from cartload.tables.order_choices import REASONS
from cartload.tables.orders import Orders
from cartload.tables.world import Until

# Row numbers leave room for every payment that an order can have: so keys do not depend on how many payments
# earlier orders have, which only making those orders would tell.
ATTEMPTS: Final = ROUNDS + 1
"""Payments an order can have: row number ``order * ATTEMPTS + attempt - 1``."""

_METHODS: Final = arrays.pool(table("payment_details").column("method").values)
_KINDS: Final = arrays.pool(table("payment_details").column("kind").values)
_PAYMENT_STATUSES: Final = arrays.pool(table("payment_details").column("status").values)
_OPEN, _CAPTURED, _FAILED, _VOIDED = range(4)
_PROVIDERS: Final = arrays.pool(
    [
        "cardwell",
        "acme_pay",
        "paperplane",
        "paperplane",
        "northbank",
        "gironet",
        "klaro",
        "klaro",
        "giftly",
        "giftly",
    ]
)
"""Two for each method, all invented."""
_CARDS: Final = arrays.pool(["4242", "0000", "1111", "4444", "0005", "8431", "1117", "5556"])
"""Endings of numbers that payment providers publish for tests."""
_REASONS: Final = arrays.pool(REASONS)


@dataclass(frozen=True)
class Payments:
    """Charges and refunds of the window: first charges of all orders, further ones after failures, and
    refunds.
    """

    orders: Orders

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        attempt = np.arange(len(self._order)) - self._starts.take(self._order)
        return self.orders.money.items.orders.rows.take(self._order) * ATTEMPTS + attempt

    @cached_property
    def _later(self) -> list[tuple[Round, I64]]:
        """Further charges in the window: each round, and which of its rows."""
        life, last = self.orders.life, self.orders.world.last_moment
        return [
            (one, np.flatnonzero((one.created <= last) & ~life.voided[one.orders]))
            for one in life.charges.rounds[1:]
        ]

    @cached_property
    def _refunded(self) -> Flags:
        result: Flags = self.orders.refund > 0
        return result

    @cached_property
    def _rows(self) -> I64:
        """Payments of each order."""
        rows = 1 + self._refunded.astype(np.int64)
        for one, shown in self._later:
            rows[one.orders[shown]] += 1
        return rows

    @cached_property
    def _starts(self) -> I64:
        result: I64 = np.cumsum(self._rows) - self._rows
        return result

    @cached_property
    def _order(self) -> I64:
        return np.repeat(np.arange(len(self._rows)), self._rows)

    @cached_property
    def _places(self) -> list[I64]:
        """The rows of each further round's charges, and those of the refunds."""
        later = [
            self._starts[one.orders[shown]] + number for number, (one, shown) in enumerate(self._later, 1)
        ]
        return [*later, (self._starts + self._rows - 1)[self._refunded]]

    def _columns(self, first: I64, later: Sequence[I64 | int], refund: I64 | int) -> I64:
        """A column from values of all first charges, of each round's charges, and of the refunds."""
        # Most orders have one row: so the first charge's value is written to all rows of an order, and the
        # few others are overwritten.
        column = first.take(self._order)
        *places, last = self._places
        for place, values in zip(places, later, strict=True):
            column[place] = values
        column[last] = refund
        return column

    @cached_property
    def _ended(self) -> I64:
        """The status in which each row ends."""
        life, first = self.orders.life, self.orders.life.charges.rounds[0]
        outcome = np.array([_CAPTURED, _FAILED])
        later = [outcome.take(one.fails[shown]) for one, shown in self._later]
        # The charge of a voided order stays open until the order is cancelled, whatever else would come.
        return self._columns(np.where(life.voided, _VOIDED, outcome.take(first.fails)), later, _CAPTURED)

    @cached_property
    def created(self) -> I64:
        """When each row was made."""
        later = [one.created[shown] for one, shown in self._later]
        return self._columns(self.orders.money.items.orders.placed, later, self._given_back)

    @cached_property
    def settled(self) -> I64:
        """When each charge ends; refunds do when they are made."""
        life, first = self.orders.life, self.orders.life.charges.rounds[0]
        later = [one.settled[shown] for one, shown in self._later]
        return self._columns(np.where(life.voided, life.cancelled, first.settled), later, self._given_back)

    @cached_property
    def _given_back(self) -> I64:
        """When each refund is made: with the return or the cancellation of its order."""
        life = self.orders.life
        return np.minimum(life.returned, life.cancelled)[self._refunded]

    def batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``payment_details`` as they are at a moment."""
        orders, world, order = self.orders, self.orders.world, self._order
        settled = self.settled <= until
        status = np.where(settled, self._ended, _OPEN)
        placed, charges = orders.money.items.orders, orders.life.charges
        later = [one.method[shown] for one, shown in self._later]
        method = self._columns(placed.method, later, charges.method[self._refunded])
        refund = self._columns(np.zeros(len(self._rows), np.int64), [0] * len(later), 1)
        amount = self._columns(
            orders.money.total,
            [orders.money.total[one.orders[shown]] for one, shown in self._later],
            orders.refund[self._refunded],
        )
        provider = placed.place.below("provider", 2).take(order)
        number = placed.place.below("card", len(_CARDS)).take(order)
        return world.batch(
            "payment_details",
            world.ids("payment_details", self.rows),
            placed.keys.of(order),
            arrays.integers(1 + self.rows % ATTEMPTS, small=True),
            arrays.take(_KINDS, refund),
            arrays.take(_METHODS, method),
            arrays.take(_PROVIDERS, 2 * method + provider),
            arrays.take(_CARDS, number, method == CARD),
            arrays.integers(amount),
            arrays.constant(world.spec.currency, len(order)),
            arrays.take(_PAYMENT_STATUSES, status),
            self._reason(status == _FAILED),
            arrays.times(self.created),
            arrays.times(np.where(settled, self.settled, self.created)),
        )

    def _reason(self, failed: Flags) -> Any:
        """Why each charge failed; NULL for those that did not."""
        first, later = self.orders.life.charges.rounds[0], [one.reason[shown] for one, shown in self._later]
        reason = self._columns(first.reason, later, 0)
        return arrays.take(_REASONS, reason, failed)
