"""Ratios of the spec as exact fractions."""

from typing import Final

DECIMALS: Final = 10_000
"""Ratios of the spec have four decimals at most, so this denominator makes each an exact fraction."""


def ten_thousandths(ratio: float) -> int:
    """A ratio of the spec as an exact integer numerator over 10,000."""
    return round(ratio * DECIMALS)


def scaled(count: int, ratio: float) -> int:
    """``floor(count * ratio)``, exactly."""
    return count * ten_thousandths(ratio) // DECIMALS
