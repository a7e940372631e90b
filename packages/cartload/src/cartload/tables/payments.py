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
from cartload.tables.lifecycle import RETURNED
from cartload.tables.order_choices import REASONS
from cartload.tables.orders import Orders

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
    """Charges and refunds: first charges of all orders, further ones after failures, and refunds."""

    orders: Orders

    @cached_property
    def _later(self) -> list[tuple[Round, I64]]:
        """Further charges that the window shows: each round, and which of its rows."""
        life = self.orders.life
        return [
            (one, np.flatnonzero(life.shown(one.created) & ~life.voided[one.orders]))
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
        """A column from values of all first charges, of each round's shown charges, and of the refunds."""
        # Most orders have one row: so the first charge's value is written to all rows of an order, and the
        # few others are overwritten.
        column = first.take(self._order)
        *places, last = self._places
        for place, values in zip(places, later, strict=True):
            column[place] = values
        column[last] = refund
        return column

    @cached_property
    def _first_status(self) -> I64:
        life, first = self.orders.life, self.orders.life.charges.rounds[0]
        # A voided order's charge stays open, whatever it would have become, until the order is cancelled.
        status = self._ended(first.fails, first.settled)
        status[life.voided] = _OPEN
        status[life.voided & life.shown(life.cancelled)] = _VOIDED
        return status

    def _ended(self, fails: Flags, settled: I64) -> I64:
        ended = np.where(fails, _FAILED, _CAPTURED)
        return np.where(self.orders.life.shown(settled), ended, _OPEN)

    @cached_property
    def _status(self) -> I64:
        later = [self._ended(one.fails[shown], one.settled[shown]) for one, shown in self._later]
        return self._columns(self._first_status, later, _CAPTURED)

    @cached_property
    def created(self) -> I64:
        """When each row was made."""
        life, later = self.orders.life, [one.created[shown] for one, shown in self._later]
        event = np.where(life.status == RETURNED, life.returned, life.cancelled)
        return self._columns(self.orders.money.items.orders.placed, later, event[self._refunded])

    @cached_property
    def _updated(self) -> I64:
        """When each row last changed; for refunds and open charges when it was made."""
        life, first = self.orders.life, self.orders.life.charges.rounds[0]
        later = [one.settled[shown] for one, shown in self._later]
        settled = np.where(self._first_status == _VOIDED, life.cancelled, first.settled)
        changed = self._columns(settled, later, 0)
        return np.where((self._status == _OPEN) | (changed == 0), self.created, changed)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``payment_details``."""
        orders, world, order = self.orders, self.orders.world, self._order
        placed, charges = orders.money.items.orders, orders.life.charges
        later = [one.method[shown] for one, shown in self._later]
        method = self._columns(placed.method, later, charges.method[self._refunded])
        refund = self._columns(np.zeros(len(self._rows), np.int64), [0] * len(later), 1)
        amount = self._columns(
            orders.money.total,
            [orders.money.total[one.orders[shown]] for one, shown in self._later],
            orders.refund[self._refunded],
        )
        attempt = np.arange(len(order)) - self._starts.take(order)
        row = placed.rows.take(order)
        provider = placed.place.below("provider", 2).take(order)
        number = placed.place.below("card", len(_CARDS)).take(order)
        return world.batch(
            "payment_details",
            world.ids("payment_details", row * ATTEMPTS + attempt),
            placed.keys.of(order),
            arrays.integers(1 + attempt, small=True),
            arrays.take(_KINDS, refund),
            arrays.take(_METHODS, method),
            arrays.take(_PROVIDERS, 2 * method + provider),
            arrays.take(_CARDS, number, method == CARD),
            arrays.integers(amount),
            arrays.constant(world.spec.currency, len(row)),
            arrays.take(_PAYMENT_STATUSES, self._status),
            self._reason(),
            arrays.times(self.created),
            arrays.times(self._updated),
        )

    def _reason(self) -> Any:
        """Why each charge failed; NULL for those that did not."""
        first, later = self.orders.life.charges.rounds[0], [one.reason[shown] for one, shown in self._later]
        reason = self._columns(first.reason, later, 0)
        return arrays.take(_REASONS, reason, self._status == _FAILED)
