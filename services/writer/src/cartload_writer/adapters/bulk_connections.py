"""A few warm bulk connections: SQLAlchemy's pool over PyMySQL, worked by as many threads."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Concatenate, Self, cast

import pymysql
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, InvalidRequestError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from cartload_kit.concurrency import cancel_all
from cartload_writer.metrics import BULK_IN_USE, BULK_SIZE, BULK_WAIT_SECONDS

type Connect = Callable[[], "pymysql.Connection[Any]"]
type Work[**P, T] = Callable[Concatenate[pymysql.Connection[Any], P], T]

WARM_SECONDS = 3.0
"""Idle connections are asked this often: the server ends sessions that are silent for ten seconds."""

FRESH_SECONDS = 0.5
"""A connection that answered so lately is not asked before it is lent: a small batch would wait for that."""

_ANSWERED = "answered"
_log = logging.getLogger(__name__)


class BulkPool:
    """At most `size` connections, each used by one work at a time; a work that raises costs its connection.

    They are PyMySQL's, in threads: no asynchronous driver of MySQL loads local files reliably.
    """

    def __init__(self, connect: Connect, size: int, fresh_seconds: float = FRESH_SECONDS) -> None:
        # As many threads as connections: whoever has a thread finds a connection, so works queue for threads
        # only, where one whose caller was cancelled meanwhile is not begun at all.
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="bulk")
        # Nothing to reset: a work either returns with all committed, or raises and its connection is closed.
        creator: Any = connect  # PyMySQL's class has another signature than SQLAlchemy's protocol
        self._pool = QueuePool(creator, pool_size=size, max_overflow=0, reset_on_return=None)
        event.listen(self._pool, "checkin", _note_answer)
        event.listen(self._pool, "checkout", self._require_answer)
        self._fresh_seconds = fresh_seconds
        BULK_SIZE.set(size)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        connect: Connect,
        size: int,
        *,
        warm_seconds: float = WARM_SECONDS,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> AsyncIterator[Self]:
        """A pool that keeps its idle connections warm. At the end, works that run are waited for."""
        pool = cls(connect, size, fresh_seconds)
        warming = asyncio.create_task(pool._keep_warm(warm_seconds), name="bulk-warm")
        try:
            yield pool
        finally:
            await cancel_all([warming])
            # The server bounds each work, and the interpreter would wait for the threads at its exit anyway.
            await asyncio.to_thread(pool._executor.shutdown, cancel_futures=True)
            pool._pool.dispose()

    async def run[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` in a thread, on a connection that answered a moment ago.

        When the caller is cancelled meanwhile, the work goes on to its end, which the server bounds: a
        connection that is cut while its thread uses it could leave a commit that nobody knows of.
        """
        loop, asked = asyncio.get_running_loop(), time.perf_counter()

        def begin() -> T:
            BULK_WAIT_SECONDS.observe(time.perf_counter() - asked)
            return self._run(work, *args, **kwargs)

        return await loop.run_in_executor(self._executor, begin)

    def _run[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            lent = self._pool.connect()
        except InvalidRequestError as error:
            raise pymysql.OperationalError(2006, "a new connection does not answer") from error
        connection = cast("pymysql.Connection[Any]", lent.dbapi_connection)
        with BULK_IN_USE.track_inprogress():
            try:
                result = work(connection, *args, **kwargs)
            except BaseException:
                # Closing rolls back, whatever state the error left the protocol in. The pool itself would
                # log an error for a connection that the load has closed already.
                lent.detach()
                with contextlib.suppress(pymysql.MySQLError):
                    connection.close()
                raise
        lent.close()
        return result

    def _require_answer(self, connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        """Have the pool open another connection in place of one that the server has ended."""
        if time.monotonic() - record.info.get(_ANSWERED, -math.inf) < self._fresh_seconds:
            return
        try:
            connection.ping(reconnect=False)
        except (pymysql.MySQLError, OSError) as error:
            raise DisconnectionError from error

    async def _keep_warm(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            # The pool lends the one that was idle longest, so that this reaches each of them once.
            for _ in range(self._pool.checkedin()):
                try:
                    await self.run(_nothing)
                except (pymysql.MySQLError, OSError) as error:
                    _log.warning("a bulk connection cannot be renewed now: %s", error)


def _nothing(connection: "pymysql.Connection[Any]") -> None:
    """Lending has asked the server already."""


def _note_answer(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_ANSWERED] = time.monotonic()
