"""The writer's two stores in memory: what a batch leaves in MySQL and in Blob, and what may go wrong."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from cartload_contracts.batches import BatchHeader
from cartload_contracts.messages import Result
from cartload_writer.adapters.blob import BlobDiffers, BlobStore, Part, StoredPart
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.repository import batches
from cartload_writer.repository.batches import AlreadyStored, DatasetGone, NewBatch, StoredBatch, Target

OWNER = uuid4()

type Coordinates = tuple[str, str, int]


def _stored(batch: NewBatch) -> StoredBatch:
    entry = batch.entry
    return StoredBatch(entry.header.rows, entry.header.row_hash, entry.part.bytes, entry.storing_seconds)


def coordinates(header: BatchHeader) -> Coordinates:
    return str(header.dataset_id), header.table, header.chunk


@dataclass
class Database(BulkPool):
    """Datasets that are all there, with their manifest. `failing` is raised by the next transactions."""

    vintage: int
    rows: bool = True
    files: bool = True
    """What the datasets are stored in."""
    gone: bool = False
    known: bool = True
    manifest: dict[Coordinates, StoredBatch] = field(default_factory=dict)
    failing: list[Exception] = field(default_factory=list)
    readers: int = 0
    """Readers that hold locks and can be ended."""
    transactions: int = 0
    loaded: int = 0
    """Rows in tables."""
    looks: int = 0

    async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Do what the work would do on a connection."""
        if work is batches.find_target:
            return self.find(*args)
        if work is batches.end_readers:
            ended, self.readers = self.readers, 0
            return ended
        assert work is batches.store
        return self.store(*args)

    def find(self, meta: str, header: BatchHeader) -> Target | None:
        self.looks += 1
        stored = self.manifest.get(coordinates(header))
        target = Target(
            OWNER, "shopx", "uuid", "parquet", self.vintage, self.rows, self.files, self.gone, stored
        )
        return target if self.known else None

    def store(self, meta: str, database: str, new: Sequence[NewBatch]) -> None:
        self.transactions += 1
        if self.failing:
            raise self.failing.pop(0)
        if self.gone:
            raise DatasetGone
        stored = {coordinates(batch.entry.header): _stored(batch) for batch in new}
        if len(stored) < len(new) or stored.keys() & self.manifest.keys():
            raise AlreadyStored
        self.manifest |= stored
        self.loaded += sum(batch.rows.num_rows for batch in new if batch.rows is not None)


@dataclass
class Blobs(BlobStore):
    """Parts by name. What is in the lists happens once, before a part is stored or removed."""

    parts: dict[str, Part] = field(default_factory=dict)
    away: Exception | None = None
    before_put: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    before_delete: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def put(self, part: Part) -> StoredPart:
        """Store a part unless it is there."""
        if self.before_put:
            await self.before_put.pop()()
        if self.away is not None:
            raise self.away
        found = self.parts.setdefault(part.name, part)
        if (found.rows, found.row_hash) != (part.rows, part.row_hash):
            raise BlobDiffers(f"{part.name} holds other rows")
        return StoredPart(len(found.data), "0" * 64)

    async def delete(self, name: str) -> None:
        """Remove a part."""
        if self.before_delete:
            await self.before_delete.pop()()
        self.parts.pop(name, None)


@dataclass
class Published:
    """Results in a list; `losing` is raised instead, once."""

    results: list[Any] = field(default_factory=list)
    losing: list[Exception] = field(default_factory=list)

    async def publish(self, result: Result) -> None:
        """Keep it."""
        if self.losing:
            raise self.losing.pop()
        self.results.append(result)


def other_rows(stored: StoredBatch) -> StoredBatch:
    """An entry of the manifest that belongs to other rows."""
    return replace(stored, row_hash="f" * 32)
