"""Builds the role `checker` and wires it."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from functools import partial

from cartload_kit.database import check_database, database_clock
from cartload_kit.service import Main
from cartload_writer import bootstrap
from cartload_writer.bootstrap import Checks
from cartload_writer.repository.task_queue import CHECK, TaskQueue
from cartload_writer.settings import CheckerSettings
from cartload_writer.tasks.examination.check import Checking
from cartload_writer.tasks.examination.child import examine
from cartload_writer.tasks.workers import Workers


def checker(settings: CheckerSettings, checks: Checks) -> Main:
    """The role `checker`: full reports, one at a time. Fills `checks` once the database is there."""

    async def main(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            url = settings.writer_database_url.get_secret_value()
            meta = await bootstrap.migrated(stack, url)
            clock = await stack.enter_async_context(database_clock(meta))
            checking = Checking(
                meta=meta,
                url=url,
                memory_mb=settings.writer_check_memory_mb,
                examine=partial(examine, seconds=settings.writer_check_seconds),
                clock=clock,
            )
            queue = TaskQueue(meta, f"checker-{secrets.token_hex(8)}", (CHECK,), clock)
            workers = Workers(queue, {CHECK: checking.run}, checking.refuse, at_once=1)
            bootstrap.begin(checks, mysql=partial(check_database, meta))
            await workers.run(stop)

    return main
