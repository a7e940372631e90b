"""Results from Kafka, applied to their jobs: many at once when many have come."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from cartload_contracts import envelope
from cartload_contracts.envelope import InvalidMessage
from cartload_contracts.failures import failure_of
from cartload_contracts.messages import Deleted, Result
from cartload_generator import metrics
from cartload_kit import tracing
from cartload_kit.kafka import BadMessage, Record
from cartload_kit.tracing import SpanStart, TraceContext

type Apply = Callable[[UUID, list[Result]], Awaitable[None]]
"""Applies the results of one job (or of one dataset, for a delete) in one transaction."""

_MOST_AT_ONCE = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A result, who waits until it is applied, and the span that brought it."""

    result: Result
    done: asyncio.Future[None]
    brought_by: TraceContext | None


class ResultConsumer:
    """Gathers results by job while earlier ones are being applied; each waits until its own is done."""

    def __init__(self, apply: Apply, *, at_once: int = 4) -> None:
        """`at_once`: jobs whose results are applied side by side, each on a connection of its own."""
        self._apply = apply
        self._slots = asyncio.Semaphore(at_once)
        self._waiting: dict[UUID, list[_Waiting]] = defaultdict(list)
        self._running: dict[UUID, asyncio.Task[None]] = {}

    async def handle(self, record: Record) -> None:
        """Handle one record of the results topic. Raises BadMessage, and what applying it raises."""
        try:
            result = envelope.decode(envelope.RESULTS, record.value, record.headers)
        except InvalidMessage as error:
            raise BadMessage(str(error)) from error
        metrics.RESULTS.labels(result.type).inc()
        await self.put(result)

    async def refused(self, record: Record, reason: str) -> None:
        """Fail the job of a dead letter, where its coordinates can be read."""
        failure = failure_of(record.value, f"A result cannot be read: {reason}")
        if failure is not None:
            await self.put(failure)

    async def put(self, result: Result) -> None:
        """Apply one result; returns when its transaction is committed. Raises what applying it raises."""
        key = _key(result)
        if key is None:
            log.error("a step failed that belongs to no job: %s", getattr(result, "reason", result.type))
            return
        with metrics.RESULTS_WAITING.track_inprogress():
            await self._queued(key, result)

    async def _queued(self, key: UUID, result: Result) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(_Waiting(result, done, tracing.current()))
        if key not in self._running:
            # A task of its own: a record that is given up at a rebalance must not cancel the transaction that
            # applies it together with others.
            self._running[key] = asyncio.create_task(self._drain(key))
        await done

    async def _drain(self, key: UUID) -> None:
        try:
            while key in self._waiting:
                async with self._slots:
                    await self._apply_batch(key, self._take(key))
        finally:
            del self._running[key]

    def _take(self, key: UUID) -> list[_Waiting]:
        waiting = self._waiting[key]
        # Given up while they waited: whoever has the partition now is handed them too.
        batch = [one for one in waiting[:_MOST_AT_ONCE] if not one.done.cancelled()]
        del waiting[:_MOST_AT_ONCE]
        if not waiting:
            del self._waiting[key]
        return batch

    async def _apply_batch(self, key: UUID, batch: list[_Waiting]) -> None:
        if not batch:
            return
        # They came by several messages: one of them is gone on from, and all are linked.
        spans = [one.brought_by for one in batch if one.brought_by is not None]
        start = SpanStart(
            "apply results", links=spans, attributes={"messaging.batch.message_count": len(batch)}
        )
        try:
            with (
                tracing.continue_from(spans[0].traceparent if spans else None, start),
                metrics.APPLY_SECONDS.time(),
            ):
                await self._apply(key, [one.result for one in batch])
        except Exception as error:  # noqa: BLE001 - it is told to each record that waits for it
            _settle(batch, error)
        else:
            _settle(batch, None)


def _key(result: Result) -> UUID | None:
    return result.dataset_id if isinstance(result, Deleted) else result.job_id


def _settle(batch: list[_Waiting], error: Exception | None) -> None:
    for one in batch:
        if one.done.done():
            continue
        if error is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(error)
