"""The rows of a table in a chunk before they are made, with every moment at which one of them changes."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from cartload.randomness.fixed_point import I64
from cartload.tables.world import Until


def _nothing() -> tuple[I64, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table in a chunk, in one order; each is computed at its first use.

    ``numbers`` are their row numbers. ``batch`` makes them as they are at a moment, or each at its own; a row
    that is not there yet is to be left out by who asks. ``since`` is when each comes to be, ``later`` has the
    moments at which it may change, in no order; one after the window is one of a change that never comes.
    Between two of its moments a row stays the same, and with each it becomes another.
    """

    numbers: Callable[[], I64]
    batch: Callable[[Until], pa.RecordBatch]
    since: Callable[[], I64]
    later: Callable[[], tuple[I64, ...]] = _nothing
