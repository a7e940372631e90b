"""Phone numbers and postal codes from templates: ``#`` is a digit, ``%`` a digit above 0, ``@`` a letter."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

_MARKS: Final = {"#": "0123456789", "%": "1234567891", "@": "AEHNPRTWXY"}
"""Ten characters for each mark, so that a filling is a decimal number; ``%`` has 1 twice for want of a tenth.

The letters are allowed in the postal codes of GB, IE, CA and NL alike.
"""


def fill_all(templates: Sequence[str], count: int, salt: int = 0) -> list[str]:
    """``count`` fillings, shared out evenly among templates, in turn."""
    share = -(-count // len(templates))
    filled = [fill(template, share, salt) for template in templates]
    return [filled[number % len(templates)][number // len(templates)] for number in range(count)]


def fill(template: str, count: int, salt: int = 0) -> list[str]:
    """``count`` fillings of an ASCII template, spread evenly over all possible ones, others for each salt.

    They repeat themselves only where fewer are possible.
    """
    marks = [place for place, mark in enumerate(template) if mark in _MARKS]
    space = 10 ** len(marks)
    step, numbers = max(1, space // count), np.arange(count)
    # One number out of each of `count` equal steps, so none comes twice; where in its step is scattered by
    # two primes, or else all would end in the same digits.
    number = numbers * space // count + (numbers * 7919 + salt * 104_729) % step
    characters = np.tile(np.frombuffer(template.encode(), np.uint8), (count, 1))
    for place in reversed(marks):
        number, digit = np.divmod(number, 10)
        characters[:, place] = _signs(template[place])[digit]
    text, width = characters.tobytes().decode("ascii"), len(template)
    return [text[start : start + width] for start in range(0, len(text), width)]


@cache
def _signs(mark: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(_MARKS[mark].encode(), np.uint8)
