"""What of each owned partition is finished, and telling Kafka."""

import asyncio
import logging
from typing import Any

from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.offsets import OffsetTracker
from cartload_kit.kafka.record import Partition, Record

log = logging.getLogger(__name__)

type Offsets = dict[TopicPartition, int]


class Commits:
    """The trackers of the owned partitions, and their commits, one at a time.

    No commit outlives the ownership. That takes care: aiokafka repeats a failed commit, also under the next
    assignment, and the broker takes offsets of any partition from any member of the group.
    """

    def __init__(self) -> None:
        self._trackers: dict[Partition, OffsetTracker] = {}
        self._running: asyncio.Task[None] | None = None
        self._offsets: Offsets = {}
        self._forgetting = False

    def start(self, record: Record) -> OffsetTracker:
        """Note that a record was taken; returns the tracker to tell when it is finished."""
        tracker = self._trackers.setdefault(record.source, OffsetTracker())
        # As when a topic was made anew under its old name, or its offsets were reset by hand.
        if record.offset <= tracker.last_started:
            log.warning("%s begins again at offset %d", record.source, record.offset)
            tracker = self._trackers[record.source] = OffsetTracker()
        tracker.start(record.offset, record.timestamp.timestamp())
        return tracker

    def in_flight(self, partition: Partition) -> int:
        """Records of a partition taken and not finished."""
        tracker = self._trackers.get(partition)
        return tracker.in_flight if tracker else 0

    def oldest(self, partition: Partition) -> float | None:
        """Timestamp (seconds since 1970) of a partition's first unfinished record; None without one."""
        tracker = self._trackers.get(partition)
        return tracker.oldest if tracker else None

    async def commit(self, client: Any, patience: float = 1.5) -> None:
        """Commit what is newly finished, or go on waiting for the last commit, for `patience` seconds."""
        if not self._forgetting:
            await self._commit(client, patience)

    async def commit_and_forget(self, client: Any) -> None:
        """Commit for the last time before the partitions go to others."""
        self._forgetting = True
        try:
            # Together within the time that `rebalance_timeout_ms` leaves beside the handlers' grace.
            await self._finish_running(patience=0.5)
            await self._commit(client, patience=1.5)
            await self._finish_running(patience=0.0)
            self._trackers.clear()
        finally:
            self._forgetting = False

    async def _commit(self, client: Any, patience: float) -> None:
        # One at a time, and an unanswered one goes on: of two on their way the older could arrive last.
        if self._running is None:
            self._offsets = self._due(client)
            if not self._offsets:
                return
            self._running = asyncio.create_task(client.commit(dict(self._offsets)))
        running = self._running
        await asyncio.wait((running,), timeout=patience)
        if running.done() and running is self._running:
            self._running = None
            self._settle(running)

    def _due(self, client: Any) -> Offsets:
        owned = client.assignment()
        return {
            TopicPartition(*partition): offset
            for partition, tracker in self._trackers.items()
            if partition in owned and (offset := tracker.to_commit()) is not None
        }

    async def _finish_running(self, patience: float) -> None:
        if self._running is None:
            return
        running, self._running = self._running, None
        await asyncio.wait((running,), timeout=patience)
        running.cancel()
        await asyncio.wait((running,))
        self._settle(running)

    def _settle(self, running: asyncio.Task[None]) -> None:
        error = None if running.cancelled() else running.exception()
        if error is None and not running.cancelled():
            for (topic, partition), offset in self._offsets.items():
                self._trackers[Partition(topic, partition)].committed(offset)
        elif error is None:
            log.warning("not committed in time: the records will be handled again")
        elif isinstance(error, CommitFailedError | IllegalStateError):
            log.info("not committed, the partitions have moved: %s", describe_error(error))
        elif isinstance(error, KafkaError):
            log.warning("not committed: %s", describe_error(error))
        else:
            raise error
