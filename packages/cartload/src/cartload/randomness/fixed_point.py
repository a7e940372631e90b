"""Logarithms and powers of two in integers.

Floating-point functions differ between processors and library versions in the last bit, which is enough to
change a value; integers are the same everywhere.
"""

from functools import cache
from math import isqrt

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


def log2(values: I64) -> I64:
    """Binary logarithm of integers from 1 to 2**31 - 1, with sixteen binary places."""
    # frexp only takes a number apart, and integers below 2**53 become floats without rounding: so the
    # exponent is the same on every machine, although it goes through floating point.
    exponent = np.frexp(values.astype(np.float64))[1].astype(np.int64) - 1
    # The mantissa's upper eight bits choose an entry of the table, the lower 23 the way to the next one: the
    # table has 257 entries, so that the last has a next one too.
    scaled = values << (31 - exponent)
    index, rest = (scaled >> 23) & 255, scaled & 0x7FFFFF
    table = _log2_table()
    result: I64 = (exponent << 16) + table[index] + ((table[index + 1] - table[index]) * rest >> 23)
    return result


def exp2(values: I64) -> I64:
    """``2**x`` rounded down, for x from 0 to 30 with sixteen binary places."""
    # The table holds 2**(30 + step / 256), exact roots rounded down; a shift then makes it as small as it
    # should be.
    index, rest = (values >> 8) & 255, values & 255
    table = _exp2_table()
    mantissa = table[index] + ((table[index + 1] - table[index]) * rest >> 8)
    result: I64 = mantissa >> (30 - (values >> 16))
    return result


def power_law(ranks: I64, exponent_ten_thousandths: int, bits: int = 20) -> I64:
    """``2**bits * rank**-exponent`` for ranks from 1, at least 1."""
    # At least 1, so that what is rare stays possible: nobody could ever buy a product of weight 0.
    powers = (bits << 16) - log2(ranks) * exponent_ten_thousandths // 10_000
    return np.maximum(exp2(np.maximum(powers, 0)), 1)


@cache
def exponentials() -> I64:
    """Exponentially distributed integers, from 1, mean about 94,500, one for each 16-bit word."""
    # The inverse of the distribution function: -log2(u) at the middle of each of 65,536 equal steps of u, in
    # 1/65,536. Its mean is 65,536 / ln 2; who needs another one scales the numbers.
    middles = 2 * np.arange(1 << 16) + 1
    return np.maximum((17 << 16) - log2(middles), 1)


@cache
def _log2_table() -> I64:
    return np.array([_log2_of(256 + step) - (8 << 16) for step in range(257)], np.int64)


def _log2_of(value: int) -> int:
    """The logarithm by repeated squaring: each time the square passes 2, the next binary place is 1."""
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
    # Square roots that are rounded down one after the other are exactly the root of all, rounded down.
    for _ in range(8):
        value = isqrt(value)
    return value
