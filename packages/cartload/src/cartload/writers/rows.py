"""Batches cut to exact numbers of rows, so that a file does not show how its rows were made."""

from collections.abc import Iterator

import pyarrow as pa


class Cutter:
    """Takes batches of any length and gives groups of one length; the last may be shorter.

    A group is made of slices of what came: nothing is copied.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.Table]:
        """Take a batch; the full groups that there are now."""
        self._waiting.append(batch)
        self._count += batch.num_rows
        while self._count >= self._rows:
            yield self._take(self._rows)

    def rest(self) -> Iterator[pa.Table]:
        """What is left, if anything."""
        if self._count:
            yield self._take(self._count)

    def _take(self, rows: int) -> pa.Table:
        whole = pa.Table.from_batches(self._waiting)
        taken, left = whole.slice(0, rows), whole.slice(rows)
        self._waiting, self._count = left.to_batches(), left.num_rows
        return taken
