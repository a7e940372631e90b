"""How many payments to expect.

Each order has one charge. More charges follow failed ones, and refunds follow cancellations and returns.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from cartload.spec.model import Orders, Season, Spec, Window
from cartload.spec.order_rates import (
    BANK_TRANSFER,
    RETRIED_SOON,
    RETRYING,
    SETTLING,
    SWITCHES,
    TRIES_AGAIN,
    failing_again,
)
from cartload.spec.order_timing import F64, HOURS, Countries, Parcels, Recent, countries_of, method_shares

_EVEN: Final = np.arange(256)
_RETURN_DAYS: Final = 3 + (_EVEN * _EVEN * 33 >> 16)
"""Days from a delivery to a return by eight random bits, as orders have them (tables/lifecycle.py)."""


def payments_per_million_orders(spec: Spec) -> int:
    """Charges and refunds to expect within the window."""
    return _expected(spec.window, spec.season, spec.growth, spec.orders, countries_of(spec.locales))


def most_payments_per_million_orders(spec: Spec) -> int:
    """Charges and refunds to expect, were the window endless: sizes are planned by this number."""
    rates = Rates.of(spec.orders, method_shares(countries_of(spec.locales)))
    charges = 1 + rates.shown * rates.later
    return round(1_000_000 * (charges + rates.refunded_early + rates.returned))


@dataclass(frozen=True)
class Rates:
    """Shares of all orders, in an endless window.

    ``second`` and ``third`` are charges by the method of the one that failed; so many of them are ``shown``:
    those of an order that is cancelled before its first charge settles are not. ``delivered`` is the share
    of orders that are paid and not cancelled. ``cancelled`` shares out by method those paid and cancelled.
    """

    methods: F64
    second: F64
    third: F64
    shown: float
    refunded_early: float
    delivered: float
    returned: float
    cancelled: F64

    @property
    def later(self) -> float:
        """Second and third charges of an order."""
        return float(self.second.sum() + self.third.sum())

    @classmethod
    def of(cls, orders: Orders, methods: F64) -> "Rates":
        """The rates of a spec's orders, of which so many are paid by each method."""
        failing, cancels = orders.payment_failure_rate, orders.cancel_rate
        insists = failing_again(round(failing * 10_000)) / 10_000
        tries, switches = TRIES_AGAIN / 256, SWITCHES / 256
        second = failing * methods * tries
        switched, same = (second * switches).sum() * methods, second * (1 - switches)
        failed_twice = switched * failing + same * insists
        third = failed_twice * tries
        failed_thrice = third * (switches * failing + (1 - switches) * insists)
        unpaid = float((failing * methods - second + failed_twice - third + failed_thrice).sum())
        # Orders that were never paid are cancelled before any other. Half of the other cancelled ones are
        # cancelled before their charge settles, the other half are paid, and so refunded.
        early = max(0.0, cancels - unpaid) / 2
        later, paid_later = second.sum() + third.sum(), second - failed_twice + 2 * (third - failed_thrice)
        hidden = early * paid_later.sum() / max((1 - unpaid) * later, 1e-12)
        transfer = np.arange(len(methods)) == BANK_TRANSFER
        chosen = methods * np.where(transfer, 1 - (1 - cancels) ** 2.5, cancels)
        return cls(
            methods=methods,
            second=second,
            third=third,
            shown=1 - float(hidden),
            refunded_early=early,
            delivered=1 - max(cancels, unpaid),
            returned=min((1 - cancels) * orders.return_rate, 1 - max(cancels, unpaid)),
            cancelled=chosen / max(chosen.sum(), 1e-12),
        )


@lru_cache(maxsize=128)
def _expected(
    window: Window,
    season: Season,
    growth: float,
    orders: Orders,
    countries: Countries,
) -> int:
    rates = Rates.of(orders, method_shares(countries))
    recent = Recent.of(window, season, growth, orders.per_customer)
    left = np.arange(recent.days, 0, -1)[:, None] * 24 - HOURS  # hours from an order to the window's end
    late = _later_charges(rates)
    in_time = late[np.minimum(left, len(late) - 1).astype(np.int64)]
    parcels = Parcels(window.end, recent.days, countries)
    charges = 1 + rates.shown * (recent.earlier * float(late[-1]) + float((recent.weights * in_time).sum()))
    cancelled = recent.expected(parcels.cancelled(rates.cancelled))
    returned = recent.expected(parcels.followed(rates.methods, _RETURN_DAYS, 1.5))
    refunds = rates.refunded_early * cancelled + rates.returned * returned
    return round(1_000_000 * (charges + refunds))


def _later_charges(rates: Rates) -> F64:
    """Second and third charges of an order by the hours after which they are made, cumulated."""
    delays = [_retry_delay(method) for method in range(len(rates.methods))]
    second = sum(share * delay for share, delay in zip(rates.second, delays, strict=True))
    total = np.append(second, np.zeros(len(delays[0])))
    for share, delay in zip(rates.third, delays, strict=True):
        total[: 2 * len(delay) - 1] += share * np.convolve(delay, delay)
    result: F64 = np.cumsum(total)
    return result


def _retry_delay(method: int) -> F64:
    """The distribution of hours between two charges by a method."""
    least, more = SETTLING[method] / 3_600_000
    part = (np.arange(256) + 0.5) / 256
    again = part * RETRYING[method] / 3_600_000 + np.where(part < RETRIED_SOON / 2**18, 0, part * 24)
    hours = (least + part[:, None] * more + again).ravel().astype(np.int64)
    return np.bincount(hours, minlength=160)[:160] / len(hours)
