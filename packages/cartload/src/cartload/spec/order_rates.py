"""Shares and delays of orders: when they are placed, how they are paid, when parcels leave and arrive.

The shares are our estimates: that a failed charge often fails again by the same means, and that a good part
of the customers leave, is what payment providers agree on.
"""

from typing import Final

import numpy as np

FIRST_ORDER_DAYS: Final = np.repeat((0, 1, 2, 3, 5, 8, 14, 27, 45, 80), (172, 18, 12, 10, 10, 10, 8, 7, 5, 4))
"""Days from sign-up to a first order by eight random bits: two in three buy at once."""
LIFETIME_DAYS: Final = 84
"""The scale of the Pareto law by which customers stay: of all, ``sqrt(scale / (scale + days))`` are left."""
ROUNDS: Final = 3
"""The most charges an order has."""
CARD, PAYPAL, BANK_TRANSFER, KLARNA, GIFT_CARD = range(5)
WEB, IOS, ANDROID, STORE, PHONE = range(5)

METHODS: Final[dict[str, tuple[int, int, int, int, int]]] = {
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
USUAL_METHODS: Final = (150, 56, 32, 12, 6)
"""Shares of 256 by method, in the schema's order, where nothing is known of a country."""
TRIES_AGAIN: Final = np.array([190, 200, 140, 176, 170], np.int64)
"""Of 256 customers whose charge failed so many try once more, by method."""
SWITCHES: Final = np.array([64, 110, 90, 200, 170], np.int64)
"""Of 256 who do, so many by any method, by the one that failed."""
_FAILS_AGAIN: Final = 4_000
"""Ten-thousandths of charges tried again by the same method that fail where a first one would not."""


def failing_again(failing: int) -> int:
    """The chance that the same method fails once more, from that of a first charge, in ten-thousandths."""
    return failing + (10_000 - failing) * _FAILS_AGAIN // 10_000


_SECOND: Final = 1_000
SETTLING: Final = np.array([(1, 8), (3, 90), (2 * 3600, 50 * 3600), (2, 60), (1, 4)], np.int64) * _SECOND
"""The least that a charge takes, and how much more it may, by method."""
RETRYING: Final = np.array([12 * 60, 15 * 60, 3 * 86_400, 20 * 60, 6 * 60], np.int64) * _SECOND
"""Most customers try again within this time, by method."""
RETRIED_SOON: Final = 157_286
"""Of 2**18 charges tried again so many are within that time; the others within a day more."""

NOT_AT_A_COUNTER: Final = np.array([False, True, True, True, False])
"""Methods that shops do not take at their counters."""

FAR: Final = frozenset({"US", "CA", "AU", "BR", "IN", "CN"})
NEAR_DAYS: Final = np.repeat((1, 2, 3, 4, 6), (24, 22, 12, 4, 2))
FAR_DAYS: Final = np.repeat((1, 2, 3, 4, 5, 7, 10), (6, 14, 18, 12, 8, 4, 2))
"""Days on the road by six random bits, in large countries and in others."""
REVIEW_DAYS: Final = np.repeat((1, 2, 3, 4, 5, 7, 10, 14, 21, 30), (44, 40, 32, 26, 26, 28, 26, 18, 10, 6))
"""Days from a delivery to a review by eight random bits: half of them within four days."""
HANDLING: Final = np.repeat((0, 1, 2, 4), (22, 30, 9, 3))
"""Days until an order leaves the warehouse by six random bits, the day of payment not counted."""
