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
from cartload_writer import clients, database
from cartload_writer.clients import Checks, utc_now
from cartload_writer.results import KafkaResults
from cartload_writer.settings import TasksSettings
from cartload_writer.tasks import commands
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.databases import SESSION_FOR_DDL
from cartload_writer.tasks.housekeeping import Housekeeping
from cartload_writer.tasks.intake import Intake
from cartload_writer.tasks.runner import Runner
from cartload_writer.tasks.stock import Stock

GROUP = topics.GROUPS["writer tasks"]


def tasks(settings: TasksSettings, checks: Checks) -> Main:
    """The role `tasks`: prepare, seal and delete. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await clients.producer(stack, settings, "writer-tasks")
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
                GROUP,
                [topics.DATASETS.name],
                Intake(context.meta, runner.wake, utc_now),
                DeadLetters(producer),
                order="key",
            )
            mysql, blob = partial(check_database, context.meta), context.blobs.check
            clients.begin(checks, consumer=loop.check, mysql=mysql, blob=blob, kafka=producer.check)
            tidying = Housekeeping(context.meta, utc_now).run(stop)
            work = (loop.run(stop), runner.run(stop), context.stock.run(stop), tidying, producer.watch())
            await run_until_stopped(stop, *work)

    return main


async def _context(stack: AsyncExitStack, settings: TasksSettings, producer: Producer) -> Context:
    url = settings.writer_database_url.get_secret_value()
    meta = await database.migrated(stack, url)
    lanes = settings.writer_index_builds
    work = await database.opened(stack, url, session=SESSION_FOR_DDL, pool_size=4 + 4 * lanes)
    return Context(
        meta=meta,
        work=work,
        blobs=await clients.blobs(stack, settings),
        results=KafkaResults(producer, "/cartload/writer/tasks", utc_now),
        stock=Stock(meta, work, settings.writer_ready_databases, utc_now),
        clock=utc_now,
        deferred_rows=settings.writer_deferred_rows,
        report_rows=settings.writer_report_rows,
        lanes=lanes,
    )
