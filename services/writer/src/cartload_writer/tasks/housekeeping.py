"""What has to be done regularly: counting and forgetting tasks, ending what readers leave behind."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.concurrency import wait_for_any
from cartload_kit.database import transaction
from cartload_writer.errors import explain
from cartload_writer.metrics import TASKS_OPEN
from cartload_writer.repository import database_users, task_queue

KEPT = timedelta(days=8)
"""A day more than commands are kept on their topic."""

SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """What has to be done now and then."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def run(self, stop: asyncio.Event) -> None:
        """Tidy regularly until `stop` is set."""
        while not stop.is_set():
            try:
                await self.tidy()
            except (SQLAlchemyError, OSError) as error:
                _log.warning("could not tidy: %s", explain(error))
            await wait_for_any(stop, timeout=SECONDS)

    async def tidy(self) -> None:
        """Once."""
        async with transaction(self.engine) as connection:
            await task_queue.prune(connection, self.clock() - KEPT)
            TASKS_OPEN.set(await task_queue.count_open(connection))
        async with self.engine.connect() as connection:
            if ended := await database_users.end_overdue(connection):
                _log.warning("ended %d sessions of readers, idle in a transaction or too long", ended)
