"""Waiting for a job to end, for answers that were asked to wait."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from cartload_contracts.jobs import Job
from cartload_generator import states

type Look = Callable[[], Awaitable[Job]]
"""Reads the job's newest state."""

LOOK_SECONDS = 1.0
"""How often a job is looked at without being told of a change, which another replica may have made."""


class Watch:
    """Wakes those who wait for a job when it has ended."""

    def __init__(self, stopping: asyncio.Event) -> None:
        """When `stopping` is set, nobody waits any longer."""
        self._stopping = stopping
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    def changed(self, job: Job) -> None:
        """Tell of a job's newest state."""
        if job.state in states.ENDED:
            for event in self._waiting.get(job.id, ()):
                event.set()

    async def until_ended(self, job_id: UUID, look: Look, seconds: float) -> Job:
        """The job once it has ended, or as it is after `seconds`."""
        event = asyncio.Event()
        self._waiting[job_id].add(event)
        ends_at = asyncio.get_running_loop().time() + seconds
        try:
            while True:
                event.clear()
                job = await look()
                left = ends_at - asyncio.get_running_loop().time()
                if job.state in states.ENDED or left <= 0 or self._stopping.is_set():
                    return job
                await self._rest(event, min(left, LOOK_SECONDS))
        finally:
            self._waiting[job_id].discard(event)
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    async def _rest(self, event: asyncio.Event, seconds: float) -> None:
        tasks = [asyncio.create_task(event.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
