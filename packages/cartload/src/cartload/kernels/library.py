"""The library that the C files here are compiled to, and how its functions are called."""

from ctypes import CDLL, byref, c_char, c_int64
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

_PLAIN, _AVX512 = "_kernels.so", "_kernels_avx512.so"


def _loaded() -> CDLL:
    """The library for this processor; what it answers is the same from both."""
    name = _AVX512 if __cpu_features__.get("AVX512_SKX") else _PLAIN
    library = Path(__file__).with_name(name)
    if not library.exists():
        raise ImportError(f"{library.name} was not built: install the package, or run its hatch_build.py")
    return CDLL(str(library))


_C: Final = _loaded()


def run(name: str, *arguments: Any) -> int:
    """Call a function of the library with arrays, addresses and numbers, all of 64 bits."""
    function = getattr(_C, name)
    function.restype = c_int64
    answer: int = function(*map(_argument, arguments))
    return answer


def look_up(name: str, *arguments: Any) -> None:
    """Call one that answers how many places were outside of a table; raises IndexError when some were."""
    if outside := run(name, *arguments):
        raise IndexError(f"{name}: {outside} places lie outside of the table")


def _argument(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return c_int64(int(value))
    try:
        return byref(c_char.from_buffer(value))  # five times as fast as asking for the address
    except (TypeError, ValueError):  # read-only, or empty
        return c_int64(address(value))


def address(array: npt.NDArray[Any]) -> int:
    """Where an array begins."""
    at: int = array.__array_interface__["data"][0]
    return at


def words(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers as 64-bit words, one behind the other."""
    return np.ascontiguousarray(values if values.dtype.itemsize == 8 else values.astype(np.int64))


def validity(column: Any) -> int:
    """Where Arrow's bits of what is not NULL lie; 0 when all is there."""
    at: int = column.buffers()[0].address if column.null_count else 0
    return at
