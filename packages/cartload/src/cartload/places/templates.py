"""Numbers and codes from templates: ``#`` is a digit, ``%`` one from 1, ``@`` a letter, all else itself."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

_MARKS: Final = {"#": "0123456789", "%": "1234567891", "@": "AEHNPRTWXY"}
"""Ten signs for each mark; the letters are in postal codes of GB, IE, CA and NL alike."""


def fill_all(templates: Sequence[str], count: int, salt: int = 0) -> list[str]:
    """``count`` fillings, shared out evenly among templates, in turn."""
    share = -(-count // len(templates))
    filled = [fill(template, share, salt) for template in templates]
    return [filled[number % len(templates)][number // len(templates)] for number in range(count)]


def fill(template: str, count: int, salt: int = 0) -> list[str]:
    """``count`` fillings of an ASCII template, spread evenly over all there are, another set by each salt.

    They repeat themselves only where there are fewer.
    """
    marks = [place for place, mark in enumerate(template) if mark in _MARKS]
    space = 10 ** len(marks)
    step, numbers = max(1, space // count), np.arange(count)
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
