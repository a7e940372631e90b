"""One job at a time, under its row lock: change it, save it, send what follows, commit.

A message is sent before the commit, so a crash in between repeats it, which is harmless, and never loses it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_contracts.envelope import Message
from cartload_contracts.jobs import JobStatus
from cartload_contracts.messages import Result
from cartload_contracts.model import StoredTotals, TableName
from cartload_generator import metrics
from cartload_generator.domain import commands, lifecycle, states, timeouts
from cartload_generator.domain.apply_results import apply_results, chunks_of, mask
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.commands import Outbox
from cartload_generator.domain.entities import Clock, Dataset, InFlightChunk, Job, TableSums, add_up
from cartload_generator.domain.lifecycle import Next
from cartload_generator.domain.planning import JobPlan, JobPlans, counted_bytes, job_plan
from cartload_generator.domain.states import Step
from cartload_generator.repository import datasets, in_flight_chunks, jobs
from cartload_kit.database import transaction
from cartload_kit.kafka import FatalProducerError
from cartload_kit.tracing import resume
from cartload_kit.transient_errors import is_transient

_MEDIUM_ROWS = 100_000
_LARGE_ROWS = 10_000_000


@dataclass(slots=True)
class LockedJob:
    """A job under lock, in the transaction that holds it.

    Change `job`, and add to `messages` what must be sent before the commit.
    """

    job: Job
    now: datetime
    connection: AsyncConnection
    plans: JobPlans
    messages: list[Message] = field(default_factory=list)
    stored_chunks: list[InFlightChunk] = field(default_factory=list)
    """Those that became whole in this transaction."""

    _manifest: Mapping[TableName, StoredTotals] | None = None

    async def apply(self, results: Collection[Result]) -> None:
        """Apply results that came for the job."""
        touched = chunks_of(results)
        in_flight: dict[int, InFlightChunk] = {}
        if touched:
            in_flight = await in_flight_chunks.of_job(self.connection, self.job.number, touched)
        applied = apply_results(self.job, in_flight, results, self.now)
        self._manifest = applied.manifest
        self.stored_chunks += [in_flight[index] for index in applied.finished]
        await in_flight_chunks.save(self.connection, self.job.number, applied.changed.values())
        await in_flight_chunks.remove(self.connection, self.job.number, applied.finished)

    async def advance(self) -> Next:
        """Take the step that the job is ready for. CHUNKS is left to the caller, who knows how many."""
        following = lifecycle.advance(self.job, self.now)
        if following is not Next.CHUNKS:
            await self._add_command(following)
        return following

    async def check_job(self, backlog: Backlog | None) -> None:
        """Take the next step; send what is overdue, again only where a `backlog` shows that nobody has it."""
        if await self.advance() in (Next.SEAL, Next.DISCARD):
            return
        awaited = timeouts.awaited_command(self.job, self.now)
        attempts = 0
        if awaited is Next.CHUNKS_AGAIN:
            in_flight = await in_flight_chunks.of_job(self.connection, self.job.number)
            attempts = max((chunk.attempts for chunk in in_flight.values()), default=0)
        await self._add_command(
            timeouts.timed_out(self.job, self.now, chunk_attempts=attempts, backlog=backlog)
        )

    async def issue(self, count: int) -> None:
        """Send the next `count` chunks of the job."""
        job = self.job
        plan = await self._plan()
        upto = min(job.next_chunk + count, job.chunks_total)
        fresh = [_in_flight(plan, index, self.now) for index in range(job.next_chunk, upto)]
        if not fresh:
            return
        await in_flight_chunks.add(self.connection, job.number, fresh)
        lifecycle.issue(job, fresh, self.now)
        self.messages += commands.chunks(job, plan, fresh, self.now)

    async def _add_command(self, command: Next) -> None:
        match command:
            case Next.PREPARE:
                await self._prepare()
            case Next.SEAL:
                siblings = await jobs.of_datasets(self.connection, [self.job.dataset_id])
                self.messages.append(commands.seal(self.job, siblings))
            case Next.DISCARD:
                await self._discard()
            case Next.CHUNKS_AGAIN:
                await self._chunks_again()
            case Next.CHUNKS | Next.NOTHING:
                pass

    async def _prepare(self) -> None:
        dataset = await datasets.find(self.connection, self.job.dataset_id)
        if dataset is None or dataset.state == "deleting":
            return
        siblings = await jobs.of_datasets(self.connection, [dataset.id])
        self.messages.append(commands.prepare(self.job, dataset, siblings))

    async def _discard(self) -> None:
        dataset = await datasets.find(self.connection, self.job.dataset_id)
        if dataset is None or dataset.state == "deleting":
            return
        siblings = await jobs.of_datasets(self.connection, [dataset.id])
        self.messages.append(commands.discard(self.job, dataset, siblings))

    async def _chunks_again(self) -> None:
        plan = await self._plan()
        # Counted first, because the commands carry the number: a late failure of an earlier attempt is told
        # by it.
        await in_flight_chunks.count_attempt(self.connection, self.job.number, self.now)
        in_flight = await in_flight_chunks.of_job(self.connection, self.job.number)
        metrics.CHUNKS_REPEATED.inc(len(in_flight))
        self.messages += commands.chunks(self.job, plan, in_flight.values(), self.now)

    async def _plan(self) -> JobPlan:
        made = self.plans.get(self.job.id)
        if made is None:
            dataset = await datasets.find(self.connection, self.job.dataset_id)
            if dataset is None:
                raise LookupError(f"job {self.job.id} has no dataset")
            # In a thread, since it reads a whole spec while results of other jobs wait for the event loop.
            made = await asyncio.to_thread(job_plan, self.job, dataset)
            self.plans.put(self.job.id, made)
        return made

    async def save(self, *, before: tuple[JobStatus, Step]) -> None:
        """Write the job back, and its dataset when the job has ended or the writer told what is stored.

        `before` are the state and step that the job was read with.
        """
        job = self.job
        if job.in_flight_dropped:
            await in_flight_chunks.remove_all(self.connection, job.number)
        if job.ended and (before != (job.state, job.step) or self._manifest is not None):
            await self._update_dataset()
        await jobs.save(self.connection, job)

    async def _update_dataset(self) -> None:
        job = self.job
        # After the job's lock, always: an append takes its dataset first, but its job is new to everybody
        # else.
        dataset = await datasets.lock(self.connection, job.dataset_id)
        if dataset is None:
            return
        siblings = await jobs.of_datasets(self.connection, [dataset.id])
        others = [one for one in siblings if one.number != job.number]
        _set_stored(dataset, job, others, self._manifest)
        if dataset.active_job_id == job.id and not lifecycle.holds_dataset(job):
            dataset.active_job_id = None
        # An answer may come so late that the next job has the dataset: then the state is that job's to set.
        if dataset.state != "deleting" and dataset.active_job_id in (None, job.id):
            dataset.state = lifecycle.dataset_state_after(job)
        await datasets.save(self.connection, dataset)


def _set_stored(
    dataset: Dataset,
    job: Job,
    others: Collection[Job],
    manifest: Mapping[TableName, StoredTotals] | None,
) -> None:
    """What is stored is what the writer's manifest says; the sum of the jobs stands in until it speaks.

    What an append is about to lose again was never added, so its dataset shows what it showed before.
    """
    if manifest is not None:
        dataset.tables = {
            name: TableSums(totals.rows, totals.rows, int(totals.row_hash, 16), totals.bytes)
            for name, totals in manifest.items()
        }
    elif not job.discarded:
        dataset.tables = add_up([one.tables for one in (*others, job) if not one.discarded])
    dataset.bytes = counted_bytes(dataset)


def _in_flight(plan: JobPlan, index: int, now: datetime) -> InFlightChunk:
    chunk = plan.chunks[index]
    return InFlightChunk(index, mask(chunk.tables), plan.rows(chunk), now)


def _measure(locked: LockedJob, *, ended: bool, began: bool) -> None:
    """Count what a transaction that is committed now has brought about."""
    job = locked.job
    for chunk in locked.stored_chunks:
        metrics.CHUNK_STORED_SECONDS.observe(_seconds(chunk.issued_at, locked.now))
    if began and job.started_at is not None and job.attempt == 1:
        metrics.JOB_START_SECONDS.observe(_seconds(job.created_at, job.started_at))
    if ended:
        metrics.JOBS_ENDED.labels(job.state).inc()
        seconds = _seconds(job.created_at, job.finished_at or job.created_at)
        metrics.JOB_SECONDS.labels(job.state, size_class(job.rows_total)).observe(seconds)


def _seconds(since: datetime, until: datetime) -> float:
    # Replicas' clocks differ.
    return max((until - since).total_seconds(), 0.0)


def size_class(rows: int) -> str:
    """The label of a job's size: small below 100,000 rows, medium below ten million, large."""
    if rows < _MEDIUM_ROWS:
        return "small"
    return "medium" if rows < _LARGE_ROWS else "large"


