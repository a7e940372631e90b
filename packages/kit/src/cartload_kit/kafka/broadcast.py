"""Every new record of a topic, for every reader: no group, no offsets, from the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import run_until_first_ends
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import client, context
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_kit.kafka.record import Record, from_kafka

log = logging.getLogger(__name__)
MIB = 2**20


class Subscription:
    """A reader that stands at the end of its topics: iterate for every record that comes from now on."""

    def __init__(self, kafka: Any) -> None:
        self._kafka = kafka

    async def __aiter__(self) -> AsyncIterator[Record]:
        """Yield records as they come; raises KafkaError when reading fails for good."""
        while True:
            for records in (await self._kafka.getmany(timeout_ms=1000)).values():
                for raw in records:
                    yield from_kafka(raw)


@asynccontextmanager
async def subscribe_latest(
    connection: KafkaConnection, *topics: str, client_id: str = "cartload-broadcast", deadline: float = 15.0
) -> AsyncIterator[Subscription]:
    """Subscribe from the end. Inside the block the reader stands at the end: all that is sent then is seen.

    Raises KafkaUnavailable when that takes longer than `deadline` seconds.
    """
    kafka: Any = AIOKafkaConsumer(
        *topics,
        **connection.arguments(),
        client_id=client_id,
        group_id=None,
        auto_offset_reset="latest",
        isolation_level="read_committed",
        fetch_max_wait_ms=500,
        fetch_max_bytes=8 * MIB,
        retry_backoff_ms=200,
    )
    try:
        try:
            async with asyncio.timeout(deadline):
                await client.reach(connection, kafka.start())
                # Otherwise "latest" is looked up at the first fetch, and what was sent before that is missed.
                await kafka.seek_to_end()
        except TimeoutError as error:
            raise await client.unavailable(connection) from error
        except KafkaError as error:
            raise KafkaUnavailable(describe_error(error)) from error
        yield Subscription(kafka)
    finally:
        await client.close(kafka)


async def read_latest(
    connection: KafkaConnection,
    topic: str,
    handler: Callable[[Record], Awaitable[None]],
    stop: asyncio.Event,
    *,
    positioned: Callable[[], None] = lambda: None,
) -> None:
    """Hand every new record to `handler`, until `stop` is set; subscribes again when reading fails.

    `positioned` is called each time the reader stands at the end. A handler's exception ends it.
    """
    backoff, attempt = Backoff(), 0
    while not stop.is_set():
        attempt += 1
        try:
            async with subscribe_latest(connection, topic) as records:
                positioned()
                attempt = 0
                await run_until_first_ends(_each(records, handler), stop.wait())
        except (KafkaUnavailable, KafkaError) as error:
            log.warning("cannot read %s: %s", topic, describe_error(error))
            await backoff.wait(max(attempt, 1), stop)


async def _each(records: Subscription, handler: Callable[[Record], Awaitable[None]]) -> None:
    async for record in records:
        with context.incoming(record):
            await handler(record)
