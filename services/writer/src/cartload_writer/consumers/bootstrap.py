"""Builds the role `consumer` and wires it."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from typing import Any, cast

import pymysql

from cartload_contracts import topics
from cartload_kit import schema_version
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.database.clock import SERVER_TIME, running_clock
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.producer import Producer
from cartload_kit.kafka.record import Record
from cartload_kit.mysql_url import MysqlUrl
from cartload_kit.service import Main
from cartload_writer import bootstrap
from cartload_writer.adapters.blob import BlobStore
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.adapters.results import KafkaResults
from cartload_writer.bootstrap import MIGRATIONS, Checks
from cartload_writer.consumers.batch_handler import BatchHandler
from cartload_writer.consumers.batch_storage import Storage
from cartload_writer.consumers.redelivery import Redelivery
from cartload_writer.metrics import BATCH_MEMORY, BATCH_MEMORY_LIMIT
from cartload_writer.repository import batches
from cartload_writer.repository.probe import prove_one_transaction
from cartload_writer.settings import ConsumerSettings

GROUP = topics.GROUPS["writer consumer"]


def consumer(settings: ConsumerSettings, checks: Checks) -> Main:
    """The role `consumer`: batches into MySQL and Blob. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await bootstrap.producer(stack, settings, "writer-consumer")
            blobs = await bootstrap.blobs(stack, settings)
            handler = await _handler(stack, settings, producer, blobs)
            loop = Consumer(
                settings.kafka,
                GROUP,
                [topic.name for topic in topics.BATCHES.values()],
                handler,
                DeadLetters(producer),
                max_in_flight=settings.writer_batches_in_flight,
                # Of compressed batches; the handler's own budget bounds the rows that are made of them.
                max_bytes=settings.writer_bytes_in_flight // 2,
                on_dead_letter=handler.refused,
            )
            bootstrap.begin(checks, consumer=loop.check, blob=blobs.check, kafka=producer.check)
            await run_until_stopped(stop, loop.run(stop), producer.watch())

    return main


async def _handler(
    stack: AsyncExitStack, settings: ConsumerSettings, producer: Producer, blobs: BlobStore
) -> BatchHandler:
    url = settings.writer_database_url.get_secret_value()
    meta = MysqlUrl.parse(url).database
    connect = partial(batches.connect, url, meta)
    pool = await stack.enter_async_context(BulkPool.open(connect, settings.writer_bulk_connections))
    present = await pool.run(_version, schema_version.PRESENT)
    minimum = await pool.run(_version, schema_version.MINIMUM)
    schema_version.require(present, minimum, MIGRATIONS, meta)
    # Before the first batch: on a server where this fails, a crash would leave rows without their manifest.
    await pool.run(prove_one_transaction)
    clock = await stack.enter_async_context(running_clock(partial(pool.run, _server_time)))

    async def send_again(record: Record) -> None:
        await producer.send(record.topic, record.key, record.value, list(record.headers.items()))

    BATCH_MEMORY_LIMIT.set(settings.writer_bytes_in_flight)
    return BatchHandler(
        redelivery=await stack.enter_async_context(Redelivery.open(send_again)),
        storage=Storage(pool, blobs, meta),
        results=KafkaResults(producer, "/cartload/writer/consumer", clock),
        budget=ByteBudget(settings.writer_bytes_in_flight, BATCH_MEMORY.set),
        most_bytes=settings.writer_bytes_in_flight,
        clock=clock,
    )


def _server_time(connection: "pymysql.Connection[Any]") -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(SERVER_TIME)
        (time,) = cursor.fetchone()
    return cast("datetime", time)


def _version(connection: "pymysql.Connection[Any]", question: str) -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
    except pymysql.ProgrammingError as error:
        if error.args[0] == schema_version.NO_SUCH_TABLE:
            return ""
        raise
    return str(row[0]) if row else ""
