"""A stock of empty databases with the final DDL: a small dataset need not wait for ten CREATE TABLE."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.concurrency import wait_for_any
from cartload_kit.database import transaction
from cartload_writer import metrics
from cartload_writer.domain.names import mint_database
from cartload_writer.errors import explain
from cartload_writer.repository import databases, stock

POLL_SECONDS = 5.0
ABANDONED = timedelta(minutes=10)
"""After so long, whoever was making a database is dead: making one takes a second at most."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class DatabasePool:
    """Keeps `target` databases ready. `meta` is the engine of our own tables, `work` of the datasets'."""

    meta: AsyncEngine
    work: AsyncEngine
    target: int
    clock: Callable[[], datetime]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """One was taken."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Refill until `stop` is set: at once after a taking, and regularly."""
        while not stop.is_set():
            self._wake.clear()
            try:
                await self.refill(stop)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("the stock could not be refilled: %s", explain(error))
            await wait_for_any(self._wake, stop, timeout=POLL_SECONDS)

    async def refill(self, stop: asyncio.Event | None = None) -> None:
        """Throw away what is of no use and make what is missing; one process does it at a time."""
        async with stock.alone(self.meta) as alone:
            if not alone:
                return
            await self._clear()
            while not (stop and stop.is_set()) and await self._count() < self.target:
                await self._make()

    async def _count(self) -> int:
        async with self.meta.connect() as connection:
            ready = await stock.count_ready(connection)
        metrics.STOCK.set(ready)
        return ready

    async def _make(self) -> None:
        """The row comes before the database: one made by a process that died is found again."""
        name = mint_database()
        async with transaction(self.meta) as connection:
            await stock.begin(connection, name, self.clock())
        await databases.make(self.work, name, "uuid", final=True)
        async with transaction(self.meta) as connection:
            await stock.set_ready(connection, name)

    async def _clear(self) -> None:
        async with transaction(self.meta) as connection:
            names = await stock.give_up(connection, self.clock() - ABANDONED)
        for name in names:
            # The row goes last, so that a database which could not be dropped is tried again.
            if await databases.drop(self.work, name):
                async with transaction(self.meta) as connection:
                    await stock.forget(connection, name)
