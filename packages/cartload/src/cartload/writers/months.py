"""Orders in one folder for each month in which they were placed, named as Hive and its readers expect."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.spec.model import Window
from cartload.writers.parts import Finished, OnePart, Place

PARTITIONED: Final = "order_details"
"""The table that is partitioned; the others have no time that both a reader and its joins would ask for."""
_COLUMN: Final = "placed_at"
_FOLDER: Final = "placed_month"
_ROWS_HELD: Final = 400_000
"""About so many rows may wait in row groups, over all months."""


class MonthlyParts:
    """One file for each month that a run has orders of."""

    def __init__(self, place: Place, window: Window) -> None:
        self._place = place
        self._first_month = np.datetime64(window.start, "M")
        months = int(np.datetime64(window.end, "M") - self._first_month) + 1
        # Every open month holds one unfinished row group: with many months each must be smaller.
        self._row_group = max(2000, _ROWS_HELD // months)
        self._parts: dict[int, OnePart] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch, each row to its month."""
        if not batch.num_rows:
            return  # It has no month.
        months = self._months(batch)
        # Stable, so that rows of a month keep the order of their ids.
        order = np.argsort(months, kind="stable")
        sorted_rows = batch.take(arrays.integers(order))
        found, starts = np.unique(months[order], return_index=True)
        for month, start, end in zip(found, starts, [*starts[1:], len(order)], strict=True):
            self._part(int(month)).add(sorted_rows.slice(start, end - start))

    def finish(self) -> list[Finished]:
        """Make the files whole; the first run has one even without orders."""
        # Readers need at least one file to see the columns; the folder of the first month is as good as
        # any.
        if self._place.first == 0 and not self._parts:
            self._part(0)
        return [part for month in sorted(self._parts) for part in self._parts[month].finish()]

    def abandon(self) -> None:
        """Delete the files."""
        for part in self._parts.values():
            part.abandon()

    def _months(self, batch: pa.RecordBatch) -> Any:
        """Months from the window's first."""
        moments = batch.column(_COLUMN).cast(pa.int64()).to_numpy().astype("datetime64[ms]")
        return moments.astype("datetime64[M]").astype(np.int64) - self._first_month.astype(np.int64)

    def _part(self, month: int) -> OnePart:
        if month not in self._parts:
            partition = f"{_FOLDER}={self._first_month + np.timedelta64(month, 'M')}"
            self._parts[month] = OnePart(self._place, partition, row_group=self._row_group)
        return self._parts[month]
