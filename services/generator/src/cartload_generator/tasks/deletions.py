"""Deleting datasets: the delete is sent at once, and again until it is answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_generator.domain import commands, lifecycle
from cartload_generator.domain.commands import Outbox
from cartload_generator.domain.entities import Clock
from cartload_generator.repository import datasets
from cartload_generator.tasks.locked_jobs import LockedJobs, concerns_everybody
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.logging import bind

log = logging.getLogger(__name__)


class Deletions:
    """Sees every dataset in the state `deleting` to its end.

    Nothing is waited for: whatever a job still has in flight meets the state `deleting` at the writer, which
    drops it there. So rows and files answer 404 as soon as the writer has read the delete.
    """

    def __init__(self, engine: AsyncEngine, outbox: Outbox, jobs: LockedJobs, clock: Clock) -> None:
        """`wake` is set when there may be something to send."""
        self.wake = asyncio.Event()
        self._engine = engine
        self._outbox = outbox
        self._jobs = jobs
        self._clock = clock

    async def end_job(self, job_id: UUID) -> None:
        """End the unfinished job of a dataset that is being deleted."""

        async def once() -> None:
            async with self._jobs.locked(job_id) as locked:
                if locked is not None:
                    lifecycle.deleted(locked.job, locked.now)

        with bind(job_id=job_id):
            await retry_on_deadlock(once)

    async def send_due(self) -> None:
        """End jobs that were forgotten, and send the deletes that are due, again until they are answered."""
        async with transaction(self._engine) as connection:
            due = await datasets.due_deletes(connection, self._clock())
            unfinished = await datasets.jobs_of_deleted(connection)
        # Jobs first: to end them needs no Kafka, and while it is away nothing gets past the sending.
        for job_id in unfinished:
            await self._alone(self.end_job, job_id)
        for dataset_id in due:
            await self._alone(self.send, dataset_id)

    async def _alone(self, work: Callable[[UUID], Awaitable[None]], which: UUID) -> None:
        """Do one of several things; what is wrong with it alone must not keep the others waiting."""
        try:
            await work(which)
        except Exception as error:
            if concerns_everybody(error):
                raise
            log.exception("the deletion of %s cannot go on", which)

    async def send(self, dataset_id: UUID) -> None:
        """Send the delete of a dataset if it is due."""

        async def once() -> None:
            async with transaction(self._engine) as connection:
                dataset = await datasets.lock(connection, dataset_id)
                now = self._clock()
                if dataset is None or dataset.delete_due_at is None or dataset.delete_due_at > now:
                    return
                # Another replica may have looked at the same time; it waits for the lock and finds nothing
                # due.
                dataset.delete_due_at = now + lifecycle.RESULT_TIMEOUT
                await datasets.save(connection, dataset)
                await self._outbox.send([commands.delete(dataset)])

        await retry_on_deadlock(once)

    async def done(self, dataset_id: UUID) -> None:
        """Nothing is left of a dataset; its row stays as a tombstone."""

        async def once() -> None:
            async with transaction(self._engine) as connection:
                dataset = await datasets.lock(connection, dataset_id)
                if dataset is not None and dataset.state == "deleting":
                    dataset.deleted_at = dataset.deleted_at or self._clock()
                    dataset.delete_due_at = None
                    await datasets.save(connection, dataset)

        await retry_on_deadlock(once)
