"""A number of things that may go on at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from cartload_kit.errors import Unavailable


class Slots:
    """So many at a time; whoever comes when all are taken is told to come again, not queued."""

    def __init__(self, total: int, what: str) -> None:
        self._left = total
        self._what = what

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold one for the block. Raises Unavailable when none is left."""
        if self._left <= 0:
            raise Unavailable(f"Too many {self._what} at a time; try again in a moment.", retry_after=5)
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1
