"""Where the role `player` builds its clients and wires them."""

import asyncio
from contextlib import AbstractContextManager

import pyarrow as pa

from cartload.storage.kafka_url import KafkaUrl
from cartload.writers.kafka_sink import KafkaSink
from cartload_contracts import topics
from cartload_generator.adapters.kafka_outbox import KafkaOutbox
from cartload_generator.domain.streams import Stream
from cartload_generator.repository.models import MIGRATIONS
from cartload_generator.settings import PlayerSettings
from cartload_generator.tasks.publisher import Publisher
from cartload_generator.tasks.streams.player import Player
from cartload_generator.tasks.streams.playing import OpenSink, Sink
from cartload_kit import service
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.database import check_database, database_clock, engine, require_migrated
from cartload_kit.http import ReadyCheck
from cartload_kit.kafka import Producer

_DELIVERY_SECONDS = 10.0
"""How long a broker that is away is waited for before its stream says so; then it is tried again."""


def sinks(settings: PlayerSettings) -> OpenSink:
    """What opens the topics of a stream: with another client than messages, but by the same settings."""
    url = KafkaUrl(**settings.kafka_options)

    def open_sink(stream: Stream) -> AbstractContextManager[Sink]:
        return KafkaSink(
            url,
            stream.stream_id,
            stream.topics,
            prefix=stream.topic_prefix,
            partitions=settings.stream_partitions,
            delivery_seconds=_DELIVERY_SECONDS,
        )

    return open_sink


def run(settings: PlayerSettings) -> None:
    """Run the role `player` until SIGTERM."""
    # Arrow's own allocator keeps what it freed; the C library's gives it back.
    pa.set_memory_pool(pa.system_memory_pool())
    checks: dict[str, ReadyCheck] = {}

    async def main(stop: asyncio.Event) -> None:
        database = engine(settings.generator_database_url.get_secret_value(), pool_size=settings.player_pool)
        try:
            await require_migrated(database, MIGRATIONS)
            async with (
                database_clock(database) as clock,
                Producer(settings.kafka, "generator-player", limits=topics.LIMITS) as producer,
            ):
                publisher = Publisher(KafkaOutbox(producer, "/cartload/generator/player", clock))
                player = Player(database, sinks(settings), publisher, clock, at_once=settings.player_streams)
                checks["database"] = lambda: check_database(database)
                checks["kafka"] = producer.check
                await run_until_stopped(stop, player.run(stop), publisher.run(stop), producer.watch())
        finally:
            await database.dispose()

    service.run(main, service="generator-player", settings=settings, checks=checks)
