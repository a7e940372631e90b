"""How many payments to expect: the one row count that does not follow exactly from the spec.

Each order has one charge. More charges follow failed ones, and refunds follow cancellations and returns, days
or weeks later: near the end of the window some of them come too late to be in the dataset. So the expectation
needs to know how many orders are placed so shortly before the end. It is computed by the rules that the
tables follow, day by day, with local clocks taken for UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.spec import daily_demand
from cartload.spec.model import Locale, Orders, Season, Spec, Window
from cartload.spec.order_rates import (
    BANK_TRANSFER,
    CARD,
    FAR,
    FAR_DAYS,
    FIRST_ORDER_DAYS,
    HANDLING,
    LIFETIME_DAYS,
    METHODS,
    NEAR_DAYS,
    NOT_AT_A_COUNTER,
    RETRIED_SOON,
    RETRYING,
    SETTLING,
    SWITCHES,
    TRIES_AGAIN,
    USUAL_METHODS,
    failing_again,
)

F64 = npt.NDArray[np.float64]

_LAST_DAYS: Final = 90
"""Whatever follows an order has happened so many days later."""
_AT_A_COUNTER: Final = 0.1
"""About the share of orders bought in stores, where goods are handed over at once."""
_HOURS: Final = np.arange(24) + 0.5
_SATURDAY, _SUNDAY = 5, 6
_LEAVES: Final = 12.5
"""The hour at which parcels leave, on average."""


def payments_per_million_orders(spec: Spec) -> int:
    """Charges and refunds to expect within the window."""
    return _expected(spec.window, spec.season, spec.growth, spec.orders, _countries(spec.locales))


def most_payments_per_million_orders(spec: Spec) -> int:
    """Charges and refunds to expect, were the window endless: sizes are planned by this number."""
    rates = _Rates.of(spec.orders, _method_shares(_countries(spec.locales)))
    charges = 1 + rates.shown * rates.later
    return round(1_000_000 * (charges + rates.refunded_early + rates.returned))


def _countries(locales: Mapping[Locale, int]) -> tuple[tuple[str, float], ...]:
    """Shares of customers by country."""
    total = sum(locales.values())
    return tuple((locale[-2:], weight / total) for locale, weight in locales.items())


def _method_shares(countries: tuple[tuple[str, float], ...]) -> F64:
    """Shares of orders by method; at a counter a card is used where the method is not taken."""
    by_country = [np.array(METHODS.get(code, USUAL_METHODS)) * share for code, share in countries]
    shares = np.sum(by_country, axis=0)
    refused = shares * NOT_AT_A_COUNTER * _AT_A_COUNTER
    shares = shares - refused
    shares[CARD] += refused.sum()
    result: F64 = shares / shares.sum()
    return result


@dataclass(frozen=True)
class _Rates:
    """Shares of all orders, in an endless window.

    ``second`` and ``third`` are charges by the method of the one that failed; so many of them are ``shown``:
    those of an order that is cancelled before its first charge settles are not. ``cancelled`` shares out by
    method the orders that are paid and cancelled.
    """

    methods: F64
    second: F64
    third: F64
    shown: float
    refunded_early: float
    returned: float
    cancelled: F64

    @property
    def later(self) -> float:
        """Second and third charges of an order."""
        return float(self.second.sum() + self.third.sum())

    @classmethod
    def of(cls, orders: Orders, methods: F64) -> "_Rates":
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
            returned=min((1 - cancels) * orders.return_rate, 1 - max(cancels, unpaid)),
            cancelled=chosen / max(chosen.sum(), 1e-12),
        )


@lru_cache(maxsize=128)
def _expected(
    window: Window,
    season: Season,
    growth: float,
    orders: Orders,
    countries: tuple[tuple[str, float], ...],
) -> int:
    rates = _Rates.of(orders, _method_shares(countries))
    placed = _placed(window, season, growth, orders.per_customer)[-_LAST_DAYS:]
    hours = np.array(season.day) / sum(season.day)
    earlier = 1 - float(placed.sum())
    left = np.arange(len(placed), 0, -1)[:, None] * 24 - _HOURS  # hours from an order to the window's end
    weights = placed[:, None] * hours
    late = _later_charges(rates)
    in_time = late[np.minimum(left, len(late) - 1).astype(np.int64)]
    far = sum(share for code, share in countries if code in FAR)
    parcels = _Parcels(window.end, len(placed), far)
    charges = 1 + rates.shown * (earlier * float(late[-1]) + float((weights * in_time).sum()))
    cancelled = earlier + float((weights * parcels.cancelled(rates.cancelled)).sum())
    returned = earlier + float((weights * parcels.returned(rates.methods)).sum())
    refunds = rates.refunded_early * cancelled + rates.returned * returned
    return round(1_000_000 * (charges + refunds))


def _placed(window: Window, season: Season, growth: float, per_customer: float) -> F64:
    """Shares of all orders by day of the window: first orders after sign-ups, and the others."""
    sign_ups = np.array(daily_demand.sign_ups(window, season, growth), np.float64)
    demand = np.array(daily_demand.orders(window, season), np.float64)
    sign_ups /= sign_ups.sum()
    days = len(sign_ups)
    first, too_late = np.zeros(days), np.zeros(days)
    for delay, share in zip(*np.unique(FIRST_ORDER_DAYS, return_counts=True), strict=True):
        first[delay:] += sign_ups[: max(days - delay, 0)] * share / 256
        too_late[max(days - delay, 0) :] += sign_ups[max(days - delay, 0) :] * share / 256
    # A first order that would come after the window is placed at any time between sign-up and the end.
    first += np.cumsum(too_late / np.arange(days, 0, -1))
    active = np.convolve(first, np.sqrt(LIFETIME_DAYS / (LIFETIME_DAYS + np.arange(days) + 0.5)))[:days]
    others = active * demand
    buyers = 1 / (1 + per_customer)
    result: F64 = buyers * first + (1 - buyers) * others / others.sum()
    return result


def _later_charges(rates: _Rates) -> F64:
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


class _Parcels:
    """When orders of the window's last days leave and come back, by day and hour; chances to be in time."""

    def __init__(self, end: date, days: int, far: float) -> None:
        self.days = days
        dates = [end - timedelta(days=days - 1 - place) for place in range(days)]
        self._weekday = np.array([day.weekday() for day in dates])
        self._transit = [(NEAR_DAYS, (1 - far) / 64), (FAR_DAYS, far / 64)]
        part = np.arange(256)
        self._stays = np.bincount(3 + (part * part * 33 >> 16)) / 256

    def cancelled(self, methods: F64) -> F64:
        """The chance that a paid order is cancelled, and so refunded, before the window's end."""
        result = np.zeros((self.days, 24))
        for paid, share in self._paid(methods):
            inside = paid <= self.days * 24
            for handling, chance in self._handling():
                leaves = self._leaving_day(paid, handling) * 24 + _LEAVES
                part = np.clip((self.days * 24 - paid) / (leaves - paid), 0, 1)
                result += share * chance * (1 - _AT_A_COUNTER) * part
            result += share * _AT_A_COUNTER * inside
        return result

    def returned(self, methods: F64) -> F64:
        """The chance that an order which comes back does so before the window's end."""
        result = np.zeros((self.days, 24))
        back = self._back_in_time()
        stays = np.cumsum(self._stays)
        for paid, share in self._paid(methods):
            for handling, chance in self._handling():
                day = self._leaving_day(paid, handling)
                result += share * chance * (1 - _AT_A_COUNTER) * back[np.minimum(day, len(back) - 1)]
            left = np.clip((self.days * 24 - paid - 1.5) // 24, -1, len(stays) - 1).astype(np.int64)
            result += share * _AT_A_COUNTER * np.where(left < 0, 0, stays[left])
        return result

    def _paid(self, methods: F64) -> list[tuple[F64, float]]:
        """Hours, from the first of these days on, at which orders of each day and hour are paid."""
        placed = np.arange(self.days)[:, None] * 24 + _HOURS
        by_transfer = float(methods[BANK_TRANSFER])
        # Transfers take 2 to 52 hours, everything else is settled within a minute or two.
        transfers = [(placed + hours, by_transfer / 10) for hours in np.arange(4.5, 52, 5)]
        return [(placed, 1 - by_transfer), *transfers]

    def _handling(self) -> list[tuple[int, float]]:
        days, counts = np.unique(HANDLING, return_counts=True)
        return [(int(day), count / 64) for day, count in zip(days, counts, strict=True)]

    def _weekday_of(self, day: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        result: npt.NDArray[np.int64] = (self._weekday[0] + day) % 7
        return result

    def _leaving_day(self, paid: F64, handling: int) -> npt.NDArray[np.int64]:
        day = (paid // 24).astype(np.int64) + 1 + handling
        weekday = self._weekday_of(day)
        return day + np.where(weekday == _SATURDAY, 2, weekday == _SUNDAY)

    def _back_in_time(self) -> F64:
        """The chance to be back by the window's end, by the day of leaving; 0 for days after the window."""
        leaves = np.arange(self.days + 1)
        stays = np.cumsum(self._stays)
        result = np.zeros(len(leaves))
        for table, weight in self._transit:
            for transit in table.tolist():
                arrives = leaves + transit
                arrives = arrives + (self._weekday_of(arrives) == _SUNDAY)
                left = np.clip(self.days - 1 - arrives, -1, len(stays) - 1)
                result += weight * np.where(left < 0, 0, stays[left])
        result[-1] = 0
        return result
