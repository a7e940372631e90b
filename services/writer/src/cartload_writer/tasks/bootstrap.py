"""Builds the role `tasks` and wires it."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from functools import partial

from cartload_contracts import topics
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.database import check_database
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.producer import Producer
from cartload_kit.service import Main
from cartload_writer import bootstrap
from cartload_writer.adapters.results import KafkaResults
from cartload_writer.bootstrap import Checks, utc_now
from cartload_writer.consumers.command_consumer import CommandConsumer
from cartload_writer.repository.databases import SESSION_FOR_DDL
from cartload_writer.settings import TasksSettings
from cartload_writer.tasks import commands
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.database_pool import DatabasePool
from cartload_writer.tasks.housekeeping import Housekeeping
from cartload_writer.tasks.workers import Workers

GROUP = topics.GROUPS["writer tasks"]


def tasks(settings: TasksSettings, checks: Checks) -> Main:
    """The role `tasks`: prepare, seal and delete. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await bootstrap.producer(stack, settings, "writer-tasks")
            context = await _context(stack, settings, producer)
            workers = Workers(
                engine=context.meta,
                owner=f"tasks-{secrets.token_hex(8)}",
                runs=commands.runs(context),
                refuse=partial(commands.refuse, context),
                clock=utc_now,
                at_once=settings.writer_tasks_at_once,
            )
            loop = Consumer(
                settings.kafka_bootstrap_servers,
                GROUP,
                [topics.DATASETS.name],
                CommandConsumer(context.meta, workers.wake, utc_now),
                DeadLetters(producer),
                order="key",
            )
            mysql, blob = partial(check_database, context.meta), context.blobs.check
            bootstrap.begin(checks, consumer=loop.check, mysql=mysql, blob=blob, kafka=producer.check)
            tidying = Housekeeping(context.meta, utc_now).run(stop)
            filling = context.database_pool.run(stop)
            await run_until_stopped(
                stop, loop.run(stop), workers.run(stop), filling, tidying, producer.watch()
            )

    return main


async def _context(stack: AsyncExitStack, settings: TasksSettings, producer: Producer) -> Context:
    url = settings.writer_database_url.get_secret_value()
    meta = await bootstrap.migrated(stack, url)
    lanes = settings.writer_index_builds
    work = await bootstrap.opened(stack, url, session=SESSION_FOR_DDL, pool_size=4 + 4 * lanes)
    return Context(
        meta=meta,
        work=work,
        blobs=await bootstrap.blobs(stack, settings),
        results=KafkaResults(producer, "/cartload/writer/tasks", utc_now),
        database_pool=DatabasePool(meta, work, settings.writer_ready_databases, utc_now),
        clock=utc_now,
        deferred_rows=settings.writer_deferred_rows,
        report_rows=settings.writer_report_rows,
        lanes=lanes,
    )
