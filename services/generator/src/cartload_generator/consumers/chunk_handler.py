"""One chunk command: check it, make the chunk in a thread, send its batches, and only then be done."""

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pyarrow as pa

import cartload
from cartload.engine.generate import Engine
from cartload.schema.rowhash import hash_batch
from cartload_contracts import envelope
from cartload_contracts.batches import Batch, BatchHeader
from cartload_contracts.envelope import InvalidMessage
from cartload_contracts.failures import failure_of
from cartload_contracts.messages import GenerateChunk
from cartload_generator import metrics
from cartload_generator.consumers.engines import Engines
from cartload_generator.domain.entities import Clock
from cartload_generator.domain.planning import chunk_of
from cartload_kit.kafka import BadMessage, MessageTooLarge, Record, Sendable
from cartload_kit.logging import bind
from cartload_kit.tracing import current_traceparent, step

SOURCE = "/cartload/generator/worker"
_IPC = pa.ipc.IpcWriteOptions(compression="lz4")
log = logging.getLogger(__name__)


class Sender(Protocol):
    """Where batches and failures go."""

    async def send_all(self, messages: Iterable[Sendable]) -> None:
        """Send messages; returns when all are acknowledged."""


class ChunkHandler:
    """Handles chunk commands. One thread makes chunks, so the event loop and its heartbeats go on."""

    def __init__(self, sender: Sender, engines: Engines, clock: Clock) -> None:
        self._sender = sender
        self._engines = engines
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chunk")

    async def handle(self, record: Record) -> None:
        """Handle one record of the chunks topic. Raises BadMessage for one that can never be made."""
        command = _decode(record)
        with bind(job_id=command.job_id):
            if command.vintage != cartload.VINTAGE:
                raise BadMessage(
                    f"The dataset needs engine vintage {command.vintage}, this worker has {cartload.VINTAGE}."
                )
            batches = await self._make(command)
            # The writer knows a batch by its coordinates, so one that is sent again after a lost answer is
            # harmless.
            now, trace = self._clock(), current_traceparent()
            wires = [
                envelope.encode_batch(batch, source=SOURCE, now=now, traceparent=trace) for batch in batches
            ]
            try:
                await self._sender.send_all(wires)
            except MessageTooLarge as error:
                raise BadMessage(f"A batch is larger than its topic takes: {error}") from error

    async def _make(self, command: GenerateChunk) -> list[Batch]:
        try:
            with step("generate", {"cartload.chunk": command.chunk}):
                return await asyncio.get_running_loop().run_in_executor(
                    self._thread, make_batches, self._engines, command
                )
        except ValueError as error:
            raise BadMessage(str(error)) from error

    async def tell_failure(self, record: Record, reason: str) -> None:
        """Tell the job of a command that becomes a dead letter, where its coordinates can be read."""
        failure = failure_of(record.value, reason, "generate")
        if failure is None:
            log.warning("a chunk command without readable coordinates was dropped: %s", reason)
            return
        wire = envelope.encode(failure, source=SOURCE, now=self._clock(), traceparent=current_traceparent())
        await self._sender.send_all([wire])

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _decode(record: Record) -> GenerateChunk:
    try:
        return envelope.decode(envelope.CHUNK_COMMANDS, record.value, record.headers)
    except InvalidMessage as error:
        raise BadMessage(f"Not a chunk command: {error}") from error


def make_batches(engines: Engines, command: GenerateChunk) -> list[Batch]:
    """Make a chunk and encode it: one batch a table, in the chunk's order.

    Raises SpecMismatch, and ValueError for a chunk that the spec does not have.
    """
    engine = engines.get(command.spec, command.spec_hash)
    chunk = chunk_of(command.part)
    with metrics.CHUNK_SECONDS.labels(command.part.type).time():
        began = time.perf_counter()
        made = engine.generate(chunk, dictionaries=True)
        # One pass makes all tables, so each batch carries an equal share of its time.
        shared = (time.perf_counter() - began) / max(len(made), 1)
        with metrics.ENCODE_SECONDS.labels(command.part.type).time():
            return [_batch(command, engine, name, batch, shared) for name, batch in made.items()]


def _batch(command: GenerateChunk, engine: Engine, name: str, rows: Any, shared_seconds: float) -> Batch:
    began = time.perf_counter()
    row_hash = hash_batch(rows, name)
    payload = encode(engine.plain(name, rows))
    metrics.ROWS_GENERATED.labels(name).inc(rows.num_rows)
    metrics.BYTES_PUBLISHED.labels(name).inc(len(payload))
    header = BatchHeader(
        dataset_id=command.dataset_id,
        job_id=command.job_id,
        table=name,
        chunk=command.chunk,
        chunk_index=command.chunk_index,
        attempt=command.attempt,
        chunk_attempt=command.chunk_attempt,
        vintage=command.vintage,
        rows=rows.num_rows,
        row_hash=row_hash.hex,
        generating_seconds=round(shared_seconds + time.perf_counter() - began, 6),
    )
    return Batch(header, payload)


def encode(batch: pa.RecordBatch) -> bytes:
    """The Arrow IPC stream of one batch, its buffers compressed with LZ4."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_IPC) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())