def concerns_everybody(error: Exception) -> bool:
    """Whether an error is not that of one job or dataset: something is away, or only a new process helps."""
    return is_transient(error) or isinstance(error, FatalProducerError)


class LockedJobs:
    """The one way to change a job after its insertion: `async with jobs.locked(job_id) as locked`."""

    def __init__(
        self,
        engine: AsyncEngine,
        outbox: Outbox,
        clock: Clock,
        changed: Callable[[Job], None],
    ) -> None:
        """`changed` is told of every job after its commit."""
        self._engine = engine
        self._outbox = outbox
        self._clock = clock
        self._changed = changed
        self._plans = JobPlans()

    @asynccontextmanager
    async def locked(self, job_id: UUID, *, skip_locked: bool = False) -> AsyncIterator[LockedJob | None]:
        """A job under lock; None when there is no such job, or (`skip_locked`) somebody else has it.

        At the end of the block the job is saved, its messages are sent and the transaction is committed; an
        exception rolls all of it back. A deadlock is one: callers run the block with `retry_on_deadlock`.
        """
        async with transaction(self._engine) as connection:
            job = await jobs.lock(connection, job_id, skip_locked=skip_locked)
            if job is None:
                yield None
                return
            before, started = (job.state, job.step), job.started_at
            locked = LockedJob(job, self._clock(), connection, self._plans)
            with resume(job.traceparent, "move job on"):
                yield locked
                await locked.save(before=before)
                # Before the commit: sent and not committed is sent again, committed and not sent might be
                # lost.
                if locked.messages:
                    await self._outbox.send(locked.messages)
        _measure(locked, ended=before[0] not in states.ENDED and job.ended, began=started is None)
        # After the commit, for what was told cannot be taken back.
        self._changed(job)
