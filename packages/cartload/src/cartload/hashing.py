"""The 64-bit mixer that all randomness and all row hashes rest on: integers only, the same on every CPU."""

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]

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


def keys(*parts: str | int, count: int) -> tuple[np.uint64, ...]:
    """64-bit words from BLAKE2b over the parts, at most eight of them."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8 * count).digest()
    return tuple(np.frombuffer(digest, "<u8"))
