"""Builds the role `tasks` and wires it."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from cartload_contracts import topics
from cartload_kit.concurrency import run_until_stopped
from cartload_kit.database import check_database, database_clock
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.producer import Producer
from cartload_kit.service import Main
from cartload_writer import bootstrap
from cartload_writer.adapters.results import KafkaResults
from cartload_writer.bootstrap import Checks
from cartload_writer.consumers.command_consumer import CommandConsumer
from cartload_writer.repository.databases import session_for_ddl
from cartload_writer.repository.task_queue import TaskQueue
from cartload_writer.settings import COMMANDS_AT_ONCE, TasksSettings
from cartload_writer.tasks import commands
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.database_pool import DatabasePool
from cartload_writer.tasks.housekeeping import Housekeeping
from cartload_writer.tasks.workers import Run, Workers

GROUP = topics.GROUPS["writer tasks"]
PREPARE = "prepare"


def tasks(settings: TasksSettings, checks: Checks) -> Main:
    """The role `tasks`: prepare, seal and delete. Fills `checks` once the clients are there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            producer = await bootstrap.producer(stack, settings, "writer-tasks")
            context = await _context(stack, settings, producer)
            prepares, others = task_workers(context, settings)

            def wake() -> None:
                prepares.wake()
                others.wake()

            handler = CommandConsumer(context.meta, context.results, wake, context.clock)
            loop = Consumer(
                settings.kafka,
                GROUP,
                [topics.DATASETS.name],
                handler,
                DeadLetters(producer),
                on_dead_letter=handler.refused,
                max_in_flight=COMMANDS_AT_ONCE,
                # The key is the dataset: its commands become tasks in the order in which they were sent.
                order="key",
            )
            mysql, blob = partial(check_database, context.meta), context.blobs.check
            bootstrap.begin(checks, consumer=loop.check, mysql=mysql, blob=blob, kafka=producer.check)
            tidying = Housekeeping(context.meta, context.clock).run(stop)
            work = (loop.run(stop), prepares.run(stop), others.run(stop), context.database_pool.run(stop))
            await run_until_stopped(stop, *work, tidying, producer.watch())

    return main


def task_workers(context: Context, settings: TasksSettings) -> tuple[Workers, Workers]:
    """Who prepares, and who does the rest.

    Each has slots of its own: what takes milliseconds never waits for seals that take an hour.
    """
    every = commands.runs(context)
    rest = {kind: run for kind, run in every.items() if kind != PREPARE}

    def workers(runs: Mapping[str, Run], at_once: int) -> Workers:
        queue = TaskQueue(context.meta, f"tasks-{secrets.token_hex(8)}", runs.keys(), context.clock)
        return Workers(queue, runs, partial(commands.refuse, context), at_once)

    return (
        workers({PREPARE: every[PREPARE]}, settings.writer_prepares_at_once),
        workers(rest, settings.writer_tasks_at_once),
    )


async def _context(stack: AsyncExitStack, settings: TasksSettings, producer: Producer) -> Context:
    url = settings.writer_database_url.get_secret_value()
    meta = await bootstrap.migrated(stack, url, pool_size=settings.own_connections)
    clock = await stack.enter_async_context(database_clock(meta))
    session = session_for_ddl(settings.writer_index_buffer_mb)
    # An index of a large table takes hours, in which the server says nothing.
    work = await bootstrap.opened(
        stack, url, session=session, pool_size=settings.dataset_connections, answer_seconds=None
    )
    return Context(
        meta=meta,
        work=work,
        blobs=await bootstrap.blobs(stack, settings),
        results=KafkaResults(producer, "/cartload/writer/tasks", clock),
        database_pool=DatabasePool(meta, work, settings.writer_ready_databases, clock),
        clock=clock,
        deferred_rows=settings.writer_deferred_rows,
        report_rows=settings.writer_report_rows,
        index_builds=settings.writer_index_builds,
        index_alone_rows=settings.writer_index_alone_rows,
    )
