"""Where a stream's events go: standard output here, other places in modules of their own."""

import time
from typing import BinaryIO, Protocol

from cartload.writers.external_sort import Lines


class EventSink(Protocol):
    """Takes events in the order of time."""

    def write(self, lines: Lines) -> None:
        """Take some, which may not have arrived yet when it returns."""

    def flush(self) -> None:
        """Return when all that were taken have arrived."""

    def wait(self, seconds: float) -> None:
        """Let at most so much time pass, and raise what failed meanwhile."""


class LineFile:
    """A file or a pipe, which gets the lines as they are. All methods raise OSError."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, lines: Lines) -> None:
        """Write them."""
        self._out.write(lines.text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._out.flush()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)
