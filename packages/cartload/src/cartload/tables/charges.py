"""Attempts to be paid: each customer tries up to three times, at times by another method."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.counts import ten_thousandths
from cartload.fixed import I64
from cartload.tables import customs
from cartload.tables.orders import Orders
from cartload.timeline import DAY

ROUNDS: Final = 3
"""The most charges an order has."""
NEVER: Final = 1 << 50
"""The moment of what does not come about; later ones mean the same."""
_SOON: Final = 157_286
"""Of 2**18 failed charges so many are tried again soon; the others within a day more."""
_SWITCH: Final = 64
"""Of 256 further charges so many are by any method."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Round:
    """The charges of one attempt: of which orders, by which method, whether they fail and why, and when."""

    orders: I64
    method: I64
    fails: Flags
    reason: I64
    created: I64
    settled: I64
    again: I64


@dataclass(frozen=True)
class Charges:
    """What is tried in a chunk's orders; an order whose charge is voided is given by the lifecycle."""

    orders: Orders

    @cached_property
    def rounds(self) -> tuple[Round, ...]:
        """All attempts as if no order were cancelled: the first of every order, the others after failures."""
        return tuple(self._rounds())

    def _rounds(self) -> Iterator[Round]:
        orders, rows = self.orders, self.orders.rows
        hit, created, method = np.arange(len(rows)), orders.placed, orders.method
        for number in range(1, ROUNDS + 1):
            made = self._round(number, hit, created, method)
            yield made
            failed = np.flatnonzero(made.fails)
            hit, created, method = hit[failed], made.again[failed], made.method[failed]

    def _round(self, number: int, hit: I64, created: I64, method: I64) -> Round:
        draw = self.orders.world.random.draw(f"order_details.charge_{number}", self.orders.rows[hit])
        word = draw.bits("again")
        if number > 1:
            other = customs.methods().take(self.orders.country[hit] * 256 + (word & 0xFF))
            method = np.where(word >> 8 & 0xFF < _SWITCH, other, method)
        least, more = customs.SETTLING.T
        settled = created + least.take(method) + (draw.bits("settled") * more.take(method) >> 20)
        soon = (word * customs.RETRYING.take(method) >> 18) + 20_000
        return Round(
            orders=hit,
            method=method,
            fails=draw.happens("fails", ten_thousandths(self.orders.world.spec.orders.payment_failure_rate)),
            reason=customs.REASON.take(method * 64 + draw.bits("reason")),
            created=created,
            settled=settled,
            again=settled + np.where(word < _SOON, soon, soon + (word * DAY >> 18)),
        )

    @cached_property
    def captured(self) -> I64:
        """When each order's first charge that does not fail is captured."""
        first, *others = self.rounds
        moments = np.where(first.fails, NEVER, first.settled)
        for one in others:
            moments[one.orders] = np.where(one.fails, NEVER, one.settled)
        return moments

    @cached_property
    def given_up(self) -> I64:
        """Orders of which all charges fail."""
        last = self.rounds[-1]
        return last.orders[last.fails]

    @cached_property
    def method(self) -> I64:
        """The method of each order's last charge."""
        methods = self.rounds[0].method.copy()
        for one in self.rounds[1:]:
            methods[one.orders] = one.method
        return methods
