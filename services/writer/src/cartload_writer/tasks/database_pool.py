"""A stock of empty databases with the final DDL: a small dataset need not wait for ten CREATE TABLE."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import cartload
from cartload_kit.database import transaction
from cartload_writer import metrics
from cartload_writer.domain.names import mint_database
from cartload_writer.errors import explain
from cartload_writer.repository import databases
from cartload_writer.repository.models import stock

MAKING, READY, DROPPING = "making", "ready", "dropping"
POLL_SECONDS = 5.0
ABANDONED = timedelta(minutes=10)
_log = logging.getLogger(__name__)


async def take(connection: AsyncConnection) -> str | None:
    """Take a ready database out of the stock, with the caller's transaction; None when there is none."""
    which = (stock.c.state == READY) & (stock.c.vintage == cartload.VINTAGE)
    query = sa.select(stock.c.database_name).where(which).order_by(stock.c.created_at).limit(1)
    name = await connection.scalar(query.with_for_update(skip_locked=True))
    if name is not None:
        await connection.execute(stock.delete().where(stock.c.database_name == name))
    return name


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
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            self._wake.clear()
            try:
                await self.refill(stop)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("the stock could not be refilled: %s", explain(error))
            waking = asyncio.create_task(self._wake.wait())
            await asyncio.wait({waking, stopping}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
        stopping.cancel()

    async def refill(self, stop: asyncio.Event | None = None) -> None:
        """Throw away what is of no use and make what is missing; one process does it at a time."""
        async with self._alone() as alone:
            if not alone:
                return
            await self._clear()
            while not (stop and stop.is_set()) and await self._count() < self.target:
                await self._make()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        # Every user of the server may take a lock of any name: nobody else can guess this one.
        secret = f"{self.meta.url.database}\0{self.meta.url.password}".encode()
        name = f"cartload-stock-{hashlib.sha256(secret).hexdigest()[:32]}"
        async with self.meta.connect() as connection:
            got = await connection.scalar(sa.text("SELECT GET_LOCK(:name, 0)"), {"name": name})
            try:
                yield got == 1
            finally:
                if got == 1:
                    await connection.execute(sa.text("DO RELEASE_LOCK(:name)"), {"name": name})

    async def _count(self) -> int:
        which = (stock.c.state == READY) & (stock.c.vintage == cartload.VINTAGE)
        async with self.meta.connect() as connection:
            ready = await connection.scalar(sa.select(sa.func.count()).select_from(stock).where(which))
        metrics.STOCK.set(ready or 0)
        return int(ready or 0)

    async def _make(self) -> None:
        """The row comes before the database: one made by a process that died is found again."""
        name = mint_database()
        async with transaction(self.meta) as connection:
            values = {"state": MAKING, "vintage": cartload.VINTAGE, "created_at": self.clock()}
            await connection.execute(stock.insert().values(database_name=name, **values))
        await databases.make(self.work, name, "uuid", final=True)
        async with transaction(self.meta) as connection:
            mine = (stock.c.database_name == name) & (stock.c.state == MAKING)
            await connection.execute(stock.update().where(mine).values(state=READY))

    async def _clear(self) -> None:
        abandoned = (stock.c.state != READY) & (stock.c.created_at < self.clock() - ABANDONED)
        useless = sa.or_(abandoned, stock.c.vintage != cartload.VINTAGE)
        # Locked rows belong to a prepare that takes them just now. What is marked here, nobody can take.
        query = sa.select(stock.c.database_name).where(useless).order_by(stock.c.database_name)
        async with transaction(self.meta) as connection:
            names = (await connection.scalars(query.with_for_update(skip_locked=True))).all()
            await connection.execute(
                stock.update().where(stock.c.database_name.in_(names)).values(state=DROPPING)
            )
        for name in names:
            if await databases.drop(self.work, name):
                mine = (stock.c.database_name == name) & (stock.c.state == DROPPING)
                async with transaction(self.meta) as connection:
                    await connection.execute(stock.delete().where(mine))
