"""How old customers are when they sign up, as an integer table.

Shaped after the shares of Europeans that buy online, by age (Eurostat, isoc_ec_ib20, 2023: some 80 % of those
of 16 to 24, 87 % of 25 to 44, 75 % of 45 to 54, 62 % of 55 to 64, 45 % of 65 to 74), times the number of
people of that age; fewer below 18, for want of a card, and beyond 75.
"""

from functools import cache
from typing import Final

import numpy as np

from cartload.randomness.fixed_point import I64

_YOUNGEST_DAYS: Final = 16 * 366
"""Sixteen years and some days, leap years or not."""

# A table and not a formula: the shares are known for bands of ages only; here they are smoothed, so that no
# age has far more customers than the one before.
_WEIGHTS: Final = (
    *(22, 34, 58, 70, 76, 80, 84, 88, 92, 96),
    *(99, 101, 103, 104, 105, 106, 107, 108, 109, 110),
    *(110, 111, 111, 111, 110, 110, 109, 108, 107, 106),
    *(104, 103, 102, 101, 100, 99, 98, 97, 96, 95),
    *(93, 91, 89, 86, 83, 80, 77, 74, 71, 68),
    *(65, 62, 59, 56, 53, 50, 46, 42, 38, 34),
    *(30, 26, 23, 20, 17, 15, 13, 11, 9, 7),
    *(6, 5, 4, 3, 2),
)
"""Customers by year of age, from 16 on."""

_BITS: Final = 16
_YEAR: Final = 365


@cache
def _table() -> I64:
    """Age in days, beyond the youngest, for each of 65,536 equally likely draws."""
    weights = np.array(_WEIGHTS, np.int64)
    ends = np.cumsum(weights) << _BITS
    draws = np.arange(1 << _BITS) * int(weights.sum())
    year = np.searchsorted(ends, draws, side="right")
    # How far the draw lies inside of its year becomes the day of that year: birthdays are spread evenly.
    within = draws - (ends[year] - (weights[year] << _BITS))
    result: I64 = year * _YEAR + (within * _YEAR // weights[year] >> _BITS)
    return result


def days(draws: I64) -> I64:
    """Days since birth for draws of sixteen bits."""
    return _YOUNGEST_DAYS + _table().take(draws)
