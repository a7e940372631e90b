"""Where the role `worker` builds its clients and wires them: nothing here loads a database or an API."""

import asyncio
from datetime import UTC, datetime

import pyarrow as pa

from cartload_contracts import topics
from cartload_generator.consumers.chunk_handler import ChunkHandler
from cartload_generator.consumers.engines import Engines
from cartload_generator.settings import WorkerSettings
from cartload_kit import service
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.http import ReadyCheck
from cartload_kit.kafka import Consumer, DeadLetters, Producer

GROUP = topics.GROUPS["generator worker"]


def run(settings: WorkerSettings) -> None:
    """Run the role `worker` until SIGTERM."""
    # Arrow's own allocator keeps what it freed; the C library's gives it back.
    pa.set_memory_pool(pa.system_memory_pool())
    checks: dict[str, ReadyCheck] = {}

    async def main(stop: asyncio.Event) -> None:
        async with Producer(settings.kafka, "generator-worker", limits=topics.LIMITS) as producer:
            handler = ChunkHandler(producer, Engines(settings.worker_engines), _utc_now)
            consumer = Consumer(
                settings.kafka,
                GROUP,
                [topics.CHUNKS.name],
                handler.handle,
                DeadLetters(producer),
                max_in_flight=settings.worker_chunks,
                on_dead_letter=handler.tell_failure,
            )
            checks["kafka"] = producer.check
            checks["chunks"] = consumer.check
            try:
                await run_until_stopped(stop, consumer.run(stop), producer.watch())
            finally:
                handler.close()

    service.run(main, service="generator-worker", settings=settings, checks=checks)


def _utc_now() -> datetime:
    """The time of this machine, which messages carry for people to read: nothing is decided by it."""
    return datetime.now(UTC)
