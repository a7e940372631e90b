"""A few warm bulk connections, each used by one batch at a time and worked in a thread of its own."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Concatenate, Self

import pymysql

from cartload_writer.metrics import BULK_IN_USE

type Connect = Callable[[], "pymysql.Connection[Any]"]

WARM_SECONDS = 3.0
"""Idle connections are asked this often: the server ends sessions that are silent for ten seconds."""

_STALE_SECONDS = 6.0
_log = logging.getLogger(__name__)


class Bulk:
    """One connection, lent to one batch."""

    def __init__(self, connection: "pymysql.Connection[Any]", executor: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._executor = executor
        self.last_used = time.monotonic()

    async def run[**P, T](
        self, work: "Callable[Concatenate[pymysql.Connection[Any], P], T]", *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` in a thread.

        When the caller is cancelled meanwhile, the work goes on to its end (the server bounds it), then the
        connection is closed.
        """
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._executor, lambda: work(self._connection, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(self._abandon)
            raise
        finally:
            self.last_used = time.monotonic()

    def _abandon(self, done: "asyncio.Future[Any]") -> None:
        if not done.cancelled():
            done.exception()
        self.close()

    def close(self) -> None:
        """Drop the connection without a word: the server rolls back whatever is open on it."""
        with contextlib.suppress(Exception):
            self._connection._force_close()  # type: ignore[attr-defined]


class BulkPool:
    """At most `size` connections; an error on one closes it, and the next batch opens another."""

    def __init__(self, connect: Connect, size: int) -> None:
        self._connect = connect
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="bulk")
        self._free = asyncio.Semaphore(size)
        self._idle: list[Bulk] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, connect: Connect, size: int) -> AsyncIterator[Self]:
        """A pool that keeps its idle connections warm; closes them at the end."""
        pool = cls(connect, size)
        warming = asyncio.create_task(pool._keep_warm(), name="bulk-warm")
        try:
            yield pool
        finally:
            warming.cancel()
            for bulk in pool._idle:
                bulk.close()
            pool._executor.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Bulk]:
        """A connection for the block. Left by an exception it is closed, which rolls back."""
        async with self._free:
            bulk = await self._take()
            BULK_IN_USE.inc()
            try:
                yield bulk
            except BaseException:
                bulk.close()
                raise
            else:
                self._idle.append(bulk)
            finally:
                BULK_IN_USE.dec()

    async def _take(self) -> Bulk:
        while self._idle:
            bulk = self._idle.pop()
            if await self._alive(bulk):
                return bulk
        loop = asyncio.get_running_loop()
        return Bulk(await loop.run_in_executor(self._executor, self._connect), self._executor)

    async def _alive(self, bulk: Bulk) -> bool:
        if time.monotonic() - bulk.last_used < _STALE_SECONDS:
            return True
        return await self._answers(bulk)

    async def _answers(self, bulk: Bulk) -> bool:
        try:
            await bulk.run(_ping)
        except (pymysql.MySQLError, OSError):
            bulk.close()
            return False
        return True

    async def _keep_warm(self) -> None:
        while True:
            await asyncio.sleep(WARM_SECONDS)
            for _ in range(len(self._idle)):
                async with self._free:
                    if not self._idle:
                        break
                    bulk = self._idle.pop(0)
                    if await self._answers(bulk):
                        self._idle.append(bulk)


def _ping(connection: "pymysql.Connection[Any]") -> None:
    connection.ping(reconnect=False)
