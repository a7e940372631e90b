"""The keys that all randomness and all row hashes rest on."""

import hashlib

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]


def keys(*parts: str | int, count: int) -> tuple[np.uint64, ...]:
    """64-bit words from BLAKE2b over the parts, at most eight of them."""
    # The unit separator keeps ("ab", "c") apart from ("a", "bc").
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8 * count).digest()
    return tuple(np.frombuffer(digest, "<u8"))
