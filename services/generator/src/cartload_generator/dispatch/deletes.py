"""Deleting datasets: jobs are cancelled or waited for, then deletes are sent until they are answered."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts.envelope import Message
from cartload_generator import lifecycle
from cartload_generator.dispatch import commands
from cartload_generator.dispatch.desk import Desk, Visit
from cartload_generator.ports import Clock, Outbox
from cartload_generator.states import DELETION
from cartload_generator.store import datasets
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.logging import bind


class Deletions:
    """Sees every dataset in the state `deleting` to its end."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox, desk: Desk, clock: Clock) -> None:
        """`wake` is set when there may be something to send."""
        self.wake = asyncio.Event()
        self._engine = engine
        self._outbox = outbox
        self._desk = desk
        self._clock = clock

    async def cancel_job(self, job_id: UUID) -> None:
        """Cancel the job of a dataset that is being deleted, where the state table says so."""

        async def work(visit: Visit) -> list[Message]:
            if DELETION[visit.job.situation] == "cancels":
                lifecycle.act(visit.job, "cancel", visit.now)
            _, messages = await self._desk.proceed(visit)
            return messages

        with bind(job_id=job_id):
            await self._desk.visit(job_id, work)

    async def send_due(self) -> None:
        """Send the deletes that are due, again until they are answered; cancel what was forgotten."""
        async with transaction(self._engine) as connection:
            due = await datasets.due_deletes(connection, self._clock())
            unfinished = await datasets.jobs_of_deleted(connection)
        for job_id in unfinished:
            await self.cancel_job(job_id)
        for dataset_id in due:
            await retry_on_deadlock(lambda dataset_id=dataset_id: self._send(dataset_id))  # type: ignore[misc]

    async def _send(self, dataset_id: UUID) -> None:
        async with transaction(self._engine) as connection:
            dataset = await datasets.lock(connection, dataset_id)
            now = self._clock()
            if dataset is None or dataset.delete_due_at is None or dataset.delete_due_at > now:
                return
            dataset.delete_due_at = now + lifecycle.RESULT_TIMEOUT
            await datasets.save(connection, dataset)
            await self._outbox.send([commands.delete(dataset)])

    async def done(self, dataset_id: UUID) -> None:
        """Nothing is left of a dataset; its row stays as a tombstone, and no job of it goes on."""

        async def once() -> UUID | None:
            async with transaction(self._engine) as connection:
                dataset = await datasets.lock(connection, dataset_id)
                if dataset is None or dataset.state != "deleting":
                    return None
                dataset.deleted_at = dataset.deleted_at or self._clock()
                dataset.delete_due_at = None
                await datasets.save(connection, dataset)
                return dataset.active_job_id

        async def end(visit: Visit) -> list[Message]:
            lifecycle.dataset_gone(visit.job, visit.now)
            return []

        job_id = await retry_on_deadlock(once)
        if job_id is not None:
            with bind(job_id=job_id):
                await self._desk.visit(job_id, end)
