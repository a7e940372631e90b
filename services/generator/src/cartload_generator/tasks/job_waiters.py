"""Waiting for a job to end, for answers that were asked to wait."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from cartload_contracts.jobs import JobView
from cartload_generator.domain import states
from cartload_kit.concurrency import wait_for_any
from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

type Look = Callable[[], Awaitable[JobView]]
"""Reads the job's newest state."""

LOOK_SECONDS = 1.0
"""How often a job is looked at without being told of a change, which another replica may have made."""

log = logging.getLogger(__name__)


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
                await wait_for_any(waiter.event, self._stopping, timeout=min(left, LOOK_SECONDS))
                job = waiter.ended or await _look_again(look, job)
            return job
        finally:
            self._waiting[job.id].discard(waiter)
            if not self._waiting[job.id]:
                del self._waiting[job.id]


async def _look_again(look: Look, known: JobView) -> JobView:
    """The job's newest state, or the one that is known while it cannot be read.

    The job was accepted: an error now would tell a client that it was not, and make it ask for another one.
    """
    try:
        return await look()
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("a job that is waited for cannot be read: %s", describe_error(error))
        return known
