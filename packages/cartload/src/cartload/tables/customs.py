"""Customs of countries, methods and channels: tables by eight random bits."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from cartload import vocabulary
from cartload.randomness.fixed_point import I64
from cartload.spec.payment_rates import USUAL_METHODS

CARD, PAYPAL, BANK_TRANSFER, KLARNA, GIFT_CARD = range(5)
WEB, IOS, ANDROID, STORE, PHONE = range(5)

_METHODS: Final[dict[str, tuple[int, int, int, int, int]]] = {
    "US": (168, 58, 8, 12, 10),
    "GB": (158, 60, 12, 18, 8),
    "CA": (170, 54, 14, 8, 10),
    "AU": (150, 66, 14, 16, 10),
    "IE": (168, 56, 14, 10, 8),
    "DE": (62, 94, 32, 62, 6),
    "AT": (76, 76, 36, 62, 6),
    "SE": (86, 20, 46, 98, 6),
    "NL": (44, 28, 142, 36, 6),
    "PL": (70, 20, 148, 12, 6),
    "FR": (172, 56, 12, 8, 8),
    "ES": (142, 68, 32, 8, 6),
    "IT": (118, 98, 26, 8, 6),
    "BR": (150, 20, 80, 0, 6),
    "PT": (110, 36, 96, 8, 6),
    "JP": (180, 18, 50, 0, 8),
    "CN": (60, 10, 180, 0, 6),
    "IN": (92, 12, 146, 0, 6),
}
"""Shares of 256 by method: our estimates of what is usual in each country."""
_NOT_AT_A_COUNTER: Final = np.array([False, True, True, True, False])
"""Methods that shops do not take at their counters."""
AGES: Final = 4
AGE_DAYS: Final = 20 * 365
_STAFFED_CHANNELS: Final = (
    (84, 74, 70, 24, 4),
    (108, 54, 48, 38, 8),
    (132, 26, 28, 52, 18),
    (120, 10, 16, 72, 38),
)
"""Shares of 256 by channel: the young buy by app, the old by phone; by twenty years of age."""
_OPENS, _CLOSES, _SUNDAY = 9, 20, 6


@cache
def methods() -> I64:
    """Payment method by country of the vocabulary and eight bits."""
    rows = [_METHODS.get(country.code, USUAL_METHODS) for country in vocabulary.countries()]
    return np.concatenate([spread(row) for row in rows])


def accepted(channel: I64, method: I64) -> I64:
    """The method by which an order over the channel is paid: by card where a counter does not take it."""
    refused = (channel == STORE) & _NOT_AT_A_COUNTER.take(method)
    return np.where(refused, CARD, method)


@cache
def staffed() -> I64:
    """Whether counters and phones are, 1 or 0, by weekday (Monday first) and hour."""
    open_hours = np.zeros((7, 24), np.int64)
    open_hours[:_SUNDAY, _OPENS:_CLOSES] = 1
    return open_hours.ravel()


def spread(shares: Sequence[int]) -> I64:
    """Places by eight bits, each as often as its share of 256."""
    return np.repeat(np.arange(len(shares)), shares)


def _unstaffed(shares: Sequence[int]) -> tuple[int, ...]:
    web, ios, android, store, phone = shares
    return (
        web + store + phone - (store + phone) // 4 * 2,
        ios + (store + phone) // 4,
        android + (store + phone) // 4,
        0,
        0,
    )


CHANNELS: Final = np.concatenate(
    [spread(row) for row in (*map(_unstaffed, _STAFFED_CHANNELS), *_STAFFED_CHANNELS)]
)
"""Channel by whether counters are staffed, age and eight bits."""

_SECOND, _MINUTE = 1_000, 60_000
SETTLING: Final = np.array([(1, 8), (3, 90), (2 * 3600, 50 * 3600), (2, 60), (1, 4)], np.int64) * _SECOND
"""The least that a charge takes, and how much more it may, by method."""
RETRYING: Final = np.array([12 * 60, 15 * 60, 3 * 86_400, 20 * 60, 6 * 60], np.int64) * _SECOND
"""Most customers try again within this time, by method."""

_REASONS: Final[tuple[dict[str, int], ...]] = (
    {
        "insufficient_funds": 24,
        "declined": 18,
        "authentication_failed": 10,
        "expired_card": 6,
        "limit_exceeded": 4,
        "suspected_fraud": 2,
    },
    {"funding_source_failed": 36, "account_restricted": 12, "timeout": 16},
    {"no_payment_received": 48, "insufficient_funds": 12, "account_closed": 4},
    {"credit_check_failed": 44, "limit_exceeded": 16, "timeout": 4},
    {"insufficient_balance": 44, "code_already_used": 14, "expired_code": 6},
)
"""Why charges fail, by method, in shares of 64."""
REASONS: Final = tuple(dict.fromkeys(name for reasons in _REASONS for name in reasons))
REASON: Final = np.concatenate(
    [np.repeat([REASONS.index(name) for name in reasons], list(reasons.values())) for reasons in _REASONS]
)
"""Place among :data:`REASONS` by method and six random bits."""

_FAR: Final = frozenset({"US", "CA", "AU", "BR", "IN", "CN"})
_NEAR_DAYS: Final = np.repeat((1, 2, 3, 4, 6), (24, 22, 12, 4, 2))
_FAR_DAYS: Final = np.repeat((1, 2, 3, 4, 5, 7, 10), (6, 14, 18, 12, 8, 4, 2))
HANDLING: Final = np.repeat((0, 1, 2, 4), (22, 30, 9, 3))
"""Days until an order leaves the warehouse by six random bits, the day of payment not counted."""


@cache
def transit() -> I64:
    """Days on the road by country of the vocabulary and six bits: large countries take longer."""
    return np.concatenate(
        [_FAR_DAYS if country.code in _FAR else _NEAR_DAYS for country in vocabulary.countries()]
    )
