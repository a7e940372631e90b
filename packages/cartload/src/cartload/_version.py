"""Which version of cartload this is."""

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """The installed version."""
    return metadata.version("cartload")
