"""What the tasks work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_writer.adapters.blob import BlobStore
from cartload_writer.adapters.results import Results
from cartload_writer.tasks.database_pool import DatabasePool


@dataclass(frozen=True, slots=True)
class Context:
    """The ports of the tasks. `meta` is the engine of our own tables, `work` of the datasets' databases."""

    meta: AsyncEngine
    work: AsyncEngine
    blobs: BlobStore
    results: Results
    database_pool: DatabasePool
    clock: Callable[[], datetime]
    deferred_rows: int
    """First loads of more rows get their indexes afterwards."""
    report_rows: int
    """Datasets of at most so many rows get their full report unasked."""
    index_builds: int
    """Tables that are indexed and checked side by side."""
    index_alone_rows: int
    """Datasets of more rows have their tables indexed and checked one at a time."""

    def side_by_side(self, rows: int) -> int:
        """How many tables of a dataset of so many rows are worked on at a time."""
        return 1 if rows > self.index_alone_rows else self.index_builds
