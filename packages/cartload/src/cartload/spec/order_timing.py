"""When orders are placed, sent and delivered, as chances: what expected numbers of rows rest on.

What follows an order comes days or weeks later: near the end of the window some of it comes too late to be in
the dataset. So an expectation needs to know how many orders are placed so shortly before the end. It is
computed by the rules that the tables follow, day by day, with local clocks taken for UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.spec import daily_demand
from cartload.spec.model import Locale, Season, Window
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
    USUAL_METHODS,
)

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
type Countries = tuple[tuple[str, float], ...]

_LAST_DAYS: Final = 90
"""Whatever follows an order has happened so many days later."""
_AT_A_COUNTER: Final = 0.1
"""About the share of orders bought in stores, where goods are handed over at once."""
HOURS: Final = np.arange(24) + 0.5
_SATURDAY, _SUNDAY = 5, 6
_LEAVES: Final = 12.5
"""The hour at which parcels leave, on average."""


def countries_of(locales: Mapping[Locale, int]) -> Countries:
    """Shares of customers by country."""
    total = sum(locales.values())
    return tuple((locale[-2:], weight / total) for locale, weight in locales.items())


def method_shares(countries: Countries) -> F64:
    """Shares of orders by method; at a counter a card is used where the method is not taken."""
    by_country = [np.array(METHODS.get(code, USUAL_METHODS)) * share for code, share in countries]
    shares = np.sum(by_country, axis=0)
    refused = shares * NOT_AT_A_COUNTER * _AT_A_COUNTER
    shares = shares - refused
    shares[CARD] += refused.sum()
    result: F64 = shares / shares.sum()
    return result


@dataclass(frozen=True)
class Recent:
    """Shares of all orders: ``earlier`` than the window's last days, and on those by day and hour."""

    earlier: float
    weights: F64

    @classmethod
    def of(cls, window: Window, season: Season, growth: float, per_customer: float) -> "Recent":
        """The shares of a spec's orders."""
        placed = _placed(window, season, growth, per_customer)[-_LAST_DAYS:]
        hours = np.array(season.day) / sum(season.day)
        return cls(1 - float(placed.sum()), placed[:, None] * hours)

    @property
    def days(self) -> int:
        """How many last days there are."""
        return len(self.weights)

    def expected(self, in_time: F64) -> float:
        """The share of orders after which something is in time, by its chance for each day and hour."""
        return self.earlier + float((self.weights * in_time).sum())


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


class Parcels:
    """When orders of the window's last days leave and arrive, by day and hour; chances to be in time."""

    def __init__(self, end: date, days: int, countries: Countries) -> None:
        far = sum(share for code, share in countries if code in FAR)
        self.days = days
        dates = [end - timedelta(days=days - 1 - place) for place in range(days)]
        self._weekday = np.array([day.weekday() for day in dates])
        self._transit = [(NEAR_DAYS, (1 - far) / 64), (FAR_DAYS, far / 64)]

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

    def followed(self, methods: F64, days: I64, hours: float) -> F64:
        """The chance that something is in the window which follows a delivery.

        It comes after one of some ``days``, all alike likely, and so many ``hours`` more on average.
        """
        result = np.zeros((self.days, 24))
        stays = np.cumsum(np.bincount(days) / len(days))
        back = self._in_time(stays)
        for paid, share in self._paid(methods):
            for handling, chance in self._handling():
                day = self._leaving_day(paid, handling)
                result += share * chance * (1 - _AT_A_COUNTER) * back[np.minimum(day, len(back) - 1)]
            left = np.clip((self.days * 24 - paid - hours) // 24, -1, len(stays) - 1).astype(np.int64)
            result += share * _AT_A_COUNTER * np.where(left < 0, 0, stays[left])
        return result

    def _paid(self, methods: F64) -> list[tuple[F64, float]]:
        """Hours, from the first of these days on, at which orders of each day and hour are paid."""
        placed = np.arange(self.days)[:, None] * 24 + HOURS
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

    def _in_time(self, stays: F64) -> F64:
        """The chance to be in the window by the day of leaving, by chances of ``stays``."""
        # The last entry is for days after the window.
        leaves = np.arange(self.days + 1)
        result = np.zeros(len(leaves))
        for table, weight in self._transit:
            for transit in table.tolist():
                arrives = leaves + transit
                arrives = arrives + (self._weekday_of(arrives) == _SUNDAY)
                left = np.clip(self.days - 1 - arrives, -1, len(stays) - 1)
                result += weight * np.where(left < 0, 0, stays[left])
        result[-1] = 0
        return result
