"""Where the two stores meet: part to Blob and rows to MySQL side by side, the commit waits for both."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

import pyarrow as pa
import pymysql

from cartload.encoders import files
from cartload.encoders.mysql import LoadError
from cartload_contracts.batches import BatchHeader
from cartload_kit.kafka.errors import BadMessage, TryAgain
from cartload_kit.transient_errors import RETRYABLE_TRANSACTION_ERRORS, error_code
from cartload_writer.adapters.blob import BlobDiffers, BlobStore, BlobUnavailable, Part, StoredPart
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.domain.names import blob_name
from cartload_writer.metrics import BLOB_BYTES, RETRIES, STEP_SECONDS
from cartload_writer.repository import batches
from cartload_writer.repository.batches import AlreadyStored, DatasetGone, NewEntry, StoredBatch, Target

ATTEMPTS = 5
"""Transactions begun for one batch before its record waits and comes again."""

BUSY_THREADS = 2
"""Batches that are decoded or encoded at a time."""

type Upload = asyncio.Task[StoredPart]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch on its way: its manifest row, its rows, its part."""

    entry: NewEntry
    target: Target
    rows: pa.RecordBatch
    upload: Upload
    began: float


@dataclass(frozen=True, slots=True)
class Storage:
    """MySQL and Blob, as one. `meta` is the database of the manifest."""

    pool: BulkPool
    blobs: BlobStore
    meta: str
    cores: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BUSY_THREADS))
    """Held while a thread decodes or encodes: more at a time only take memory."""

    async def find_target(self, header: BatchHeader) -> Target | None:
        """The dataset of a batch with what is stored of it; None when it is unknown."""
        async with self.pool.lend() as bulk:
            return await bulk.run(batches.find_target, self.meta, header)

    async def drop(self, header: BatchHeader, target: Target) -> None:
        """Remove the part that an earlier delivery of this batch may have written."""
        await self.blobs.delete(_name(header, target))

    async def store(
        self, header: BatchHeader, target: Target, rows: pa.RecordBatch, began: float, now: datetime
    ) -> StoredBatch | None:
        """Store part and rows; None when the dataset is being deleted: then nothing is left of the batch.

        `began` is the `perf_counter` at which work on the batch began.

        Raises:
            BadMessage: other rows are there, or the server does not take these.
            BlobUnavailable, pymysql.MySQLError: something is away.
        """
        async with self.cores:
            with STEP_SECONDS.labels("encode").time():
                part = await asyncio.to_thread(_part, header, target, rows)
        expected = StoredPart(len(part.data), sha256(part.data).hexdigest())
        entry = NewEntry(header, part.name, expected, 0.0, now)
        async with self._uploading(part) as upload:
            try:
                return await self._with_retries(_Work(entry, target, rows, upload, began))
            except AlreadyStored:
                return await self._on_duplicate(header)
            except DatasetGone:
                await asyncio.wait({upload})
        await self.drop(header, target)
        return None

    @asynccontextmanager
    async def _uploading(self, part: Part) -> AsyncIterator[Upload]:
        upload = asyncio.create_task(self._upload(part))
        try:
            yield upload
        finally:
            upload.cancel()
            with contextlib.suppress(asyncio.CancelledError, BadMessage, BlobUnavailable):
                await upload

    async def _upload(self, part: Part) -> StoredPart:
        with STEP_SECONDS.labels("blob").time():
            try:
                stored = await self.blobs.put(part)
            except BlobDiffers as error:
                raise BadMessage(str(error)) from error
        BLOB_BYTES.inc(stored.bytes)
        return stored

    async def _with_retries(self, work: _Work) -> StoredBatch:
        for attempt in range(1, ATTEMPTS):
            try:
                return await self._transaction(work)
            except (pymysql.MySQLError, LoadError) as error:
                if not _again(error):
                    raise
                RETRIES.labels(type(error).__name__).inc()
                _log.warning("the transaction is begun again: %s", error)
            await asyncio.sleep(0.02 * 2**attempt * random.random())
        try:
            return await self._transaction(work)
        except LoadError as error:
            raise BadMessage(f"the database does not take these rows: {error}") from error

    async def _transaction(self, work: _Work) -> StoredBatch:
        seconds = time.perf_counter() - work.began
        entry = replace(work.entry, storing_seconds=seconds)
        async with self.pool.lend() as bulk:
            with STEP_SECONDS.labels("load").time():
                await bulk.run(batches.store, self.meta, work.target.database, entry, work.rows)
            part = await work.upload
            if part != entry.part:
                await bulk.run(batches.update_part, self.meta, replace(entry, part=part))
            with STEP_SECONDS.labels("commit").time():
                await bulk.run(batches.commit)
        header = entry.header
        return StoredBatch(header.rows, header.row_hash, part.bytes, time.perf_counter() - work.began)

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


def _again(error: Exception) -> bool:
    return isinstance(error, LoadError) or error_code(error) in RETRYABLE_TRANSACTION_ERRORS
