"""One batch: looked up, believed, stored in Blob and MySQL as one effect, and told.

Whatever is repeated here is harmless: the blob's name and the manifest's key are the batch's coordinates.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cartload_contracts.batches import Batch, BatchHeader
from cartload_contracts.envelope import InvalidMessage, batch_header, decode_batch
from cartload_contracts.messages import Failed, Stored
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.errors import BadMessage
from cartload_kit.kafka.record import Record
from cartload_kit.logging import bind
from cartload_writer.adapters.results import Results
from cartload_writer.consumers.batch_storage import DatasetLocked, Storage
from cartload_writer.consumers.decode import rows_of
from cartload_writer.consumers.redelivery import Redelivery
from cartload_writer.errors import translate_errors
from cartload_writer.metrics import BATCHES, ROWS, measured
from cartload_writer.repository.batches import StoredBatch

DECODED_RATIO = 8
"""What a compressed payload takes in memory with its two encodings, at most, as a multiple of its bytes."""


@dataclass(frozen=True, slots=True)
class BatchHandler:
    """Handles records of the batch topics."""

    storage: Storage
    results: Results
    redelivery: Redelivery
    budget: ByteBudget
    most_bytes: int
    clock: Callable[[], datetime]

    async def __call__(self, record: Record) -> None:
        """Store the record's batch and publish the result. Raises BadMessage and TryAgain."""
        try:
            batch = decode_batch(record.value, record.headers)
        except InvalidMessage as error:
            raise BadMessage(str(error)) from error
        if not record.topic.endswith(f".{batch.header.table}"):
            raise BadMessage(f"a batch of {batch.header.table} on {record.topic}")
        # At most all there is: a batch that is larger than the budget is handled alone, not never.
        weight = min(self.most_bytes, DECODED_RATIO * len(record.value) + 2**20)
        with bind(job_id=str(batch.header.job_id)), translate_errors():
            await self.budget.take(weight)
            try:
                await self._handle(batch, record)
            finally:
                self.budget.give(weight)

    async def _handle(self, batch: Batch, record: Record) -> None:
        header, began = batch.header, time.perf_counter()
        # Before anything is read or decoded: of a dataset that is locked, thousands of batches may come.
        if self.redelivery.is_blocked(header.dataset_id):
            self._put_aside(header, record)
            return
        target = await self.storage.find_target(header)
        if target is None:
            raise BadMessage("the dataset is not known here")
        # What is gone is dropped before its rows are believed or not: nobody waits for an answer any more.
        if target.gone and await self.storage.drop(header, target):
            BATCHES.labels(header.table, "dropped").inc()
            return
        if target.vintage != header.vintage:
            raise BadMessage(f"vintage {header.vintage}, the dataset has {target.vintage}")
        if target.stored is not None and not target.gone:
            await self._repeat(header, target.stored)
            return
        # In a thread: Arrow lets go of the interpreter, and the loop must go on to answer Kafka.
        async with self.storage.cores:
            with measured("decode"):
                rows = await asyncio.to_thread(rows_of, batch, target.ids)
        try:
            stored = await self.storage.store(header, target, rows, began, self.clock())
        except DatasetLocked:
            # One dataset's lock costs that dataset only: the partition goes on without this batch.
            self.redelivery.lost_a_lock(header.dataset_id)
            self._put_aside(header, record)
            return
        self.redelivery.stored(header.dataset_id)
        if stored is None:
            BATCHES.labels(header.table, "dropped").inc()
            return
        BATCHES.labels(header.table, "stored").inc()
        ROWS.labels(header.table).inc(header.rows)
        # After the commit: a result that is lost here is told by the next delivery, since the offset is
        # committed last. Told before, it could announce rows that are rolled back.
        await self.results.publish(_stored(header, stored))

    def _put_aside(self, header: BatchHeader, record: Record) -> None:
        BATCHES.labels(header.table, "deferred").inc()
        self.redelivery.put(record, header.dataset_id)

    async def _repeat(self, header: BatchHeader, stored: StoredBatch) -> None:
        """The batch is stored already: say so again, for the first word may be lost."""
        if (stored.rows, stored.row_hash) != (header.rows, header.row_hash):
            raise BadMessage(f"other rows are stored here: hash {stored.row_hash}, not {header.row_hash}")
        BATCHES.labels(header.table, "repeated").inc()
        await self.results.publish(_stored(header, stored))

    async def refused(self, record: Record, reason: str) -> None:
        """Tell the job of a dead letter, where its coordinates can be read."""
        try:
            header = batch_header(record.headers)
        except InvalidMessage:
            return
        BATCHES.labels(header.table, "bad").inc()
        await self.results.publish(
            Failed(
                dataset_id=header.dataset_id,
                job_id=header.job_id,
                stage="store",
                attempt=header.attempt,
                chunk_index=header.chunk_index,
                chunk_attempt=header.chunk_attempt,
                table=header.table,
                reason=reason[:2000] or "unknown",
            )
        )


def _stored(header: BatchHeader, stored: StoredBatch) -> Stored:
    return Stored(
        dataset_id=header.dataset_id,
        job_id=header.job_id,
        attempt=header.attempt,
        chunk_index=header.chunk_index,
        chunk_attempt=header.chunk_attempt,
        table=header.table,
        chunk=header.chunk,
        rows=stored.rows,
        row_hash=stored.row_hash,
        bytes=stored.bytes,
        generating_seconds=header.generating_seconds,
        storing_seconds=stored.storing_seconds,
    )
