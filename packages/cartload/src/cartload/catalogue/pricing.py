"""Prices, costs and weights in integers.

Prices and bands are minor units of a currency whose main unit is about a dollar. They are the same numbers in
every currency of a spec: in one without minor units, such as the yen, a minor unit is the main one.
"""

from typing import Final

import numpy as np

from cartload.randomness.fixed_point import I64, exp2, log2

_FULL: Final = 65_535
_ENDINGS: Final = np.array([1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 0, 0], np.int64)
"""What is taken off a round price: to ..99 most often, as M. Schindler and P. Kirby counted in advertisements
(Patterns of rightmost digits used in advertised prices, Journal of Consumer Research 24, 1997)."""


def base(low: I64, high: I64, level: I64, brand: I64, material: I64) -> I64:
    """A price in a band, on a logarithmic scale: partly chance, the rest from brand and material.

    ``level`` is uniform and has 16 bits; brand and material are price levels from 1 to 5.
    """
    # Three eighths of the band are chance, squared so that low prices are the usual ones; three eighths are
    # the brand's four steps, a quarter the material's.
    chance = (level * level >> 16) * 3 >> 3
    position = chance + (brand - 1) * (_FULL * 3 // 32) + (material - 1) * (_FULL // 16)
    below, above = log2(low), log2(high)
    return np.clip(exp2(below + ((above - below) * position >> 16)), low, high)


def charming(price: I64, usual: I64, ending: I64) -> I64:
    """A price with the usual endings: ..99, ..95 or ..00, from 100.00 on also 9.00, below 10.00 also .49.

    ``usual`` is the price of the product's reference size, so that all its sizes end alike; ``ending`` has
    8 bits. At least 49.
    """
    cheap, dear, very = usual < 1_000, usual >= 10_000, usual >= 100_000
    step = np.where(cheap, 50, np.where(dear, np.where(very, 5_000, 1_000), 100))
    less = np.where(cheap, 1, _ENDINGS[ending & 15])
    less = np.where(dear & (ending & 16 == 0), 100, less)
    result: I64 = np.maximum((price + step // 2) // step, 1) * step - less
    return result


def cost(price: I64, lowest: I64, highest: I64, draw: I64) -> I64:
    """What the shop pays: the price less a gross margin between two percentages; ``draw`` has 8 bits.

    Margins by sector follow the order of A. Damodaran's yearly table of margins by industry.
    """
    margin = lowest * 256 + (highest - lowest) * draw
    result: I64 = price * (25_600 - margin) // 25_600
    return np.maximum(result, 1)


def grams(low: I64, high: I64, draw: I64, percent: I64) -> I64:
    """The weight of a size: a place in the band, ``draw`` of 16 bits, times the size's percentage."""
    result: I64 = (low * 65_536 + (high - low) * draw) * percent // 6_553_600
    return np.maximum(result, 1)
