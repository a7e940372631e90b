"""Waiting for a job to end, for answers that were asked to wait."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from cartload_contracts.jobs import JobView
from cartload_generator.domain import states

type Look = Callable[[], Awaitable[JobView]]
"""Reads the job's newest state."""

LOOK_SECONDS = 1.0
"""How often a job is looked at without being told of a change, which another replica may have made."""


class JobWaiter:
    """Somebody who waits, and what they are told."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.ended: JobView | None = None


class JobWaiters:
    """Wakes those who wait for a job when it has ended."""

    def __init__(self, stopping: asyncio.Event) -> None:
        """When `stopping` is set, nobody waits any longer."""
        self._stopping = stopping
        self._waiting: dict[UUID, set[JobWaiter]] = defaultdict(set)

    def changed(self, job: JobView) -> None:
        """Tell of a job's newest state."""
        if job.state in states.ENDED:
            for waiter in self._waiting.get(job.id, ()):
                waiter.ended = job
                waiter.event.set()

    async def until_ended(self, job: JobView, look: Look, seconds: float) -> JobView:
        """The job once it has ended, or as it is after `seconds`; `job` is how it is known so far."""
        waiter = JobWaiter()
        self._waiting[job.id].add(waiter)
        ends_at = asyncio.get_running_loop().time() + seconds
        try:
            while job.state not in states.ENDED and not self._stopping.is_set():
                left = ends_at - asyncio.get_running_loop().time()
                if left <= 0:
                    break
                await self._rest(waiter.event, min(left, LOOK_SECONDS))
                job = waiter.ended or await look()
            return job
        finally:
            self._waiting[job.id].discard(waiter)
            if not self._waiting[job.id]:
                del self._waiting[job.id]

    async def _rest(self, event: asyncio.Event, seconds: float) -> None:
        tasks = [asyncio.create_task(event.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
