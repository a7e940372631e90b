"""One job at a time, under its row lock: change it, save it, send what follows, commit.

A message is sent before the commit, so a crash in between repeats it, which is harmless, and never loses it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_contracts.envelope import Message
from cartload_generator import lifecycle, metrics
from cartload_generator.backlog import Backlog
from cartload_generator.dispatch import commands
from cartload_generator.dispatch.fold import mask
from cartload_generator.lifecycle import Next
from cartload_generator.planning import Blueprint, Blueprints, blueprint
from cartload_generator.ports import Clock, Outbox
from cartload_generator.record import JobRecord, Window, add_up
from cartload_generator.store import datasets, jobs, windows
from cartload_kit.database import retry_on_deadlock, transaction


@dataclass(slots=True)
class Visit:
    """A job under lock, and the transaction that holds it."""

    connection: AsyncConnection
    job: JobRecord
    now: datetime


type Work = Callable[[Visit], Awaitable[list[Message]]]
"""Changes the job of a visit; gives what must be sent before the commit."""


class Desk:
    """Where jobs are changed: every change of a job's row after its insertion goes through `visit`."""

    def __init__(
        self,
        engine: AsyncEngine,
        outbox: Outbox,
        clock: Clock,
        changed: Callable[[JobRecord], None],
    ) -> None:
        """`changed` is told of every job after its commit."""
        self.engine = engine
        self.clock = clock
        self._outbox = outbox
        self._changed = changed
        self._blueprints = Blueprints()

    async def visit(self, job_id: UUID, work: Work, *, skip_locked: bool = False) -> JobRecord | None:
        """Do `work` on a job; None when there is no such job, or (`skip_locked`) somebody else has it."""
        job = await retry_on_deadlock(lambda: self._once(job_id, work, skip_locked))
        if job is not None:
            self._changed(job)
        return job

    async def _once(self, job_id: UUID, work: Work, skip_locked: bool) -> JobRecord | None:
        async with transaction(self.engine) as connection:
            job = await jobs.lock(connection, job_id, skip_locked=skip_locked)
            if job is None:
                return None
            visit = Visit(connection, job, self.clock())
            ended_before = job.ended
            messages = await work(visit)
            if job.ended and not ended_before:
                await _close(visit)
            await jobs.save(connection, job)
            if messages:
                await self._outbox.send(messages)
        if job.ended and not ended_before:
            metrics.JOBS_ENDED.labels(job.state).inc()
            seconds = (job.finished_at or job.created_at) - job.created_at
            metrics.JOB_SECONDS.labels(job.state).observe(seconds.total_seconds())
        return job

    async def blueprint(self, visit: Visit) -> Blueprint:
        """What commands of the visited job say of its dataset."""
        made = self._blueprints.get(visit.job.id)
        if made is None:
            dataset = await datasets.find(visit.connection, visit.job.dataset_id)
            if dataset is None:
                raise LookupError(f"job {visit.job.id} has no dataset")
            made = await asyncio.to_thread(blueprint, visit.job, dataset)
            self._blueprints.put(visit.job.id, made)
        return made

    async def proceed(self, visit: Visit) -> tuple[Next, list[Message]]:
        """Take the step that the visited job is ready for."""
        job = visit.job
        state = None
        if job.state == "cancelling" or (job.ended and job.step != "none"):
            state = await datasets.state(visit.connection, job.dataset_id)
        following = lifecycle.advance(job, visit.now, deleting=state == "deleting")
        return following, await self._seal(visit) if following is Next.SEAL else []

    async def attend(self, visit: Visit, backlog: Backlog | None = None) -> list[Message]:
        """Take the next step; send what is overdue, again only where a `backlog` shows that nobody has it."""
        following, messages = await self.proceed(visit)
        if following is Next.SEAL:
            return messages
        attempts = await self._window_attempts(visit)
        match lifecycle.overdue(visit.job, visit.now, window_attempts=attempts, backlog=backlog):
            case Next.PREPARE:
                messages = await self._prepare(visit)
            case Next.SEAL:
                messages = await self._seal(visit)
            case Next.WINDOW_AGAIN:
                messages = await self._window_again(visit)
            case Next.CHUNKS | Next.NOTHING:
                await self._drop_given_up(visit)
        return messages

    async def _window_attempts(self, visit: Visit) -> int:
        job = visit.job
        if job.step != "generate" or not job.chunks_in_flight or job.due_at is None or job.due_at > visit.now:
            return 0
        in_flight = await windows.of_job(visit.connection, job.number)
        return max((window.attempts for window in in_flight.values()), default=0)

    async def _drop_given_up(self, visit: Visit) -> None:
        if visit.job.state == "cancelling" and visit.job.chunks_in_flight == 0:
            await windows.remove_all(visit.connection, visit.job.number)

    async def _window_again(self, visit: Visit) -> list[Message]:
        made = await self.blueprint(visit)
        await windows.again(visit.connection, visit.job.number, visit.now)
        in_flight = await windows.of_job(visit.connection, visit.job.number)
        metrics.CHUNKS_REPEATED.inc(len(in_flight))
        return [*commands.chunks(visit.job, made, in_flight.values(), visit.now)]

    async def _prepare(self, visit: Visit) -> list[Message]:
        dataset = await datasets.find(visit.connection, visit.job.dataset_id)
        if dataset is None or dataset.state == "deleting":
            return []
        siblings = await jobs.of_datasets(visit.connection, [dataset.id])
        return [commands.prepare(visit.job, dataset, siblings)]

    async def _seal(self, visit: Visit) -> list[Message]:
        siblings = await jobs.of_datasets(visit.connection, [visit.job.dataset_id])
        return [commands.seal(visit.job, siblings)]

    async def issue(self, visit: Visit, count: int) -> list[Message]:
        """Take the next `count` chunks of the visited job into its window."""
        job = visit.job
        made = await self.blueprint(visit)
        upto = min(job.next_position + count, job.chunks_total)
        fresh = [_window(made, position, visit.now) for position in range(job.next_position, upto)]
        if not fresh:
            return []
        await windows.add(visit.connection, job.number, fresh)
        job.next_position = upto
        job.chunks_in_flight += len(fresh)
        job.rows_in_flight += sum(window.rows for window in fresh)
        job.turned_at = visit.now
        job.due_at = job.due_at or visit.now + lifecycle.RESULT_TIMEOUT
        return [*commands.chunks(job, made, fresh, visit.now)]


def _window(made: Blueprint, position: int, now: datetime) -> Window:
    chunk = made.plan[position]
    return Window(position, mask(chunk.tables), made.rows(chunk), now)


async def _close(visit: Visit) -> None:
    """Bring the dataset up to date once its job has ended."""
    job = visit.job
    if not job.chunks_in_flight:
        await windows.remove_all(visit.connection, job.number)
    dataset = await datasets.lock(visit.connection, job.dataset_id)
    if dataset is None:
        return
    siblings = await jobs.of_datasets(visit.connection, [dataset.id])
    dataset.tables = add_up([one.tables for one in siblings if one.number != job.number] + [job.tables])
    dataset.bytes = sum(sums.bytes for sums in dataset.tables.values())
    if dataset.active_job_id == job.id:
        dataset.active_job_id = None
    if dataset.state == "deleting":
        dataset.delete_due_at = visit.now if dataset.deleted_at is None else None
    else:
        dataset.state = lifecycle.dataset_state_after(job)
    await datasets.save(visit.connection, dataset)
