"""Logarithms and powers of two in integers.

Floating-point functions differ between processors and library versions in the last bit, which is enough to
change a value; integers are the same everywhere.
"""

from functools import cache
from math import isqrt
from typing import Final

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

ONE: Final = 1 << 16
"""The number 1 in the fixed-point form (sixteen binary places) used here."""


def log2(values: I64) -> I64:
    """Binary logarithm of integers from 1 to 2**31 - 1, with sixteen binary places, by a table of 257."""
    exponent = np.frexp(values.astype(np.float64))[1].astype(np.int64) - 1  # exact: no rounding below 2**53
    scaled = values << (31 - exponent)
    index, rest = (scaled >> 23) & 255, scaled & 0x7FFFFF
    table = _log2_table()
    result: I64 = (exponent << 16) + table[index] + ((table[index + 1] - table[index]) * rest >> 23)
    return result


def exp2(values: I64) -> I64:
    """``2**x`` rounded down, for x from 0 to 30 with sixteen binary places, by a table of 257."""
    index, rest = (values >> 8) & 255, values & 255
    table = _exp2_table()
    mantissa = table[index] + ((table[index + 1] - table[index]) * rest >> 8)
    result: I64 = mantissa >> (30 - (values >> 16))
    return result


def power_law(ranks: I64, exponent_ten_thousandths: int, bits: int = 20) -> I64:
    """``2**bits * rank**-exponent`` for ranks from 1, at least 1."""
    powers = (bits << 16) - log2(ranks) * exponent_ten_thousandths // 10_000
    return np.maximum(exp2(np.maximum(powers, 0)), 1)


def exponential(uniform: I64, bits: int) -> I64:
    """Exponentially distributed integers, mean about 94,500, from uniform ones of at most 30 bits."""
    return (bits << 16) - log2(uniform + 1) + 1


@cache
def exponentials() -> I64:
    """Exponentially distributed integers, from 1, mean about 94,500, one for each 16-bit word."""
    middles = 2 * np.arange(1 << 16) + 1
    return np.maximum((17 << 16) - log2(middles), 1)


@cache
def _log2_table() -> I64:
    return np.array([_log2_of(256 + step) - (8 << 16) for step in range(257)], np.int64)


def _log2_of(value: int) -> int:
    """By squaring: each time the square passes 2, the next binary place is 1."""
    whole = value.bit_length() - 1
    mantissa, result = (value << 60) >> whole, whole
    for _ in range(16):
        mantissa = mantissa * mantissa >> 60
        result <<= 1
        if mantissa >> 61:
            mantissa >>= 1
            result |= 1
    return result


@cache
def _exp2_table() -> I64:
    return np.array([_root_256(1 << (step + 30 * 256)) for step in range(257)], np.int64)


def _root_256(value: int) -> int:
    for _ in range(8):
        value = isqrt(value)
    return value
