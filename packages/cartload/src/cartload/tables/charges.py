"""Attempts to charge an order: after a failure some customers try again, some of them by another method."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.calendar.timeline import DAY
from cartload.randomness.fixed_point import I64
from cartload.spec.model import ten_thousandths
from cartload.spec.order_rates import (
    RETRIED_SOON,
    RETRYING,
    ROUNDS,
    SETTLING,
    SWITCHES,
    TRIES_AGAIN,
    failing_again,
)
from cartload.tables import order_choices
from cartload.tables.placed_orders import PlacedOrders

NEVER: Final = 1 << 50
"""The moment of what never happens; whatever is reckoned from it is later still and means the same."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Round:
    """The charges of one attempt: their orders, methods, outcomes and moments, one entry for each.

    ``again`` is the next attempt's moment, should there be one.
    """

    orders: I64
    method: I64
    fails: Flags
    reason: I64
    created: I64
    settled: I64
    again: I64


@dataclass(frozen=True)
class Charges:
    """All charges of a chunk's orders, as if none were cancelled; the lifecycle says which are voided."""

    orders: PlacedOrders

    @cached_property
    def rounds(self) -> tuple[Round, ...]:
        """All attempts as if no order were cancelled: the first of every order, the others after failures."""
        return tuple(self._rounds())

    def _rounds(self) -> Iterator[Round]:
        orders = self.orders
        failing = ten_thousandths(orders.world.spec.orders.payment_failure_rate)
        chance = np.full(len(orders.rows), failing)
        made = self._round(1, np.arange(len(orders.rows)), orders.placed, orders.method, chance)
        yield made
        for number in range(1, ROUNDS):
            failed = np.flatnonzero(made.fails)
            hit, method = made.orders[failed], made.method[failed]
            draw = orders.world.random.draw(f"order_details.failed_{number}", orders.rows[hit])
            # An attempt is drawn by its order's row number, in a family of its own: so no draw depends on how
            # many charges the chunk has before it.
            insists = draw.bits("tries_again") < TRIES_AGAIN.take(method) << 8
            switches = draw.bits("switches") < SWITCHES.take(method) << 8
            any_method = order_choices.methods().take(orders.country[hit] * 256 + draw.bits("method"))
            any_method = order_choices.accepted(orders.channel[hit], any_method)
            # The same method often fails for the same reason, another one fails as often as any first charge.
            chance = np.where(switches, failing, failing_again(failing))
            method = np.where(switches, any_method, method)
            made = self._round(
                number + 1, hit[insists], made.again[failed][insists], method[insists], chance[insists]
            )
            yield made

    def _round(self, number: int, hit: I64, created: I64, method: I64, failing: I64) -> Round:
        draw = self.orders.world.random.draw(f"order_details.charge_{number}", self.orders.rows[hit])
        # One word decides whether the customer tries again soon, and when: the later times only have to be
        # spread over a day more.
        word = draw.bits("again")
        least, more = SETTLING.T
        settled = created + least.take(method) + (draw.bits("settled") * more.take(method) >> 20)
        soon = (word * RETRYING.take(method) >> 18) + 20_000
        return Round(
            orders=hit,
            method=method,
            fails=draw.happens("fails", failing),
            reason=order_choices.REASON.take(method * 64 + draw.bits("reason")),
            created=created,
            settled=settled,
            again=settled + np.where(word < RETRIED_SOON, soon, soon + (word * DAY >> 18)),
        )

    def _last(self, of: Callable[[Round], I64]) -> I64:
        """A property of each order's last charge."""
        # Attempts are in order, so each overwrites what the one before it said.
        first, *others = self.rounds
        values = of(first).copy()
        for one in others:
            values[one.orders] = of(one)
        return values

    @cached_property
    def captured(self) -> I64:
        """When each order is paid: its last charge is captured then, or it never is."""
        # Nothing follows a charge that succeeds, so only the last one can have.
        return self._last(lambda one: np.where(one.fails, NEVER, one.settled))

    @cached_property
    def unpaid(self) -> Flags:
        """Whether all charges of an order fail."""
        result: Flags = self.captured == NEVER
        return result

    @cached_property
    def settled(self) -> I64:
        """When each order's last charge settles."""
        return self._last(lambda one: one.settled)

    @cached_property
    def method(self) -> I64:
        """The method of each order's last charge."""
        return self._last(lambda one: one.method)
