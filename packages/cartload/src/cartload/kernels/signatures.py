"""The C functions of the library with the types of their arguments, as the sources declare them.

A call with an array of another type or layout would read or write foreign memory, so :mod:`library` checks
every argument against this table; a test checks the table against the C sources.
"""

from ctypes import c_int64, c_uint64, c_void_p
from dataclasses import dataclass
from typing import Any, Final

import numpy as np


@dataclass(frozen=True, slots=True)
class Array:
    """A contiguous array of one of some types; ``written`` when the function writes to it."""

    types: tuple[Any, ...]
    written: bool = False
    ctype: Any = c_void_p


@dataclass(frozen=True, slots=True)
class Number:
    """A number of 64 bits, passed by value."""

    ctype: Any


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a function, and whether it returns a number (``answers``) or nothing."""

    arguments: tuple[Array | Number, ...]
    answers: bool


_SIGNED, _UNSIGNED = Number(c_int64), Number(c_uint64)
# Signed and unsigned words are of one size, and most loops take bits of either kind.
_WORDS, _WORDS_OUT = (Array((np.dtype(np.int64), np.dtype(np.uint64)), out) for out in (False, True))
_SHORTS, _SHORTS_OUT = (Array((np.dtype(np.int32),), out) for out in (False, True))
_BYTES, _BYTES_OUT = (Array((np.dtype(np.uint8), np.dtype(np.bool_)), out) for out in (False, True))
_TABLE: Final = _WORDS
"""C structures of 64-bit numbers and addresses, one a row."""

C_TYPES: Final[dict[str, Array | Number]] = {
    "i64": _SIGNED,
    "u64": _UNSIGNED,
    "const i64 *": _WORDS,
    "const u64 *": _WORDS,
    "i64 *": _WORDS_OUT,
    "u64 *": _WORDS_OUT,
    "const int32_t *": _SHORTS,
    "int32_t *": _SHORTS_OUT,
    "const u8 *": _BYTES,
    "u8 *": _BYTES_OUT,
    "const strings *": _TABLE,
    "const field *": _TABLE,
    "const column *": _TABLE,
}
"""The declaration for each type of argument in the C sources."""


def _function(*types: str, answers: bool = False) -> Signature:
    return Signature(tuple(C_TYPES[name] for name in types), answers)


_IN, _OUT, _IN32, _OUT32, _INT, _UINT = "const i64 *", "i64 *", "const int32_t *", "int32_t *", "i64", "u64"

SIGNATURES: Final[dict[str, Signature]] = {
    "has_avx512": _function(answers=True),
    "scramble": _function("const u64 *", _UINT, _UINT, "u64 *", _INT),
    "owners": _function(_IN, _INT, _OUT),
    "places": _function(_IN, _INT, _OUT),
    "group_sums": _function(_IN, _INT, _IN, _INT, _OUT, _OUT),
    "later_doubles": _function(_IN, _IN, _INT, "u64 *", "u8 *", _OUT, _INT, answers=True),
    "systematic": _function(_IN, _IN, _IN, _IN, _INT, _OUT),
    "sampling_keys": _function(_IN, _IN, _IN, _INT, _OUT, _INT, answers=True),
    "weighted_sample": _function(_IN, _IN, _IN, _INT, _OUT, "u8 *"),
    "find": _function(_IN, _INT, _IN, _INT, _INT, _IN, _OUT, _INT, answers=True),
    "favourites": _function("const u64 *", _IN, _INT, _OUT, _INT),
    "position": _function(_IN, _INT, _INT, _IN, _IN, _IN, _IN, _OUT, _INT, answers=True),
    "moment": _function(_IN, _IN, _INT, _IN, _IN, _IN, _IN, _IN, _OUT, _INT),
    "local_day": _function(_IN32, _INT, _INT, _IN, _IN, _OUT, _INT),
    "local": _function(_IN32, _INT, _INT, _IN, _IN, _OUT, _OUT, _INT, answers=True),
    "utc": _function(_IN32, _INT, _INT, _IN, _IN, _OUT, _OUT, _INT, answers=True),
    "text_words": _function("const u8 *", _IN32, _UINT, "u64 *", _INT),
    "hash_rows": _function("const column *", _INT, _UINT, _UINT, "u64 *", _INT),
    "lines": _function("const field *", _INT, "u8 *", _INT, answers=True),
    "uuids": _function("const u64 *", _UINT, _UINT, "u8 *", _INT),
    "name_uuids": _function("const u8 *", "const strings *", "u8 *", _INT),
    "numbered": _function("const u8 *", _INT, _IN, _INT, "u8 *", _INT),
    "joined_length": _function("const strings *", _INT, _INT, answers=True),
    "joined": _function("const strings *", _INT, _OUT32, "u8 *", _INT),
    "digits": _function(_IN, _OUT32, "u8 *", _INT),
    "slugs": _function("const strings *", _IN, _OUT32, "u8 *", _INT),
}
