"""How attempts to be paid go: which fail, who tries again and by what; the payments that come of it.

The shares are our estimates: that a failed charge often fails again by the same means, and that a good part
of the customers leave, is what payment providers agree on.
"""

from typing import Final

import numpy as np

from cartload.spec.model import Spec

ROUNDS: Final = 3
"""The most charges an order has."""
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


def payments_per_million_orders(spec: Spec) -> int:
    """Charges and refunds to expect, were the window endless."""
    orders = spec.orders
    failing, cancelled = orders.payment_failure_rate, orders.cancel_rate
    tries, switches = (_usual(shares) for shares in (TRIES_AGAIN, SWITCHES))
    again = switches * failing + (1 - switches) * failing_again(round(failing * 10_000)) / 10_000
    second, third = failing * tries, failing * tries * again * tries
    unpaid = (failing - second) + (second * again - third) + third * again
    in_time = max(0.0, cancelled - unpaid) / 2
    charges = in_time + (1 - in_time) * (1 + second + third)
    refunds = in_time + (1 - max(cancelled, unpaid)) * orders.return_rate
    return round(1_000_000 * (charges + refunds))


def _usual(shares: np.typing.NDArray[np.int64]) -> float:
    """The mean of shares of 256 over the usual methods."""
    return float(shares @ np.array(USUAL_METHODS, np.int64)) / 65_536
