"""Where the role `worker` builds its clients and wires them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload.events.topics import BUSINESS_TOPICS
from cartload.storage.kafka_client import KafkaFailedError
from cartload.storage.kafka_url import KafkaUrl
from cartload.writers.kafka_topics import create_topics
from cartload_kit import service
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.database import check_database, database_clock, engine, require_migrated
from cartload_kit.http import ReadyCheck
from cartload_kit.kafka import KafkaUnavailable, Producer
from cartload_shop.repository.models import MIGRATIONS
from cartload_shop.repository.shop_databases import COPYING
from cartload_shop.settings import WorkerSettings
from cartload_shop.tasks.housekeeping import Housekeeping
from cartload_shop.tasks.migrations import migrate_shop
from cartload_shop.tasks.relay import Relay
from cartload_shop.tasks.shop_changes import ShopChanges

_SEND_SECONDS = 4.0
"""Shorter than other transactions wait for the lock under which events are sent."""

_COPIES = 2
"""Connections for statements that take long: one for what is copied, one to drop what a worker left."""


def run(settings: WorkerSettings) -> None:
    """Run the role `worker` until SIGTERM."""
    checks: dict[str, ReadyCheck] = {}

    url = settings.shop_database_url.get_secret_value()

    async def main(stop: asyncio.Event) -> None:
        async with _databases(url, settings.shop_worker_pool) as (database, copying):
            await require_migrated(database, MIGRATIONS)
            async with (
                database_clock(database) as clock,
                Producer(settings.kafka, "shop-worker", deadline=_SEND_SECONDS) as producer,
            ):
                changes = ShopChanges(database, copying, partial(migrate_shop, url), clock)
                relay = Relay(
                    database, producer, partial(_make_topics, settings), settings.stream_topic_prefix
                )
                tidying = Housekeeping(database)
                checks["database"] = lambda: check_database(database)
                checks["kafka"] = producer.check
                await run_until_stopped(
                    stop, changes.run(stop), relay.run(stop), tidying.run(stop), producer.watch()
                )

    service.run(main, service="shop-worker", settings=settings, checks=checks)


async def _make_topics(settings: WorkerSettings) -> None:
    """Create the topics that are missing. Raises KafkaUnavailable."""
    url, prefix = KafkaUrl(**settings.kafka_options), settings.stream_topic_prefix
    try:
        await asyncio.to_thread(create_topics, url, BUSINESS_TOPICS, prefix, settings.stream_partitions)
    except KafkaFailedError as error:
        raise KafkaUnavailable(str(error)) from error


@asynccontextmanager
async def _databases(url: str, pool_size: int) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    database = engine(url, pool_size=pool_size)
    copying = engine(url, pool_size=_COPIES, session=COPYING, answer_seconds=None)
    try:
        yield database, copying
    finally:
        await database.dispose()
        await copying.dispose()
