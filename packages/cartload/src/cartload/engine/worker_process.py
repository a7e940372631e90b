"""Settings for processes of our own, made at their start; a program that imports the library may not want
them.
"""

import sys
from collections.abc import Sequence
from ctypes import CDLL
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's ``mallopt``."""
_KEPT: Final = 256 * 2**20
"""Bytes at the heap's end that stay with the process."""
_LARGEST: Final = 32 * 2**20
"""Arrays up to this come from the heap, larger ones are mapped: the most that glibc allows on 64 bits."""


class _NoPandas(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left out in this process", name=fullname)
        return None


def leave_out_pandas() -> None:
    """Let nothing import pandas in this process from now on.

    pyarrow does at its first scalar, where there is one: a second and 150 MiB.
    """
    # A finder and not sys.modules["pandas"] = None: that would look like a module to code that asks
    # sys.modules.
    sys.meta_path.insert(0, _NoPandas())


def keep_freed_memory() -> None:
    """Keep what was freed for the next arrays instead of giving it back, where the allocator is glibc's.

    Each chunk makes arrays like those of the one before: asking for them anew is a tenth of its time.
    """
    # musl and macOS have no mallopt. Setting either threshold also ends glibc's own adjusting of both.
    mallopt = getattr(CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST)
        mallopt(_TRIM_THRESHOLD, _KEPT)
