"""Where the two stores meet: first the part goes to Blob, then the rows to MySQL in one short transaction.

Of a store that the dataset does not have, only its step is left out: the manifest's row is written always.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa
import pymysql

from cartload.encoders import files
from cartload.encoders.mysql import LoadError
from cartload_contracts.batches import BatchHeader
from cartload_kit.backoff import Backoff
from cartload_kit.kafka.errors import BadMessage, TryAgain
from cartload_kit.transient_errors import RETRYABLE_TRANSACTION_ERRORS, error_code
from cartload_writer.adapters.blob import BlobDiffers, BlobStore, Part, StoredPart
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.consumers.group_commit import GroupCommit
from cartload_writer.domain.names import blob_name
from cartload_writer.errors import LOCK_WAIT_TIMEOUT
from cartload_writer.metrics import BLOB_BYTES, RETRIES, measured
from cartload_writer.repository import batches
from cartload_writer.repository.batches import (
    AlreadyStored,
    DatasetGone,
    NewBatch,
    NewEntry,
    StoredBatch,
    Target,
)

ATTEMPTS = 5
"""Transactions begun for one batch before its record waits and comes again."""

BACKOFF = Backoff(first=0.02, longest=0.5)
"""Short: whoever won the locks holds them for the time of one load."""

BUSY_THREADS = 2
"""Batches that are decoded or encoded at a time."""

UPLOADS = 4
"""Parts on their way to Blob at a time: more make a slow line no faster, only each upload later."""

_NO_PART = StoredPart(0, "")
"""What the manifest says of a batch that has no part in Blob."""

_log = logging.getLogger(__name__)


class DatasetLocked(Exception):
    """Somebody holds locks on the dataset's rows, and is no reader that could be ended."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch whose part is stored: its manifest row, and its rows where there are tables for them."""

    entry: NewEntry
    target: Target
    rows: pa.RecordBatch | None
    began: float


@dataclass(slots=True)
class Storage:
    """MySQL and Blob, as one. `meta` is the database of the manifest."""

    pool: BulkPool
    blobs: BlobStore
    meta: str
    cores: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BUSY_THREADS))
    """Held while a thread decodes or encodes: more at a time only take memory."""
    uploads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS))
    backoff: Backoff = BACKOFF
    commits: GroupCommit = field(init=False)

    def __post_init__(self) -> None:
        self.commits = GroupCommit(self.pool, self.meta)

    async def find_target(self, header: BatchHeader) -> Target | None:
        """The dataset of a batch with what is stored of it; None when it is unknown."""
        return await self.pool.run(batches.find_target, self.meta, header)

    async def drop(self, header: BatchHeader, target: Target) -> bool:
        """Remove the part that an earlier delivery of this batch may have written.

        Returns whether the batch is still to be dropped. If not, its job was tried again meanwhile, and the
        part that was removed may be the one that another delivery stored: the caller has to store it again.
        """
        if target.has_files:
            await self.blobs.delete(_name(header, target))
        found = await self.find_target(header)
        return found is None or found.gone

    async def store(
        self, header: BatchHeader, target: Target, rows: pa.RecordBatch, began: float, now: datetime
    ) -> StoredBatch | None:
        """Store part and rows; None when the dataset is being deleted: then nothing is left of the batch.

        `began` is the `perf_counter` at which work on the batch began.

        Raises:
            BadMessage: other rows are there, or the server does not take these.
            DatasetLocked: somebody holds locks on it.
            BlobUnavailable, pymysql.MySQLError: something is away.
        """
        part = await self._encode(header, target, rows) if target.has_files else None
        to_load = rows if target.has_rows else None
        while True:
            # Before the transaction: no lock is held while a slow line takes its time. What a transaction
            # leaves behind that is rolled back, the next delivery finds and counts as its own.
            stored = await self._upload(header.table, part) if part is not None else _NO_PART
            name = part.name if part is not None else ""
            entry = NewEntry(header, name, stored, 0.0, now)
            try:
                return await self._with_retries(_Work(entry, target, to_load, began))
            except AlreadyStored:
                return await self._on_duplicate(header)
            except DatasetGone:
                if await self.drop(header, target):
                    return None

    async def _encode(self, header: BatchHeader, target: Target, rows: pa.RecordBatch) -> Part:
        async with self.cores:
            with measured("encode"):
                return await asyncio.to_thread(_part, header, target, rows)

    async def _upload(self, table: str, part: Part) -> StoredPart:
        async with self.uploads:
            with measured("blob"):
                try:
                    stored = await self.blobs.put(part)
                except BlobDiffers as error:
                    raise BadMessage(str(error)) from error
        BLOB_BYTES.labels(table).inc(stored.bytes)
        return stored

    async def _with_retries(self, work: _Work) -> StoredBatch:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._transaction(work)
            except LoadError as error:
                # A wrong number of rows may also mean that the driver could not read its file to the end (see
                # `cartload.encoders.mysql`), so it is believed only when it comes every time.
                if attempt == ATTEMPTS:
                    raise BadMessage(f"the database does not take these rows: {error}") from error
                reason = "load"
            except pymysql.MySQLError as error:
                if error_code(error) not in RETRYABLE_TRANSACTION_ERRORS:
                    raise
                reason = "lock"
                await self._after_lost_lock(work, error, last=attempt == ATTEMPTS)
            RETRIES.labels(reason).inc()
            _log.warning("the transaction is begun again: it lost a %s", reason)
            await asyncio.sleep(self.backoff.seconds(attempt))
        raise AssertionError("the last attempt returns or raises")

    async def _after_lost_lock(self, work: _Work, error: pymysql.MySQLError, *, last: bool) -> None:
        """A deadlock is over. After a lock timeout, end the readers that hold locks; others are left alone.

        Raises DatasetLocked where trying again at once would only wait again, with a bulk connection.
        """
        ended = 0
        # Batches do not lock each other for long, so after a timeout somebody else holds the lock. A reader
        # that locks rows does what it has no use for; an operator's session is not ours to end.
        if error_code(error) == LOCK_WAIT_TIMEOUT:
            ended = await self.pool.run(batches.end_readers, work.target.owner_id)
            if ended:
                _log.warning("ended %d sessions of the owner that held locks on the dataset", ended)
        if last or (error_code(error) == LOCK_WAIT_TIMEOUT and not ended):
            raise DatasetLocked from error

    async def _transaction(self, work: _Work) -> StoredBatch:
        header = work.entry.header
        # Taken before the commit, for the row is part of it: what the load itself takes comes on top below.
        entry = replace(work.entry, storing_seconds=time.perf_counter() - work.began)
        await self.commits.store(work.target.database, NewBatch(entry, work.rows))
        seconds = time.perf_counter() - work.began
        return StoredBatch(header.rows, header.row_hash, entry.part.bytes, seconds)

    async def _on_duplicate(self, header: BatchHeader) -> StoredBatch:
        """Another delivery of these coordinates was faster."""
        target = await self.find_target(header)
        if target is None or target.stored is None:
            raise TryAgain("a stored batch is gone again")
        if (target.stored.rows, target.stored.row_hash) != (header.rows, header.row_hash):
            raise BadMessage(f"other rows are stored here: hash {target.stored.row_hash}")
        return target.stored


def _name(header: BatchHeader, target: Target) -> str:
    return blob_name(header.dataset_id, header.table, header.chunk, files.extension(target.format))


def _part(header: BatchHeader, target: Target, rows: pa.RecordBatch) -> Part:
    data = bytes(files.encode(rows, target.format))
    return Part(_name(header, target), data, header.rows, header.row_hash, target.format)
