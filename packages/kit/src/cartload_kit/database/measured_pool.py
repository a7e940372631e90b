"""A pool of connections that counts what callers wait for it. Its name in the metrics is the database's."""

import time
import weakref

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection, QueuePool

from cartload_kit import metrics


class MeasuredPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool for async engines; it has events for lending, but none for waiting."""

    def connect(self) -> PoolProxiedConnection:
        """Lend a connection, and note how long that took."""
        began = time.perf_counter()
        try:
            with metrics.POOL_WAITING.labels(self.logging_name).track_inprogress():
                return super().connect()
        except PoolTimeout:
            metrics.POOL_TIMEOUTS.labels(self.logging_name).inc()
            raise
        finally:
            seconds = time.perf_counter() - began
            metrics.POOL_WAIT_SECONDS.labels(self.logging_name).observe(seconds)


def watch(engine: AsyncEngine, size: int) -> None:
    """Show how many connections of the engine's pool are lent out."""
    name = engine.sync_engine.pool.logging_name
    metrics.POOL_SIZE.labels(name).set(size)
    metrics.POOL_TIMEOUTS.labels(name)  # from 0 on, so that the first one is a rise
    watched = weakref.ref(engine.sync_engine)
    # Asked when it is read. The pool's events cannot be counted instead: a connection that is lost while it
    # is being lent is returned without ever having been lent.
    metrics.POOL_IN_USE.labels(name).set_function(lambda: _lent(watched()))


def _lent(engine: Engine | None) -> int:
    return engine.pool.checkedout() if engine is not None and isinstance(engine.pool, QueuePool) else 0
