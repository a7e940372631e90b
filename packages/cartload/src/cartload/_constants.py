"""The two numbers that every dataset's identity rests on."""

from typing import Final

VINTAGE: Final = 4
"""Changes only together with the golden hashes: two vintages make different rows from one spec."""

BLOCK: Final = 1000
"""Customers in one block, the unit in which counts are exact and randomness is drawn."""
