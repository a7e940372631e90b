"""Memory that is freed goes back to the operating system, so that a process stays as small as its work."""

import ctypes

KEPT_BYTES = 256 * 1024
"""Blocks from this size on are given back when they are freed, and so is a heap's free end."""

ARENAS = 1
"""Heaps of the C library; its own choice is eight a core, each with its own leftovers. One was as fast."""

# The parameters' numbers are those of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def give_back_freed_blocks() -> bool:
    """Set the C library's allocator so; returns whether it can be set (glibc's can).

    Its thresholds otherwise rise with the largest block that was ever freed, and the memory of one large
    batch stays with the process for ever. Call it before threads are started.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    wanted = {_ARENA_MAX: ARENAS, _MMAP_THRESHOLD: KEPT_BYTES, _TRIM_THRESHOLD: KEPT_BYTES}
    return all(mallopt(parameter, value) == 1 for parameter, value in wanted.items())
