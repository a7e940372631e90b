"""What of each owned partition is finished, and telling Kafka."""

import asyncio
import logging
from typing import Any

from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from cartload_kit.kafka.offsets import OffsetTracker
from cartload_kit.kafka.record import Partition, Record

log = logging.getLogger(__name__)


class Commits:
    """The trackers of the owned partitions and their commits, one commit at a time."""

    def __init__(self) -> None:
        self._trackers: dict[Partition, OffsetTracker] = {}
        self._lock = asyncio.Lock()

    def start(self, record: Record) -> OffsetTracker:
        """Note that a record was taken; returns the tracker to tell when it is finished."""
        tracker = self._trackers.setdefault(record.source, OffsetTracker())
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
        """Timestamp (seconds since 1970) of a partition's first unfinished record.

        None when there is none.
        """
        tracker = self._trackers.get(partition)
        return tracker.oldest if tracker else None

    async def commit(self, client: Any, deadline: float = 1.5) -> None:
        """Commit what is newly finished of the partitions owned now; a failure is left to the next time."""
        async with self._lock:
            owned = client.assignment()
            due = {
                TopicPartition(*partition): offset
                for partition, tracker in self._trackers.items()
                if partition in owned and (offset := tracker.to_commit()) is not None
            }
            if due and await _commit(client, due, deadline):
                for (topic, partition), offset in due.items():
                    self._trackers[Partition(topic, partition)].committed(offset)

    async def commit_and_forget(self, client: Any) -> None:
        """Commit for the last time before the partitions go to others."""
        await self.commit(client)
        self._trackers.clear()


async def _commit(client: Any, due: dict[TopicPartition, int], deadline: float) -> bool:
    try:
        async with asyncio.timeout(deadline):
            await client.commit(due)
    except (CommitFailedError, IllegalStateError) as error:
        log.info("not committed, the partitions have moved: %s", error)
    except (TimeoutError, KafkaError) as error:
        log.warning("not committed: %s", error or type(error).__name__)
    else:
        return True
    return False
