"""What a process of our own is told at its start; a library's user may want it otherwise."""

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
_LARGEST: Final = 32 * 2**20


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
    sys.meta_path.insert(0, _NoPandas())


def keep_freed_memory() -> None:
    """Keep what was freed for the next arrays instead of giving it back, where the allocator is glibc's.

    Each chunk makes arrays like those of the one before: asking for them anew is a tenth of its time.
    """
    mallopt = getattr(CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST)
        mallopt(_TRIM_THRESHOLD, _KEPT)
