"""From a product's hidden quality to its mean rating, and to the ratings that single customers give."""

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np

from cartload.randomness.fixed_point import I64

_MEANS: Final = ((0, 10), (2, 20), (6, 27), (16, 33), (42, 38), (96, 42), (160, 45), (224, 48), (256, 50))
"""Quality from 0 to 256, and the mean rating of such products in tenths."""
_LAW: Final = (
    (10, (100, 0, 0, 0, 0)),
    (20, (50, 20, 15, 10, 5)),
    (30, (26, 14, 16, 22, 22)),
    (42, (8, 5, 9, 15, 63)),
    (46, (3, 3, 5, 9, 80)),
    (50, (0, 0, 0, 0, 100)),
)
"""Means in tenths, and of a hundred such ratings how many have one star, two, … five."""
_LOWEST: Final = 10
_WORDS: Final = 1 << 16


def mean_of(quality: I64) -> I64:
    """The mean rating of products of a hidden quality, 0 to 255, in tenths from 10 to 50.

    Few bad ones, most between four and five, mean about 4.2: the shape that N. Hu, P. Pavlou and J. Zhang
    found for means of products (Overcoming the J-shaped distribution of product reviews, CACM 52, 2009).
    """
    return _means()[quality]


@cache
def _means() -> I64:
    """Tenths by quality, between the committed points in a straight line."""
    result = np.zeros(256, np.int64)
    for (start, low), (end, high) in pairwise(_MEANS):
        place = np.arange(end - start)
        result[start:end] = low + ((high - low) * place * 2 + (end - start)) // (2 * (end - start))
    return result


def stars(mean: I64, words: I64) -> I64:
    """A rating from 1 to 5 by each mean, in tenths from 10 to 50, and sixteen random bits.

    Ratings are J-shaped: mostly five stars, a few of one, little between (N. Hu, P. Pavlou and J. Zhang,
    Overcoming the J-shaped distribution of product reviews, CACM 52, 2009). The figures are ours.
    """
    ends = _ends()[mean - _LOWEST]
    result: I64 = 1 + (words[:, None] >= ends).sum(axis=1)
    return result


@cache
def _ends() -> I64:
    """For each mean the words at which one, two, three and four stars end."""
    # Between two committed means shares are mixed in proportion, so the mean is the one that is asked for.
    result = np.zeros((_LAW[-1][0] - _LOWEST + 1, 4), np.int64)
    for (low, below), (high, above) in pairwise(_LAW):
        for mean in range(low, high + 1):
            mixed = (high - mean) * np.array(below) + (mean - low) * np.array(above)
            result[mean - _LOWEST] = np.cumsum(mixed)[:4] * _WORDS // (100 * (high - low))
    return result
