"""Tables of payment methods, channels, reasons and delays, indexed by what is known and some random bits.

A table has one entry for each possible word, so a choice by shares is one look-up, and exactly reproducible.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from cartload import vocabulary
from cartload.randomness.fixed_point import I64
from cartload.spec.order_rates import (
    CARD,
    FAR,
    FAR_DAYS,
    METHODS,
    NEAR_DAYS,
    NOT_AT_A_COUNTER,
    STORE,
    USUAL_METHODS,
)

AGES: Final = 4
AGE_DAYS: Final = 20 * 365
_STAFFED_CHANNELS: Final = (
    (84, 74, 70, 24, 4),
    (108, 54, 48, 38, 8),
    (132, 26, 28, 52, 18),
    (120, 10, 16, 72, 38),
)
"""Shares of 256 by channel, a row for each twenty years of age: the young buy by app, the old by phone."""
_OPENS, _CLOSES, _SUNDAY = 9, 20, 6


@cache
def methods() -> I64:
    """Payment method by country of the vocabulary and eight bits."""
    rows = [METHODS.get(country.code, USUAL_METHODS) for country in vocabulary.countries()]
    return np.concatenate([spread(row) for row in rows])


def accepted(channel: I64, method: I64) -> I64:
    """The method itself, or card where the order is at a counter that does not take the method."""
    refused = (channel == STORE) & NOT_AT_A_COUNTER.take(method)
    return np.where(refused, CARD, method)


@cache
def staffed() -> I64:
    """1 where counters and phones are staffed, else 0, by weekday (Monday first) and hour."""
    open_hours = np.zeros((7, 24), np.int64)
    open_hours[:_SUNDAY, _OPENS:_CLOSES] = 1
    return open_hours.ravel()


def spread(shares: Sequence[int]) -> I64:
    """Indices of the shares, each as often as its share of 256 says: to be looked up by eight bits."""
    return np.repeat(np.arange(len(shares)), shares)


def _unstaffed(shares: Sequence[int]) -> tuple[int, ...]:
    # Who would have come or called buys online instead, half by the two apps; the web gets the rest, so that
    # the shares add up to 256 again.
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
"""Channel by whether counters are staffed, twenty years of age, and eight bits."""

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
"""Index in :data:`REASONS` by method and six random bits."""


@cache
def transit() -> I64:
    """Days from dispatch to delivery by country of the vocabulary and six bits: more in large countries."""
    return np.concatenate(
        [FAR_DAYS if country.code in FAR else NEAR_DAYS for country in vocabulary.countries()]
    )
