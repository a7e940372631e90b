"""The dispatcher: turns, results, sweeps and publishing, side by side in the process of the API.

Nothing on the way of a job waits for a poll: requests and results wake it. Polls are the safety net, for what
another replica did or a crash left undone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts.envelope import Message
from cartload_contracts.messages import Deleted, Result
from cartload_generator import lifecycle, metrics
from cartload_generator.backlog import Backlog, BacklogReader
from cartload_generator.dispatch import commands, fairness
from cartload_generator.dispatch.deletes import Deletions
from cartload_generator.dispatch.desk import Desk, Visit
from cartload_generator.dispatch.fairness import Bounds
from cartload_generator.dispatch.fold import fold, positions
from cartload_generator.dispatch.publish import Publisher
from cartload_generator.dispatch.watch import Watch
from cartload_generator.lifecycle import Next
from cartload_generator.ports import Clock, Outbox, utc_now
from cartload_generator.record import DatasetRecord, JobRecord
from cartload_generator.store import jobs, keys, windows
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.kafka import FatalProducerError
from cartload_kit.logging import bind
from cartload_kit.transient_errors import is_transient

POLL_SECONDS = 1.0
SWEEP_SECONDS = 2.0
KEYS_KEPT = timedelta(days=7)
log = logging.getLogger(__name__)


class Dispatcher:
    """Moves every job on. Any number of replicas may run: each change is made under the job's row lock."""

    def __init__(
        self,
        engine: AsyncEngine,
        outbox: Outbox,
        watch: Watch,
        *,
        backlog: BacklogReader,
        bounds: Bounds | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`backlog` tells why a job is silent; `bounds`: how much may be in flight."""
        self._engine = engine
        self._outbox = outbox
        self._watch = watch
        self._backlog = backlog
        self._bounds = bounds or Bounds()
        self._clock = clock
        self.publisher = Publisher(outbox, self._mark_published)
        self.desk = Desk(engine, outbox, clock, self._changed)
        self._turns = asyncio.Event()
        self._attention = asyncio.Event()
        self._to_attend: set[UUID] = set()
        self.deletions = Deletions(engine, outbox, self.desk, clock)
        self._capped = False
        self._sending: set[asyncio.Task[None]] = set()

    # Being told

    def created(self, job: JobRecord, dataset: DatasetRecord, siblings: Sequence[JobRecord]) -> None:
        """A job was committed: ask for its database at once (the sweep does, should this be lost)."""
        self._changed(job)
        task = asyncio.create_task(self._send_prepare(commands.prepare(job, dataset, siblings)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_prepare(self, message: Message) -> None:
        try:
            await self._outbox.send([message])
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("a prepare waits for the sweep: %s", error)

    def wake(self, job_id: UUID) -> None:
        """Look at a job now: something was asked of it."""
        self._to_attend.add(job_id)
        self._attention.set()

    def _changed(self, job: JobRecord) -> None:
        view = job.view()
        self.publisher.offer(job.owner_id, view)
        self._watch.changed(view)
        if job.ended:
            self.deletions.wake.set()
        if job.due_at is not None and job.due_at <= self._clock():
            self.wake(job.id)
        if job.wants_turn and job.chunks_in_flight < self._bounds.window_chunks:
            self._turns.set()

    # Running

    async def run(self, stop: asyncio.Event) -> None:
        """Run every loop until `stop` is set. Raises what none of them can go on after."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._loop(stop, self._turns, POLL_SECONDS, self.give_turns))
            group.create_task(self._loop(stop, self._attention, POLL_SECONDS, self.attend_woken))
            group.create_task(self._loop(stop, self.deletions.wake, SWEEP_SECONDS, self.deletions.send_due))
            group.create_task(self._loop(stop, asyncio.Event(), SWEEP_SECONDS, self.sweep))
            group.create_task(self.publisher.run(stop))

    async def _loop(
        self, stop: asyncio.Event, wake: asyncio.Event, seconds: float, work: Callable[[], Awaitable[None]]
    ) -> None:
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                wake.clear()
                try:
                    await work()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("the dispatcher waits: %s", type(error).__name__)
                woken = asyncio.create_task(wake.wait())
                await asyncio.wait({woken, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stopping.cancel()

    # Turns

    async def give_turns(self) -> None:
        """Give turns until nobody may send any more."""
        passed: set[UUID] = set()
        while True:
            async with transaction(self._engine) as connection:
                everyone = await jobs.candidates(connection)
            in_flight = sum(one.rows_in_flight for one in everyone)
            self._capped = in_flight >= self._bounds.rows_in_flight
            metrics.ROWS_IN_FLIGHT.set(in_flight)
            job_id = fairness.next_turn(everyone, self._bounds, passed)
            if job_id is None:
                return
            if not await self._guarded(job_id, self.turn(job_id, in_flight)):
                passed.add(job_id)

    async def turn(self, job_id: UUID, all_rows: int) -> bool:
        """One turn of one job; whether anything was sent. `all_rows`: rows in flight of all jobs."""
        sent = False

        async def work(visit: Visit) -> list[Message]:
            nonlocal sent
            following, messages = await self.desk.proceed(visit)
            if following is Next.CHUNKS:
                count = fairness.room(visit.job.chunks_in_flight, all_rows, self._bounds)
                messages = await self.desk.issue(visit, count)
            sent = bool(messages)
            return messages

        with bind(job_id=job_id):
            await self.desk.visit(job_id, work, skip_locked=True)
        return sent

    # Results

    async def fold(self, key: UUID, results: list[Result]) -> None:
        """Fold the results of one job, or of one dataset that is gone, in one transaction.

        A job with nothing in flight gets a turn in the same transaction, unless the cap is reached.
        """
        if any(isinstance(result, Deleted) for result in results):
            await self.deletions.done(key)
            return

        async def work(visit: Visit) -> list[Message]:
            job = visit.job
            touched = positions(results)
            at_hand = await windows.of_job(visit.connection, job.number, touched) if touched else {}
            folded = fold(job, at_hand, results, visit.now)
            await windows.save(visit.connection, job.number, folded.changed.values())
            await windows.remove(visit.connection, job.number, folded.finished)
            if job.state == "cancelling" and not job.chunks_in_flight:
                await windows.remove_all(visit.connection, job.number)
            following, messages = await self.desk.proceed(visit)
            if following is Next.CHUNKS and not job.chunks_in_flight and not self._capped:
                return await self.desk.issue(visit, self._bounds.turn_chunks)
            return messages

        with bind(job_id=key):
            await self._guarded(key, self.desk.visit(key, work))

    # Safety net

    async def attend_woken(self) -> None:
        """Look at the jobs that somebody asked something of."""
        while self._to_attend:
            await self._attend(self._to_attend.pop())

    async def _attend(self, job_id: UUID, backlog: Backlog | None = None) -> None:
        try:
            with bind(job_id=job_id):
                work = self.desk.visit(job_id, lambda visit: self.desk.attend(visit, backlog))
                await self._guarded(job_id, work)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("a job waits for the sweep: %s", type(error).__name__)

    async def _guarded[T](self, job_id: UUID, work: Awaitable[T]) -> T | None:
        """Fail a job that the dispatcher cannot go on with, so that it never keeps the others waiting."""
        try:
            return await work
        except Exception as error:
            if is_transient(error) or isinstance(error, FatalProducerError):
                raise
            log.exception("the dispatcher cannot go on with job %s", job_id)
            await self._give_up(job_id)
            return None

    async def _give_up(self, job_id: UUID) -> None:
        reason = "Cartload made a mistake while it dispatched this job; its operator finds it in the log."
        try:
            await self.desk.visit(job_id, lambda visit: _fail(visit, reason))
        except Exception as error:
            if is_transient(error) or isinstance(error, FatalProducerError):
                raise
            log.exception("job %s cannot even be failed: its row is left as it is", job_id)

    async def sweep(self) -> None:
        """Find what was forgotten: silent jobs, unpublished states, old keys."""
        now = self._clock()
        async with transaction(self._engine) as connection:
            silent = await jobs.due(connection, now)
            waiting = await jobs.unpublished(connection)
            await keys.forget(connection, now - KEYS_KEPT)
        for job in waiting:
            self.publisher.offer(job.owner_id, job.view())
        backlog = await self._backlog.read() if silent else None
        for job_id in silent:
            await self._attend(job_id, backlog)

    async def _mark_published(self, versions: Mapping[UUID, int]) -> None:
        async def once() -> None:
            async with transaction(self._engine) as connection:
                await jobs.mark_published(connection, versions)

        await retry_on_deadlock(once)

    async def settle_sends(self) -> None:
        """Wait until every prepare that was being sent is sent, or left to the sweep."""
        while self._sending:
            await asyncio.wait(set(self._sending))


async def _fail(visit: Visit, reason: str) -> list[Message]:
    lifecycle.failed(visit.job, reason, visit.now)
    return []
