"""A topic, a group and a producer of one test's own, and waiting for what has no event."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from cartload_kit.backoff import Backoff
from cartload_kit.kafka import (
    Consumer,
    DeadLetters,
    KafkaConnection,
    Outgoing,
    Producer,
    Record,
    RetryPolicy,
    Timing,
)

QUICK = Timing(commit=0.05, poll=0.05, probe=0.2, revoke=0.5, stop=2.0)


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 4
    retention_ms: int = 3_600_000
    retention_bytes: int = -1
    max_message_bytes: int = 2**20


@dataclass(frozen=True)
class Place:
    """Topics and a group of one test's own."""

    bootstrap: str
    work: str
    dead: str
    group: str
    producer: Producer

    async def send(self, count: int, first: int = 0) -> None:
        await self.producer.send_all(
            [
                Outgoing(self.work, f"{number}".encode(), f"{number}".encode())
                for number in range(first, first + count)
            ]
        )

    def consumer(self, handler: Callable[[Record], Awaitable[None]], **more: Any) -> Consumer:
        more.setdefault("timing", QUICK)
        more.setdefault("retry_policy", RetryPolicy(backoff=Backoff(0.01, 0.05)))
        letters = DeadLetters(self.producer, self.dead)
        return Consumer(KafkaConnection(self.bootstrap), self.group, [self.work], handler, letters, **more)

    async def committed(self) -> int:
        """Sum of the group's committed offsets."""
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=self.group, enable_auto_commit=False
        )
        await reader.start()
        try:
            offsets = [await reader.committed(TopicPartition(self.work, number)) for number in range(4)]
        finally:
            await reader.stop()
        return sum(offset or 0 for offset in offsets)

    async def dead_letters(self, count: int) -> list[Any]:
        reader = AIOKafkaConsumer(self.dead, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await reader.start()
        try:
            return [await asyncio.wait_for(reader.getone(), 10) for _ in range(count)]
        finally:
            await reader.stop()

    async def dead_letters_in_all(self) -> int:
        reader = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await reader.start()
        try:
            partition = TopicPartition(self.dead, 0)
            return int((await reader.end_offsets([partition]))[partition])
        finally:
            await reader.stop()


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)
