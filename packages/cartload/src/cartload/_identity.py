"""What a dataset's identity rests on: the vintage, the size of a block, the installed version.

A module of its own below all packages, since nearly every one of them imports it.
"""

from functools import cache
from typing import Final

VINTAGE: Final = 5
"""Changes only together with the golden hashes: two vintages make different rows from one spec."""

BLOCK: Final = 1000
"""Customers in one block, the unit in which counts are exact and randomness is drawn."""


@cache
def version() -> str:
    """The installed version of cartload."""
    # Imported here: it takes longer than the command needs to install its handlers of signals, and whoever
    # imports cartload waits for it.
    from importlib import metadata

    return metadata.version("cartload")
