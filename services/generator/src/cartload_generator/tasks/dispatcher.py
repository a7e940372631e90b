"""The dispatcher: scheduling, results, sweeps and publishing, side by side in the process of the API.

Nothing on the way of a job waits for a poll: requests and results wake it. Polls are the safety net, for what
another replica did or a crash left undone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts.envelope import Message
from cartload_contracts.messages import Deleted, Result
from cartload_generator import metrics
from cartload_generator.domain import commands, fairness, lifecycle, states
from cartload_generator.domain.backlog import Backlog, BacklogReader
from cartload_generator.domain.commands import Outbox
from cartload_generator.domain.entities import Clock, Dataset, Job
from cartload_generator.domain.fairness import Bounds
from cartload_generator.domain.lifecycle import Next
from cartload_generator.repository import jobs, keys
from cartload_generator.tasks.deletions import Deletions
from cartload_generator.tasks.job_waiters import JobWaiters
from cartload_generator.tasks.locked_jobs import LockedJobs, concerns_everybody
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.concurrency import every
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.logging import bind
from cartload_kit.transient_errors import is_transient

# Only what another replica did, or a crash left undone, waits as long as this.
POLL_SECONDS = 1.0
SWEEP_SECONDS = 2.0
KEYS_KEPT = timedelta(days=7)
UNEXPECTED = (
    "An unexpected fault in the dispatcher stopped it; the operator finds it in the log under the job's id."
)
log = logging.getLogger(__name__)


class Dispatcher:
    """Moves every job on. Any number of replicas may run: each change is made under the job's row lock."""

    def __init__(
        self,
        engine: AsyncEngine,
        outbox: Outbox,
        waiters: JobWaiters,
        *,
        backlog: BacklogReader,
        bounds: Bounds | None = None,
        clock: Clock,
    ) -> None:
        """`backlog` tells why a job is silent; `bounds`: how much may be in flight."""
        self._engine = engine
        for state in states.ENDED:
            metrics.JOBS_ENDED.labels(state)  # from 0 on, so that the first one is a rise
        self._outbox = outbox
        self._waiters = waiters
        self._backlog = backlog
        self._bounds = bounds or Bounds()
        self._clock = clock
        self.publisher = Publisher(outbox, self._mark_published)
        self.jobs = LockedJobs(engine, outbox, clock, self._changed)
        self._schedulable = asyncio.Event()
        self._woken = asyncio.Event()
        self._to_check: set[UUID] = set()
        self.deletions = Deletions(engine, outbox, self.jobs, clock)
        # As the scheduler found them last.
        self._bounds_now = self._bounds
        self._counted_rows = 0
        self._sending: set[asyncio.Task[None]] = set()

    # Being told

    def created(self, job: Job, dataset: Dataset, siblings: Sequence[Job]) -> None:
        """A job was committed: ask for its database at once (the sweep does, should this be lost)."""
        self._changed(job)
        # Beside the request, which is answered without waiting for Kafka. Its task is kept in a set because
        # the event loop alone would let it be collected.
        task = asyncio.create_task(self._send_prepare(commands.prepare(job, dataset, siblings)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_prepare(self, message: Message) -> None:
        try:
            await self._outbox.send([message])
        except Exception as error:  # noqa: BLE001 - the sweep sends it again, and knows what to do with an error
            log.warning("a prepare waits for the sweep: %s", describe_error(error))

    def wake(self, job_id: UUID) -> None:
        """Look at a job now: something was asked of it."""
        self._to_check.add(job_id)
        self._woken.set()

    def _changed(self, job: Job) -> None:
        view = job.view()
        self.publisher.offer(job.owner_id, view, job.traceparent)
        self._waiters.changed(view)
        # Only for what was never sent. What is overdue is left to the sweep, which looks at Kafka first.
        # Woken for that, the loop could do nothing, and would wake itself again and again until the sweep.
        if job.sendings == 0 and job.due_at is not None and job.due_at <= self._clock():
            self.wake(job.id)
        if job.wants_to_send and job.chunks_in_flight < self._bounds.window_chunks:
            self._schedulable.set()

    # Running

    async def run(self, stop: asyncio.Event) -> None:
        """Run every loop until `stop` is set. Raises what none of them can go on after."""
        async with asyncio.TaskGroup() as group:
            for seconds, wake, work in (
                (POLL_SECONDS, self._schedulable, self.schedule),
                (POLL_SECONDS, self._woken, self.check_woken),
                (SWEEP_SECONDS, self.deletions.wake, self.deletions.send_due),
                (SWEEP_SECONDS, None, self.sweep),
            ):
                group.create_task(every(seconds, partial(_patiently, work), stop=stop, wake=wake))
            group.create_task(self.publisher.run(stop))

    # Scheduling

    async def schedule(self) -> None:
        """Let jobs send chunks until nobody may send any more."""
        # Chosen once without success, by another replica's lock or for want of slots, a job would be chosen
        # again and again within this round.
        skipped: set[UUID] = set()
        while True:
            # Read anew for each dispatch, since results and other replicas change it all the time.
            async with transaction(self._engine) as connection:
                everyone = await jobs.candidates(connection)
            metrics.ROWS_IN_FLIGHT.set(sum(one.rows_in_flight for one in everyone))
            self._bounds_now = fairness.bounds_now(everyone, self._bounds)
            self._counted_rows = fairness.counted_rows(everyone, self._bounds_now)
            job_id = fairness.next_job(everyone, self._bounds_now, skipped, self._clock())
            if job_id is None:
                return
            if not await self._guarded(job_id, lambda: self.dispatch_next(job_id)):  # noqa: B023
                skipped.add(job_id)

    async def dispatch_next(self, job_id: UUID) -> bool:
        """Send a job's next chunks; whether anything was sent."""
        with bind(job_id=job_id):
            # Whoever has the job now wakes a scheduler after the commit, so nobody waits for the lock here.
            async with self.jobs.locked(job_id, skip_locked=True) as locked:
                if locked is None:
                    return False
                if await locked.advance() is Next.CHUNKS:
                    await locked.issue(self._available_slots(locked.job))
                return bool(locked.messages)

    def _available_slots(self, job: Job) -> int:
        return fairness.available_slots(job, self._counted_rows, self._bounds_now, self._clock())

    # Results

    async def apply_results(self, key: UUID, results: list[Result]) -> None:
        """Apply the results of one job, or of one dataset that is gone, in one transaction.

        A job that they cannot be applied to fails, so that its results never keep those of others waiting.
        """
        # The consumer gathers by key, and a dataset's key is no job's: where one is Deleted, all are.
        if any(isinstance(result, Deleted) for result in results):
            await self.deletions.done(key)
        else:
            await self._guarded(key, lambda: self._apply_to_job(key, results))

    async def _apply_to_job(self, job_id: UUID, results: list[Result]) -> None:
        """A job with nothing in flight sends chunks in the same transaction, unless the cap is reached."""
        with bind(job_id=job_id):
            async with self.jobs.locked(job_id) as locked:
                if locked is None:
                    return
                await locked.apply(results)
                following = await locked.advance()
                # Without this a fresh job would wait for a second transaction of the scheduler. The cap is as
                # the scheduler saw it last: it bounds memory and lag, so that it is passed a little does no
                # harm.
                if following is Next.CHUNKS and not locked.job.chunks_in_flight:
                    await locked.issue(self._available_slots(locked.job))

    # Safety net

    async def check_woken(self) -> None:
        """Look at the jobs that somebody asked something of."""
        while self._to_check:
            await self._check(self._to_check.pop())

    async def _check(self, job_id: UUID, backlog: Backlog | None = None) -> None:
        try:
            await self._guarded(job_id, lambda: self._check_job(job_id, backlog))
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("a job waits for the sweep: %s", describe_error(error))

    async def _check_job(self, job_id: UUID, backlog: Backlog | None) -> None:
        with bind(job_id=job_id):
            async with self.jobs.locked(job_id) as locked:
                if locked is not None:
                    await locked.check_job(backlog)

    async def _guarded[T](self, job_id: UUID, work: Callable[[], Awaitable[T]]) -> T | None:
        """Do a transaction on a job, again after a deadlock; fail a job that it is impossible for.

        Raises what is transient, and what only a new process helps against.
        """
        try:
            return await retry_on_deadlock(work)
        except Exception as error:
            if concerns_everybody(error):
                raise
            log.exception("the dispatcher cannot go on with job %s", job_id)
        try:
            await retry_on_deadlock(lambda: self._fail(job_id))
        except Exception as error:
            if concerns_everybody(error):
                raise
            # Not even its row can be read or written: the others must go on all the same.
            log.exception("job %s cannot be failed either", job_id)
        return None

    async def _fail(self, job_id: UUID) -> None:
        async with self.jobs.locked(job_id) as locked:
            if locked is not None:
                lifecycle.failed(locked.job, UNEXPECTED, locked.now)

    async def sweep(self) -> None:
        """Find what was forgotten: silent jobs, unpublished states, old keys."""
        now = self._clock()
        async with transaction(self._engine) as connection:
            silent = await jobs.due(connection, now)
            waiting = await jobs.unpublished(connection)
            queued, since = await jobs.queued(connection)
        metrics.JOBS_QUEUED.set(queued)
        metrics.OLDEST_QUEUED.set(max((now - since).total_seconds(), 0.0) if since else 0.0)
        for job in waiting:
            self.publisher.offer(job.owner_id, job.view(), job.traceparent)
        # One look for all of them: it opens connections of its own.
        backlog = await self._backlog.read() if silent else None
        for job_id in silent:
            await self._check(job_id, backlog)
        # Last, and by itself: replicas may wait for each other's locks here, and jobs must not wait for that.
        async with transaction(self._engine) as connection:
            await keys.forget(connection, now - KEYS_KEPT)

    async def _mark_published(self, versions: Mapping[UUID, int]) -> None:
        async def once() -> None:
            async with transaction(self._engine) as connection:
                await jobs.mark_published(connection, versions)

        await retry_on_deadlock(once)

    async def settle_sends(self) -> None:
        """Wait until every prepare that was being sent is sent, or left to the sweep."""
        while self._sending:
            await asyncio.wait(set(self._sending))


async def _patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do one turn of a loop; what is away is tried again in the next."""
    try:
        await work()
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("the dispatcher waits: %s", describe_error(error))
