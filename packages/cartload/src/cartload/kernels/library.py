"""The library that the C files here are compiled to, and the checked calls of its functions."""

from collections.abc import Callable
from ctypes import CDLL, byref, c_char, c_int64, c_void_p
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cartload.kernels.signatures import SIGNATURES, Array, Number, Signature

_PLAIN, _AVX512 = "_kernels.so", "_kernels_avx512.so"

type _Argument = Callable[[str, Any], Any]
"""Turns the value of an argument into what ctypes passes; gets the function's name too, for its errors."""


def _loaded() -> CDLL:
    """The library for this processor; both compute the same."""
    # The plain library decides: to ask the other one would execute code that this processor may not have.
    plain = _opened(_PLAIN)
    plain.has_avx512.restype = c_int64
    return _opened(_AVX512) if plain.has_avx512() else plain


def _opened(name: str) -> CDLL:
    library = Path(__file__).with_name(name)
    if not library.exists():
        raise ImportError(f"{library.name} was not built: install the package, or run its hatch_build.py")
    return CDLL(str(library))


def _array_argument(kind: Array) -> _Argument:
    types, written = kind.types, kind.written

    def argument(function: str, value: Any) -> Any:
        if not isinstance(value, np.ndarray) or value.dtype not in types or not value.flags.c_contiguous:
            raise TypeError(f"{function}: {_described(value)} where {_wanted(kind)} is expected")
        try:
            # Five times as fast as asking numpy for the address, for a call that often takes a microsecond.
            return byref(c_char.from_buffer(value))
        except (TypeError, ValueError):  # read-only, or empty
            if written and not value.flags.writeable:
                raise TypeError(f"{function}: an array to write to is read-only") from None
            return c_void_p(address(value))

    return argument


def _number_argument(function: str, value: Any) -> int:
    return int(value)


def _described(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return f"a {type(value).__name__}"
    return f"{'an' if value.flags.c_contiguous else 'a scattered'} array of {value.dtype}"


def _wanted(kind: Array) -> str:
    return f"a contiguous array of {' or '.join(str(one) for one in kind.types)}"


def _bound(library: CDLL, name: str, signature: Signature) -> tuple[Any, tuple[_Argument, ...]]:
    function = getattr(library, name)
    function.argtypes = [kind.ctype for kind in signature.arguments]
    function.restype = c_int64 if signature.answers else None
    makers = (
        _number_argument if isinstance(kind, Number) else _array_argument(kind)
        for kind in signature.arguments
    )
    return function, tuple(makers)


_LIBRARY: Final = _loaded()
_FUNCTIONS: Final = {name: _bound(_LIBRARY, name, signature) for name, signature in SIGNATURES.items()}


def run(name: str, *arguments: Any) -> int:
    """Call a function of the library; 0 when it returns nothing. Other threads run meanwhile.

    Raises TypeError for an argument that is not as :data:`SIGNATURES` declares it.
    """
    function, makers = _FUNCTIONS[name]
    if len(arguments) != len(makers):
        raise TypeError(f"{name} takes {len(makers)} arguments, {len(arguments)} were given")
    # ctypes gives up the interpreter's lock during the call; the arguments stay alive until it returns,
    # because this frame holds them.
    answer: int | None = function(*[make(name, value) for make, value in zip(makers, arguments, strict=True)])
    return answer or 0


def look_up(name: str, *arguments: Any) -> None:
    """Call one that returns how many places were outside of a table; raises IndexError when some were."""
    if outside := run(name, *arguments):
        raise IndexError(f"{name}: {outside} places lie outside of the table")


def address(array: npt.NDArray[Any]) -> int:
    """The address of an array's first byte."""
    at: int = array.__array_interface__["data"][0]
    return at


def words(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers as 64-bit words in contiguous memory; copied only where they are not."""
    return np.ascontiguousarray(values if values.dtype.itemsize == 8 else values.astype(np.int64))


def validity(column: Any) -> int:
    """The address of a column's validity bits; 0 when it has no NULL, be there a buffer or not."""
    at: int = column.buffers()[0].address if column.null_count else 0
    return at
