"""The loop that takes records from Kafka, has them handled, and commits what is finished.

A record's life: `Consumer._consume` polls it and gives it to the `TaskPool` (task_pool.py), which calls
`Consumer._handle` as soon as the records with the same ordering key before it are done. The `RetryingHandler`
(retry.py) calls the handler until it succeeds or the record becomes a dead letter. Then its offset counts as
finished, and the next regular commit tells Kafka up to where everything is.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any

from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import cancel_all, every
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import client, context, metrics
from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.client import Timing
from cartload_kit.kafka.commits import Commits
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.dead_letters import DeadLetterLimit, DeadLetters
from cartload_kit.kafka.errors import DeadLetterLimitReached, NotReady
from cartload_kit.kafka.monitor import ConsumerMonitor
from cartload_kit.kafka.record import Partition, Record, from_kafka
from cartload_kit.kafka.retry import Handler, OnDeadLetter, RetryingHandler, RetryPolicy
from cartload_kit.kafka.task_pool import InFlightRecord, Order, TaskPool

log = logging.getLogger(__name__)


class Consumer:
    """Consumes topics as a member of a group, at least once.

    Records run side by side, at most `max_in_flight` of them (and about `max_bytes`); `order` keeps those of
    one key or of one partition in sequence. Only offsets below which everything is finished are committed,
    in batches. While a record waits for a dependency its partition is paused and the consumer is not ready.
    When partitions are revoked, running handlers get a short grace and are then cancelled: a handler must be
    safe to cancel and repeat.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        group: str,
        topics: Iterable[str],
        handler: Handler,
        dead_letters: DeadLetters,
        *,
        client_id: str | None = None,
        max_in_flight: int = 16,
        max_bytes: int = 32 * 2**20,
        order: Order = "none",
        retry_policy: RetryPolicy | None = None,
        timing: Timing | None = None,
        limit: DeadLetterLimit | None = None,
        on_dead_letter: OnDeadLetter | None = None,
        hold_on_limit: bool = True,
    ) -> None:
        """Take the settings; nothing is connected yet.

        `on_dead_letter` is called before a record becomes a dead letter. `hold_on_limit`: when there are too
        many of them, `run` stays, not ready and consuming nothing, until it is stopped; otherwise it raises.
        """
        self._connection = connection
        self._group = group
        self._topics = tuple(topics)
        self._client_id = client_id or group
        self._max_in_flight = max_in_flight
        metrics.IN_FLIGHT_LIMIT.labels(group).set(max_in_flight)
        # A counter that appears with its first dead letter does not rise, so no alert would hear of that one.
        for topic in self._topics:
            metrics.RECORDS.labels(group, topic, "dead_letter")
        self._max_bytes = max_bytes
        self._timing = timing or Timing()
        self._limit = limit or DeadLetterLimit()
        self._hold_on_limit = hold_on_limit
        self._backpressure = Backpressure(self._apply_pauses)
        self._retrying = RetryingHandler(
            group, handler, dead_letters, self._backpressure, retry_policy or RetryPolicy(), on_dead_letter
        )
        self._pool = TaskPool(self._handle, order)
        self._commits = Commits()
        self._monitor = ConsumerMonitor(group, self._commits, self._backpressure, self._timing)
        self._kafka: Any = None
        self._full = False
        self._down: str | None = "not started"
        self._failure: BaseException | None = None

    @property
    def trouble(self) -> str | None:
        """Why the consumer is not ready; None while it consumes and no record waits for what is away."""
        return self._down or self._monitor.trouble or self._backpressure.reason

    async def check(self) -> None:
        """Ready check: raises NotReady with the reason."""
        if (trouble := self.trouble) is not None:
            raise NotReady(f"consumer {self._group}: {trouble}")

    @property
    def assignment(self) -> frozenset[Partition]:
        """The partitions this member owns now."""
        return frozenset(Partition(*tp) for tp in self._kafka.assignment()) if self._kafka else frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set.

        Raises NoProgress, DependencyUnavailable, FatalProducerError or KafkaError when only a new process
        helps, and DeadLetterLimitReached unless the consumer is to hold.
        """
        try:
            await self._session(stop)
            self._down = "stopped"
        except DeadLetterLimitReached as reached:
            self._down = str(reached)
            log.critical("stopped consuming: %s", reached)
            if not self._hold_on_limit:
                raise
            await stop.wait()
        except BaseException as error:
            self._down = describe_error(error)
            raise

    async def _session(self, stop: asyncio.Event) -> None:
        if not await self._connect(stop):
            return
        background = [
            asyncio.create_task(every(self._timing.commit, self._commit, at_once=False)),
            asyncio.create_task(self._monitor.run(self._kafka)),
        ]
        # One that fails must be noticed at once: nobody awaits them before the end.
        for task in background:
            task.add_done_callback(self._background_ended)
        try:
            await self._consume(stop)
        finally:
            await cancel_all(background)
            # Nothing more is fetched while what is in flight gets its grace.
            self._set_full(full=True)
            await self._release_partitions(self._timing.stop if stop.is_set() else self._timing.revoke)
            # Committing needs the membership, so the group is left last.
            kafka, self._kafka = self._kafka, None
            await client.close(kafka)

    async def _connect(self, stop: asyncio.Event) -> bool:
        backoff, attempt = Backoff(), 0
        while not stop.is_set():
            attempt += 1
            self._kafka = client.group_client(self._connection, self._client_id, self._group, self._timing)
            try:
                started = await client.start(
                    self._kafka, self._connection, self._topics, _Listener(self), stop
                )
            except (KafkaError, TimeoutError) as error:
                down = f"cannot start: {describe_error(error)}"
                # Once each: what is wrong with a password stays so at every attempt.
                if down != self._down:
                    log.warning("cannot consume yet: %s", describe_error(error))
                self._down = down
                await backoff.wait(attempt, stop)
            else:
                self._down = None
                return started
        return False

    # Taking records

    async def _consume(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if self._failure is not None:
                raise self._failure
            if slots := await self._free_slots():
                for raw in await self._poll(slots):
                    self._start(from_kafka(raw))
            metrics.IN_FLIGHT.labels(self._group).set(self._pool.records)

    async def _free_slots(self) -> int:
        """Return how many records may be taken now, or 0 after a short wait."""
        if slow := self._backpressure.slow_for:
            self._set_full(full=True)
            await asyncio.sleep(min(slow, self._timing.poll))
            return 0
        slots = self._max_in_flight - self._pool.records
        # How large the next records are is known only when they are here: one poll may pass `max_bytes`.
        if slots > 0 and self._pool.bytes < self._max_bytes:
            return slots
        self._pool.freed.clear()
        try:
            # A short wait first: pausing and resuming all partitions for every record would cost more.
            async with asyncio.timeout(self._timing.poll if self._full else 0.05):
                await self._pool.freed.wait()
        except TimeoutError:
            self._set_full(full=True)
        return 0

    async def _poll(self, slots: int) -> list[Any]:
        self._set_full(full=False)
        try:
            # During a rebalance aiokafka waits for the assignment, however long that takes, and `stop` has to
            # be looked at meanwhile. No record is lost: once it has some, it waits for nothing more.
            async with asyncio.timeout(self._timing.poll + 1.0):
                found = await self._kafka.getmany(timeout_ms=int(self._timing.poll * 1000), max_records=slots)
        except TimeoutError:
            return []
        return [raw for records in found.values() for raw in records]

    def _start(self, record: Record) -> None:
        self._pool.add(InFlightRecord(record, self._commits.start(record)))

    # Handling one record: the task pool calls it when the records before it are done

    async def _handle(self, entry: InFlightRecord) -> None:
        record, began, outcome = entry.record, time.perf_counter(), "dropped"
        metrics.QUEUED_SECONDS.labels(self._group, record.topic).observe(_age(record))
        try:
            with context.incoming(record):
                outcome = await self._retrying.run(entry)
            self._finish(entry, outcome)
        except Exception as error:  # noqa: BLE001 - each of these ends the consumer: `run` raises it
            self._fail(error)
        finally:
            metrics.RECORDS.labels(self._group, record.topic, outcome).inc()
            metrics.HANDLE_SECONDS.labels(self._group, record.topic).observe(time.perf_counter() - began)

    def _finish(self, entry: InFlightRecord, outcome: str) -> None:
        # Before the limit, which raises: the dead letter is sent by now and must not be sent again.
        entry.tracker.finish(entry.record.offset)
        self._monitor.progress()
        if outcome == "ok":
            self._limit.good()
        else:
            self._limit.bad()

    # Telling Kafka what is finished

    async def _commit(self) -> None:
        await self._commits.commit(self._kafka)

    async def _release_partitions(self, grace: float) -> None:
        await self._pool.release(grace)
        await self._commits.commit_and_forget(self._kafka)

    async def revoked(self) -> None:
        """Finish or drop what is in flight, commit, forget the partitions.

        Called by the rebalance listener.
        """
        await self._release_partitions(self._timing.revoke)

    def assigned(self) -> None:
        """Note a new assignment. Called by the rebalance listener."""
        metrics.REBALANCES.labels(self._group).inc()
        log.info("owns %d partitions now", len(self.assignment), extra={"group": self._group})
        self._apply_pauses()

    # Pausing: a full consumer fetches nothing, a partition that waits for a dependency neither

    def _set_full(self, *, full: bool) -> None:
        if self._full is not full:
            self._full = full
            self._apply_pauses()

    def _apply_pauses(self) -> None:
        metrics.WAITING.labels(self._group).set(bool(self._backpressure.partitions))
        if self._kafka is None:
            return
        # Only what changes: this runs whenever a record begins or ends to wait.
        owned = self._kafka.assignment()
        wanted = {tp for tp in owned if self._full or tp in self._backpressure.partitions}
        paused = self._kafka.paused()
        self._kafka.pause(*(wanted - paused))
        self._kafka.resume(*(paused - wanted))

    # Failures of background tasks and of single records end `run`

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        # The first failure is the reason; others may follow from it.
        self._failure = self._failure or error
        self._pool.freed.set()


def _age(record: Record) -> float:
    """Seconds since the record was sent. The sender's clock may be ahead of this one."""
    return max(0.0, time.time() - record.timestamp.timestamp())


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is untyped
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: object) -> None:
        await self._consumer.revoked()

    async def on_partitions_assigned(self, assigned: object) -> None:
        self._consumer.assigned()
