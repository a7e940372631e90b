"""Runs persisted tasks: woken at once by a new one, looking regularly for those that others left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from tenacity import AsyncRetrying, RetryError, retry_if_exception_type, stop_after_delay

from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import cancel_all, run_until_first_ends, wait_for_any
from cartload_kit.logging import bind
from cartload_kit.tracing import SpanStart, continue_from
from cartload_writer import metrics
from cartload_writer.errors import PermanentFailure, explain, only_waits
from cartload_writer.repository.task_queue import DELETE, LEASE, Task

POLL_SECONDS = 1.0
RENEW_SECONDS = LEASE.total_seconds() / 3
"""A lease outlasts two renewals that fail."""

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


class Queue(Protocol):
    """Where tasks come from and their outcome is kept. Each call raises SQLAlchemyError or OSError."""

    async def claim(self) -> Task | None:
        """Take a task that may run now; None: there is none."""

    async def renew(self, task: Task) -> bool:
        """Keep the lease; False when it has passed to another run."""

    async def finish(self, task: Task, error: str | None = None) -> bool:
        """Close the task."""

    async def postpone(self, task: Task, wait: timedelta, error: str, *, failed: bool = False) -> bool:
        """Give the task back."""


@dataclass(slots=True)
class Workers:
    """Claims tasks and runs them, at most `at_once` at a time.

    `runs` does the work by kind of task, `refuse` tells the job of one that cannot be done.
    """

    queue: Queue
    runs: Mapping[str, Run]
    refuse: Refuse
    at_once: int = 4
    poll_seconds: float = POLL_SECONDS
    renew_seconds: float = RENEW_SECONDS
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let the running tasks finish; cancelled ones keep their lease."""
        running: set[asyncio.Task[None]] = set()
        metrics.TASK_SLOTS.set(self.at_once)
        for kind in self.runs:
            metrics.TASKS.labels(kind, "failed")  # from 0 on, so that the first one is a rise
        try:
            while not stop.is_set():
                # Cleared before the look: a task that comes during it wakes the next one.
                self._wake.clear()
                while len(running) < self.at_once and (task := await self._claim()) is not None:
                    running.add(work := asyncio.create_task(self._work(task)))
                    work.add_done_callback(running.discard)
                    # What waited behind this task on the same dataset may run now.
                    work.add_done_callback(lambda _: self.wake())
                await wait_for_any(self._wake, stop, timeout=self.poll_seconds)
        except asyncio.CancelledError:
            await cancel_all(running)
            raise
        finally:
            await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self) -> Task | None:
        try:
            return await self.queue.claim()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("no task can be claimed now: %s", explain(error))
            return None

    async def _work(self, task: Task) -> None:
        with (
            continue_from(task.traceparent, SpanStart(f"task {task.kind}")),
            bind(job_id=task.message.get("job_id")),
            metrics.TASKS_RUNNING.track_inprogress(),
        ):
            # Holding ends only when another process has the task: two runs of one task must not go on, for
            # a prepare that wakes up late would make again what a deletion has removed.
            await run_until_first_ends(self._run(task), self._hold(task))

    async def _hold(self, task: Task) -> None:
        """Keep the lease; returns when it has passed to another run."""
        while True:
            await asyncio.sleep(self.renew_seconds)
            try:
                if not await self.queue.renew(task):
                    _log.warning("the lease of %s of %s passed to another run", task.kind, task.dataset_id)
                    return
            except (SQLAlchemyError, OSError) as error:
                _log.warning("a lease could not be renewed: %s", explain(error))

    async def _run(self, task: Task) -> None:
        began = perf_counter()
        try:
            outcome = await self._outcome(task)
        except Exception as error:  # noqa: BLE001 - not even the outcome could be kept or told
            outcome = await self._requeue(task, error)
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
        await self.queue.finish(task)
        return "done"

    async def _again(self, task: Task, error: Exception) -> str:
        _log.warning("%s of %s: %s", task.kind, task.dataset_id, explain(error), exc_info=error)
        failed = not only_waits(error)
        attempts, failures = task.attempts + 1, task.failures + failed
        if task.kind != DELETE and (failures >= MOST_FAILURES or attempts >= MOST_ATTEMPTS):
            times = failures if failures >= MOST_FAILURES else attempts
            await self._fail(
                task, f"The {task.kind} failed {times} times, the last time so: {explain(error)}."
            )
            return "failed"
        await self.queue.postpone(task, _delay(task, failed=failed), explain(error), failed=failed)
        return "retried"

    async def _fail(self, task: Task, reason: str) -> None:
        _log.error("%s of %s: %s", task.kind, task.dataset_id, reason)
        # Told first: a task that was closed and not told would leave its job waiting for ever.
        await self.refuse(task, reason)
        await self.queue.finish(task, reason)

    async def _requeue(self, task: Task, error: Exception) -> str:
        """Give the task back although its database is away: insist for the time of a lease, then leave it.

        A task that is left has a lease that runs out, and whoever is there then takes it over.
        """
        _log.warning("the outcome of %s could not be kept: %s", task.kind, explain(error), exc_info=error)
        insisting = AsyncRetrying(
            retry=retry_if_exception_type((SQLAlchemyError, OSError)),
            wait=Backoff(first=1.0, longest=5.0),
            stop=stop_after_delay(LEASE),
        )
        try:
            await insisting(self.queue.postpone, task, timedelta(seconds=1), explain(error))
        except RetryError:
            _log.warning("%s of %s is left to its lease", task.kind, task.dataset_id)
        return "retried"


def _delay(task: Task, *, failed: bool) -> timedelta:
    """How long a task rests: twice as long each time, longer after a failure than after a wait."""
    first, longest = (
        (timedelta(seconds=1), LONGEST_WAIT_AFTER_FAILURE)
        if failed
        else (timedelta(seconds=0.2), LONGEST_WAIT)
    )
    doublings = min(task.failures if failed else task.attempts, 16)
    return min(first * (1 << doublings), longest)
