"""The only place that builds clients and wires them: one function a role."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts import topics
from cartload_kit.database import check_database, engine, require_migrated
from cartload_kit.http import ReadyCheck
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.producer import Producer
from cartload_kit.tokens import TokenVerifier
from cartload_writer.api.access import PublicAddress, Services
from cartload_writer.api.reading import Reader
from cartload_writer.api.reading import session as reading_session
from cartload_writer.api.slots import Slots
from cartload_writer.consumer.handler import BatchHandler
from cartload_writer.consumer.store import Storage
from cartload_writer.probe import prove_one_transaction
from cartload_writer.results import KafkaResults
from cartload_writer.settings import (
    ApiSettings,
    ConsumerSettings,
    KafkaSettings,
    MigrateSettings,
    StorageSettings,
    TasksSettings,
)
from cartload_writer.storage import batches
from cartload_writer.storage.blob import BlobStore
from cartload_writer.storage.bulk import BulkPool
from cartload_writer.tasks import commands
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.databases import SESSION_FOR_DDL
from cartload_writer.tasks.housekeeping import Housekeeping
from cartload_writer.tasks.intake import Intake
from cartload_writer.tasks.runner import Runner
from cartload_writer.tasks.stock import Stock
from cartload_writer.together import until_stopped

MIGRATIONS = Path(__file__).parent / "migrations"
CONSUMER_GROUP = "cartload-writer-consumer"
TASKS_GROUP = "cartload-writer-tasks"

type Checks = dict[str, ReadyCheck]
type Main = Callable[[asyncio.Event], Awaitable[None]]


def utc_now() -> datetime:
    """The clock of all roles."""
    return datetime.now(UTC)


def consumer(settings: ConsumerSettings, checks: Checks) -> Main:
    """The role `consumer`: batches into MySQL and Blob. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await _producer(stack, settings, "writer-consumer")
            blobs = await _blobs(stack, settings)
            handler = await _handler(stack, settings, producer, blobs)
            loop = Consumer(
                settings.kafka_bootstrap_servers,
                CONSUMER_GROUP,
                [topic.name for topic in topics.BATCHES.values()],
                handler,
                DeadLetters(producer),
                max_in_flight=settings.writer_batches_in_flight,
                max_bytes=settings.writer_bytes_in_flight // 2,
                on_dead_letter=handler.refused,
            )
            _begin(checks, consumer=loop.check, blob=blobs.check, kafka=producer.check)
            await until_stopped(stop, loop.run(stop), producer.watch())

    return main


async def _handler(
    stack: AsyncExitStack, settings: ConsumerSettings, producer: Producer, blobs: BlobStore
) -> BatchHandler:
    url = settings.writer_database_url.get_secret_value()
    meta = urlsplit(url).path.strip("/")
    await _check_migrated(url)
    connect = partial(batches.connect, url, meta)
    pool = await stack.enter_async_context(BulkPool.open(connect, settings.writer_bulk_connections))
    async with pool.lend() as bulk:
        await bulk.run(prove_one_transaction)
    return BatchHandler(
        storage=Storage(pool, blobs, meta),
        results=KafkaResults(producer, "/cartload/writer/consumer", utc_now),
        budget=ByteBudget(settings.writer_bytes_in_flight),
        most_bytes=settings.writer_bytes_in_flight,
        clock=utc_now,
    )


def tasks(settings: TasksSettings, checks: Checks) -> Main:
    """The role `tasks`: prepare, seal and delete. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await _producer(stack, settings, "writer-tasks")
            context = await _context(stack, settings, producer)
            runner = Runner(
                engine=context.meta,
                owner=f"tasks-{secrets.token_hex(8)}",
                runs=commands.runs(context),
                refuse=partial(commands.refuse, context),
                clock=utc_now,
                at_once=settings.writer_tasks_at_once,
            )
            loop = Consumer(
                settings.kafka_bootstrap_servers,
                TASKS_GROUP,
                [topics.DATASETS.name],
                Intake(context.meta, runner.wake, utc_now),
                DeadLetters(producer),
                order="key",
            )
            database = partial(check_database, context.meta)
            _begin(
                checks, consumer=loop.check, mysql=database, blob=context.blobs.check, kafka=producer.check
            )
            tidying = Housekeeping(context.meta, utc_now).run(stop)
            work = (loop.run(stop), runner.run(stop), context.stock.run(stop), tidying, producer.watch())
            await until_stopped(stop, *work)

    return main


async def _context(stack: AsyncExitStack, settings: TasksSettings, producer: Producer) -> Context:
    url = settings.writer_database_url.get_secret_value()
    await _check_migrated(url)
    meta = await _engine(stack, url)
    work = await _engine(stack, url, session=SESSION_FOR_DDL, pool_size=4 + 4 * settings.writer_index_builds)
    return Context(
        meta=meta,
        work=work,
        blobs=await _blobs(stack, settings),
        results=KafkaResults(producer, "/cartload/writer/tasks", utc_now),
        stock=Stock(meta, work, settings.writer_ready_databases, utc_now),
        clock=utc_now,
        deferred_rows=settings.writer_deferred_rows,
        lanes=settings.writer_index_builds,
    )


def api_lifespan(settings: ApiSettings, checks: Checks) -> Any:
    """The lifespan of the role `api`. Fills `checks` once the clients are there."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            url = settings.writer_database_url.get_secret_value()
            await _check_migrated(url)
            meta = await _engine(stack, url)
            reading = await _engine(stack, url, session=reading_session(settings.writer_statement_seconds))
            blobs = await _blobs(stack, settings)
            _begin(checks, mysql=partial(check_database, meta), blob=blobs.check)
            app.state.verifier = TokenVerifier(
                settings.jwks_url, settings.token_issuer, settings.token_audience
            )
            app.state.services = Services(
                engine=meta,
                reader=Reader(reading),
                blobs=blobs,
                exports=Slots(settings.writer_exports, "exports"),
                public=PublicAddress(settings.mysql_public_host, settings.mysql_public_port),
                clock=utc_now,
            )
            yield

    return lifespan


def starting() -> Checks:
    """Ready checks of a role that has only begun to start: not ready until `_begin` puts its own there."""

    async def not_yet() -> bool:
        return False

    return {"started": not_yet}


def _begin(checks: Checks, **found: ReadyCheck) -> None:
    checks.clear()
    checks.update(found)


async def make_container(settings: MigrateSettings) -> None:
    """Make the Blob container, where it is not there."""
    secret = settings.blob_connection_string.get_secret_value()
    async with BlobStore.connect(secret, settings.blob_container) as blobs:
        await blobs.create_container()


async def _producer(stack: AsyncExitStack, settings: KafkaSettings, client: str) -> Producer:
    limits = {topic.name: topic.max_message_bytes for topic in topics.ALL}
    return await stack.enter_async_context(Producer(settings.kafka_bootstrap_servers, client, limits=limits))


async def _blobs(stack: AsyncExitStack, settings: StorageSettings) -> BlobStore:
    secret = settings.blob_connection_string.get_secret_value()
    return await stack.enter_async_context(BlobStore.connect(secret, settings.blob_container))


async def _engine(stack: AsyncExitStack, url: str, **options: Any) -> AsyncEngine:
    made = engine(url, **options)
    made.sync_engine.hide_parameters = True
    stack.push_async_callback(made.dispose)
    return made


async def _check_migrated(url: str) -> None:
    async with AsyncExitStack() as stack:
        await require_migrated(await _engine(stack, url), MIGRATIONS)
