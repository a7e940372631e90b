"""What becomes of orders: computed uncut from rules, then hidden after the window's end."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.counts import ten_thousandths
from cartload.fixed import I64
from cartload.tables.orders import Orders
from cartload.timeline import DAY, HOUR

PENDING, PAID, SHIPPED, DELIVERED, RETURNED, CANCELLED = range(6)
CHARGES: Final = 3
"""The most charges an order has."""
NEVER: Final = 1 << 50
_MINUTE: Final = 60_000
_SETTLING: Final = np.array([_MINUTE, 2 * _MINUTE, 2 * DAY, 5 * _MINUTE, 5_000], np.int64)
"""How long a charge may take, by method."""
_EARLY_HALF: Final = 8

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lifecycle:
    """Moments of a chunk's orders; :data:`NEVER` for what does not come about."""

    orders: Orders

    @cached_property
    def _fate(self) -> "_Fate":
        return _fate(self.orders)

    @cached_property
    def charge_created(self) -> I64:
        """When each charge (column) of each order (row) is made."""
        return self._charges[0]

    @cached_property
    def charge_settled(self) -> I64:
        """When each charge succeeds or fails."""
        return self._charges[1]

    @cached_property
    def _charges(self) -> tuple[I64, I64]:
        created, settled = self.orders.placed, []
        began = []
        for fails, lasts, pause in self._fate.charges:
            began.append(created)
            settled.append(np.where(self.voided, NEVER, created + lasts))
            created = np.where(fails & ~self.voided, created + lasts + pause, NEVER)
        return np.stack(began, axis=1), np.stack(settled, axis=1)

    @cached_property
    def charge_fails(self) -> Flags:
        """Whether each charge fails, in the end."""
        return np.stack([fails for fails, _, _ in self._fate.charges], axis=1)

    @property
    def voided(self) -> Flags:
        """Whether the order is cancelled before its first charge settles."""
        return self._fate.cancelled & self._fate.early

    @cached_property
    def paid(self) -> I64:
        """When the first charge that does not fail is captured."""
        captured = np.argmin(self.charge_fails, axis=1)
        moment = self.charge_settled[np.arange(len(captured)), captured]
        return np.where(self.charge_fails.all(axis=1) | self.voided, NEVER, moment)

    @cached_property
    def cancelled(self) -> I64:
        """When it is cancelled: before payment, between payment and shipping, or after the last failure."""
        fate = self._fate
        early = self.orders.placed + _MINUTE + (fate.moment * 2 * HOUR >> 20)
        late = self.paid + 1 + (fate.moment * (fate.to_ship - 1) >> 20)
        failed = self.charge_settled[:, -1] + HOUR + (fate.moment * 3 * DAY >> 20)
        moment = np.where(fate.early, early, np.where(self.paid < NEVER, late, failed))
        return np.where(fate.cancelled, moment, NEVER)

    @cached_property
    def shipped(self) -> I64:
        """When it leaves the warehouse."""
        ships = (self.paid < NEVER) & ~self._fate.cancelled
        return np.where(ships, self.paid + self._fate.to_ship, NEVER)

    @cached_property
    def delivered(self) -> I64:
        """When it arrives."""
        return np.where(self.shipped < NEVER, self.shipped + self._fate.to_deliver, NEVER)

    @cached_property
    def returned(self) -> I64:
        """When goods come back."""
        comes_back = self._fate.returned & (self.delivered < NEVER)
        return np.where(comes_back, self.delivered + self._fate.to_return, NEVER)

    def shown(self, moments: I64) -> Flags:
        """Whether a moment lies in the window."""
        result: Flags = moments <= self.orders.world.last_moment
        return result

    @cached_property
    def status(self) -> I64:
        """Status at the window's end, as a place in the schema's list."""
        steps = (self.paid, self.shipped, self.delivered, self.returned)
        reached = sum(self.shown(step).astype(np.int64) for step in steps)
        return np.where(self.shown(self.cancelled), CANCELLED, reached)

    @cached_property
    def updated(self) -> I64:
        """The last moment shown by the order's row."""
        latest = self.orders.placed
        for step in (self.paid, self.shipped, self.delivered, self.returned, self.cancelled):
            latest = np.where(self.shown(step), np.maximum(latest, step), latest)
        return latest


@dataclass(frozen=True)
class _Fate:
    """The drawn decisions and delays of orders."""

    cancelled: Flags
    early: Flags
    returned: Flags
    moment: I64
    to_ship: I64
    to_deliver: I64
    to_return: I64
    charges: tuple[tuple[Flags, I64, I64], ...]


def _fate(orders: Orders) -> _Fate:
    spec, draw, delays = orders.world.spec.orders, orders.draw("fate"), orders.draw("delays")
    return _Fate(
        cancelled=draw.happens("cancelled", ten_thousandths(spec.cancel_rate)),
        early=draw.bits("early") < _EARLY_HALF,
        returned=draw.happens("returned", ten_thousandths(spec.return_rate)),
        moment=draw.bits("moment"),
        to_ship=4 * HOUR + delays.below("shipped", 3 * DAY),
        to_deliver=DAY + delays.below("delivered", 6 * DAY),
        to_return=3 * DAY + delays.below("returned", 24 * DAY),
        charges=tuple(_charge(orders, number) for number in range(1, CHARGES + 1)),
    )


def _charge(orders: Orders, number: int) -> tuple[Flags, I64, I64]:
    """Whether the charge fails, how long it takes, how long the customer then waits."""
    draw = orders.draw(f"charge_{number}")
    fails = draw.happens("fails", ten_thousandths(orders.world.spec.orders.payment_failure_rate))
    lasts = 1_000 + draw.below("settled", _SETTLING[orders.method])
    return fails, lasts, 5 * _MINUTE + draw.below("again", DAY)
