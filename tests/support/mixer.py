"""The 64-bit mixer in numpy, which the compiled one is compared with."""

from typing import Final

import numpy as np

from cartload.randomness.draws import U64

_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)


def mix(values: U64) -> U64:
    """SplitMix64's finaliser, in place: a bijection of 64-bit words in which every bit reaches every bit."""
    scratch = values >> _S30
    values ^= scratch
    values *= _FIRST
    np.right_shift(values, _S27, out=scratch)
    values ^= scratch
    values *= _SECOND
    np.right_shift(values, _S31, out=scratch)
    values ^= scratch
    return values
