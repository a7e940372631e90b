"""Runs persisted tasks: woken at once by a new one, looking regularly for those that others left behind."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.database import transaction
from cartload_kit.logging import bind
from cartload_kit.tracing import continue_from
from cartload_writer import metrics
from cartload_writer.errors import PermanentFailure, explain, only_waits
from cartload_writer.repository import task_queue
from cartload_writer.repository.task_queue import Task

LEASE = timedelta(seconds=30)
REQUEUE_EVERY = timedelta(seconds=1)
POLL_SECONDS = 1.0
MOST_FAILURES = 12
"""Failed runs after which the job is told; a deletion goes on for ever, for nothing may be left."""

MOST_ATTEMPTS = 240
"""Runs that did not finish a task, those that only waited included: about two hours."""

LONGEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT_AFTER_FAILURE = timedelta(minutes=5)
"""A server that was taken down by the work itself needs time to come back: twelve runs take half an hour."""

type Run = Callable[[Task], Awaitable[None]]
type Refuse = Callable[[Task, str], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Workers:
    """Claims tasks and runs them, at most `at_once` at a time.

    `runs` does the work by kind of task, `refuse` tells the job of one that cannot be
    done. `owner` names this process.
    """

    engine: AsyncEngine
    owner: str
    runs: Mapping[str, Run]
    refuse: Refuse
    clock: Callable[[], datetime]
    at_once: int = 4
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let the running tasks finish; cancelled ones keep their lease."""
        running: set[asyncio.Task[None]] = set()
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                while len(running) < self.at_once and (task := await self._claim()) is not None:
                    running.add(work := asyncio.create_task(self._work(task)))
                    work.add_done_callback(running.discard)
                    work.add_done_callback(lambda _: self.wake())
                await self._rest(stopping)
        except asyncio.CancelledError:
            for work in running:
                work.cancel()
            raise
        finally:
            stopping.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _rest(self, stopping: asyncio.Task[bool]) -> None:
        waking = asyncio.create_task(self._wake.wait())
        await asyncio.wait({waking, stopping}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waking.cancel()

    async def _claim(self) -> Task | None:
        try:
            async with transaction(self.engine) as connection:
                return await task_queue.claim(connection, self.runs.keys(), self.owner, self.clock(), LEASE)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("no task can be claimed now: %s", explain(error))
            return None

    async def _work(self, task: Task) -> None:
        began = perf_counter()
        heart = asyncio.create_task(self._hold(task))
        job_id = task.message.get("job_id")
        try:
            with continue_from(task.traceparent), bind(job_id=job_id):
                outcome = await self._outcome(task)
        except (SQLAlchemyError, OSError) as error:
            outcome = await self._requeue(task, error)
        finally:
            heart.cancel()
        metrics.TASKS.labels(task.kind, outcome).inc()
        metrics.TASK_SECONDS.labels(task.kind).observe(perf_counter() - began)

    async def _outcome(self, task: Task) -> str:
        try:
            await self.runs[task.kind](task)
        except PermanentFailure as refused:
            await self._fail(task, refused.reason)
            return "refused"
        except Exception as error:  # noqa: BLE001 - whatever it was, the task must not be lost
            return await self._again(task, error)
        async with transaction(self.engine) as connection:
            await task_queue.finish(connection, task, self.clock())
        return "done"

    async def _again(self, task: Task, error: Exception) -> str:
        _log.warning("%s of %s: %s", task.kind, task.dataset_id, explain(error), exc_info=error)
        failed = not only_waits(error)
        attempts, failures = task.attempts + 1, task.failures + failed
        if task.kind != "delete" and (failures >= MOST_FAILURES or attempts >= MOST_ATTEMPTS):
            times = failures if failures >= MOST_FAILURES else attempts
            await self._fail(
                task, f"The {task.kind} failed {times} times, the last time so: {explain(error)}."
            )
            return "failed"
        async with transaction(self.engine) as connection:
            until = self.clock() + _delay(task, failed=failed)
            await task_queue.postpone(connection, task, until, explain(error), failed=failed)
        return "retried"

    async def _fail(self, task: Task, reason: str) -> None:
        _log.error("%s of %s: %s", task.kind, task.dataset_id, reason)
        await self.refuse(task, reason)
        async with transaction(self.engine) as connection:
            await task_queue.finish(connection, task, self.clock(), reason)

    async def _requeue(self, task: Task, error: Exception) -> str:
        """Not even the outcome could be written: insist as long as the lease lasts, then others take over."""
        _log.warning("the outcome of %s could not be kept: %s", task.kind, explain(error))
        for _ in range(round(LEASE / REQUEUE_EVERY)):
            await asyncio.sleep(REQUEUE_EVERY.total_seconds())
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with transaction(self.engine) as connection:
                    await task_queue.postpone(connection, task, self.clock(), explain(error))
                break
        return "retried"

    async def _hold(self, task: Task) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                async with transaction(self.engine) as connection:
                    if not await task_queue.renew(connection, task, self.owner, self.clock() + LEASE):
                        _log.warning("the lease of %s passed to another process", task.kind)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("a lease could not be renewed: %s", explain(error))


def _delay(task: Task, *, failed: bool) -> timedelta:
    """How long a task rests: twice as long each time, longer after a failure than after a wait."""
    first, longest = (
        (timedelta(seconds=1), LONGEST_WAIT_AFTER_FAILURE)
        if failed
        else (timedelta(seconds=0.2), LONGEST_WAIT)
    )
    doublings = min(task.failures if failed else task.attempts, 16)
    return min(first * (1 << doublings), longest)
