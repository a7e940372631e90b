"""Where the role `api` builds its clients and wires them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from cartload_contracts import topics
from cartload_generator import app as api
from cartload_generator.adapters.kafka_backlog import KafkaBacklog
from cartload_generator.adapters.kafka_outbox import KafkaOutbox
from cartload_generator.api.dependencies import Services
from cartload_generator.api.specs.preview import Previews
from cartload_generator.consumers.result_consumer import ResultConsumer
from cartload_generator.domain.fairness import Bounds
from cartload_generator.domain.limits import Limits
from cartload_generator.repository.models import MIGRATIONS
from cartload_generator.settings import ApiSettings, LettersSettings
from cartload_generator.tasks.dead_letters import DeadLetterAdministration
from cartload_generator.tasks.dispatcher import Dispatcher
from cartload_generator.tasks.job_waiters import JobWaiters
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.concurrency import background, run_until_stopped
from cartload_kit.database import check_database, database_clock, engine, require_migrated
from cartload_kit.http import ReadyCheck, serve
from cartload_kit.kafka import Consumer, DeadLetterReader, DeadLetters, Producer
from cartload_kit.kafka.settings import KafkaSettings

RESULTS_GROUP = topics.GROUPS["generator api"]
_SEND_SECONDS = 4.0
"""Shorter than the wait for a row lock, so that Kafka's absence never looks like the database's."""
_RESULTS_AT_ONCE = 400


def limits_of(settings: ApiSettings) -> Limits:
    """The limits of a job, from settings."""
    return Limits(
        settings.job_customers,
        settings.user_unfinished_jobs,
        settings.user_stored_bytes,
        settings.disk_path,
        settings.disk_reserve_bytes,
        settings.chunk_blocks,
        settings.user_streams,
    )


def bounds_of(settings: ApiSettings) -> Bounds:
    """What may be in flight, from settings."""
    return Bounds(
        window_chunks=settings.window_chunks,
        rows_in_flight=settings.rows_in_flight,
        turn_chunks=settings.turn_chunks,
        shared_rows=settings.shared_rows_in_flight,
    )


def letters_of(settings: KafkaSettings) -> DeadLetterReader:
    """What reads the dead letters of all services."""
    return DeadLetterReader(settings.kafka, topics.DEAD_LETTERS.name, "generator-dead-letters")


@asynccontextmanager
async def dead_letter_administration(settings: LettersSettings) -> AsyncIterator[DeadLetterAdministration]:
    """What the commands on dead letters work with."""
    database = engine(settings.generator_database_url.get_secret_value(), pool_size=1)
    try:
        await require_migrated(database, MIGRATIONS)
        async with (
            database_clock(database) as clock,
            Producer(settings.kafka, "generator-redrive", limits=topics.LIMITS) as producer,
        ):
            yield DeadLetterAdministration(database, letters_of(settings), producer, clock)
    finally:
        await database.dispose()


def run_api(settings: ApiSettings) -> None:
    """Serve the role `api` until SIGTERM."""
    checks: dict[str, ReadyCheck] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _open_api(app, settings, checks):
            yield

    serve(api.build(lifespan, checks), settings)


@asynccontextmanager
async def _open_api(
    app: FastAPI, settings: ApiSettings, checks: dict[str, ReadyCheck]
) -> AsyncIterator[None]:
    lifecycle = app.state.lifecycle
    async with AsyncExitStack() as stack:
        database = engine(
            settings.generator_database_url.get_secret_value(), pool_size=settings.generator_pool
        )
        stack.push_async_callback(database.dispose)
        await require_migrated(database, MIGRATIONS)
        clock = await stack.enter_async_context(database_clock(database))
        producer = await stack.enter_async_context(
            Producer(settings.kafka, "generator-api", deadline=_SEND_SECONDS, limits=topics.LIMITS)
        )
        waiters, backlog = JobWaiters(lifecycle.stopping), KafkaBacklog(settings.kafka)
        outbox = KafkaOutbox(producer, "/cartload/generator/api", clock)
        stream_publisher = Publisher(outbox)
        dispatcher = Dispatcher(
            database,
            outbox,
            waiters,
            backlog=backlog,
            bounds=bounds_of(settings),
            clock=clock,
        )
        results = ResultConsumer(dispatcher.apply_results)
        consumer = Consumer(
            settings.kafka,
            RESULTS_GROUP,
            [topics.RESULTS.name],
            results.handle,
            DeadLetters(producer),
            on_dead_letter=results.refused,
            # Many, because those of one job are applied in one transaction while others come.
            max_in_flight=_RESULTS_AT_ONCE,
        )
        app.state.verifier = settings.token_verifier(clock.timestamp)
        app.state.services = Services(
            engine=database,
            dispatcher=dispatcher,
            backlog=backlog,
            waiters=waiters,
            previews=Previews(),
            stream_publisher=stream_publisher,
            dead_letters=DeadLetterAdministration(database, letters_of(settings), producer, clock),
            limits=limits_of(settings),
            clock=clock,
            wait_seconds=settings.wait_seconds,
            topic_prefix=settings.stream_topic_prefix,
        )
        checks["database"] = lambda: check_database(database)
        checks["kafka"] = producer.check
        checks["results"] = consumer.check
        stop = lifecycle.stopping
        work = run_until_stopped(
            stop, dispatcher.run(stop), stream_publisher.run(stop), consumer.run(stop), producer.watch()
        )
        # Requests that come last may leave a prepare on its way: it is sent before the producer is closed.
        stack.push_async_callback(dispatcher.settle_sends)
        async with background(
            lifecycle.supervise("dispatcher", work), stop=stop, grace=12, name="dispatcher"
        ):
            yield
