"""What a dataset's identity rests on: the vintage, the size of a block, the installed version."""

from functools import cache
from importlib import metadata
from typing import Final

VINTAGE: Final = 4
"""Changes only together with the golden hashes: two vintages make different rows from one spec."""

BLOCK: Final = 1000
"""Customers in one block, the unit in which counts are exact and randomness is drawn."""


@cache
def version() -> str:
    """The installed version of cartload."""
    return metadata.version("cartload")
