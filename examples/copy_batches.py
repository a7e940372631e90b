"""Copy batches into a destination: each once, however often it comes, and none of a deleted dataset."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from examples.batches import TABLES, Batch, Deletion, batches
from examples.kafka_records import Source

DELETED = "deleted_datasets"


class Destination(Protocol):
    """Tables that rows are appended to. Each call is one transaction: done, or not begun."""

    def ids(self, table: str, column: str) -> set[str]:
        """Return the different values of a column; none when there is no such table yet."""

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, which is made when it is not there yet."""

    def delete(self, table: str, dataset_id: str) -> None:
        """Remove the rows of a dataset from a table, if that is there."""


@dataclass(frozen=True)
class Copied:
    """What was done with a group of records."""

    batches: int
    rows: int
    duplicates: int
    """Batches that were there already, or whose dataset is deleted."""

    def __str__(self) -> str:
        return f"{self.batches} batches with {self.rows:,} rows stored, {self.duplicates} left out"


async def copy_batches(destination: Destination, source: Source) -> AsyncGenerator[Copied]:
    """Copy until SIGINT or SIGTERM, and yield after each group of records.

    Rows are stored first and their records committed afterwards. A program that is killed in between gets
    them again, and finds their ids in the tables.
    """
    copy = await asyncio.to_thread(_Copy, destination)
    async for found in batches(source):
        # In a thread, so that the consumer's heartbeats go on.
        yield await asyncio.to_thread(copy.store, found)


class _Copy:
    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._stored = set[str]().union(*(destination.ids(table, "batch_id") for table in TABLES))
        self._deleted = destination.ids(DELETED, "dataset_id")

    def store(self, found: list[Batch | Deletion]) -> Copied:
        for deletion in found:
            if isinstance(deletion, Deletion) and deletion.dataset_id not in self._deleted:
                self._delete(deletion.dataset_id)
        received = [batch for batch in found if isinstance(batch, Batch)]
        new = self._new(received)
        by_table = defaultdict(list)
        for batch in new:
            by_table[batch.table].append(batch.rows)
        for table, rows in by_table.items():
            self._destination.append(table, pa.concat_tables(rows))
        self._stored |= {batch.id for batch in new}
        return Copied(len(new), sum(batch.rows.num_rows for batch in new), len(received) - len(new))

    def _new(self, received: Iterable[Batch]) -> list[Batch]:
        once = {batch.id: batch for batch in received}
        return [
            batch
            for batch in once.values()
            if batch.id not in self._stored and batch.dataset_id not in self._deleted
        ]

    def _delete(self, dataset_id: str) -> None:
        for table in TABLES:
            self._destination.delete(table, dataset_id)
        # Kept, since batches that were still under way may come later; and last, so that a deletion that
        # was interrupted is made again.
        self._destination.append(DELETED, pa.table({"dataset_id": [dataset_id]}))
        self._deleted.add(dataset_id)
