"""Looks at a running consumer from the side: is Kafka there, how large is the lag, does it get on."""

import asyncio
import contextlib
import time
from typing import Any

from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from cartload_kit.concurrency import every
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import metrics
from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.client import Timing
from cartload_kit.kafka.commits import Commits
from cartload_kit.kafka.record import Partition
from cartload_kit.kafka.watchdog import Watchdog


class ConsumerMonitor:
    """Asks Kafka for the ends of the owned partitions, counts the lag and feeds the watchdog."""

    def __init__(self, group: str, commits: Commits, backpressure: Backpressure, timing: Timing) -> None:
        self._group = group
        self._commits = commits
        self._backpressure = backpressure
        self._timing = timing
        self._watchdog: Watchdog | None = None
        self._behind: dict[Partition, int] = {}
        self._seen: set[str] = set()
        self.trouble: str | None = None

    def progress(self) -> None:
        """Note a finished record."""
        if self._watchdog is not None:
            self._watchdog.progress()

    async def run(self, client: Any) -> None:
        """Look until cancelled. Raises NoProgress."""
        watchdog = self._watchdog = Watchdog(self._timing.no_progress, asyncio.get_running_loop().time)
        # Several looks within the watchdog's time: each counts all the time since the last one as it is then.
        seconds = min(self._timing.probe, self._timing.no_progress / 4)
        await every(seconds, lambda: self._look(client, watchdog), at_once=False)

    async def _look(self, client: Any, watchdog: Watchdog) -> None:
        await self._probe(client)
        self._measure()
        excused = (
            self.trouble is not None or bool(self._backpressure.partitions) or self._backpressure.slow_for > 0
        )
        watchdog.observe(lag=any(self._behind.values()), excused=excused)

    async def _probe(self, client: Any) -> None:
        owned = client.assignment()
        try:
            async with asyncio.timeout(self._timing.answer):
                # Without partitions anything will do that only a broker can answer.
                ends = await (client.end_offsets(owned) if owned else client.topics())
        except (TimeoutError, KafkaError) as error:
            self.trouble = f"Kafka does not answer: {describe_error(error)}"
            return
        self.trouble = None
        with contextlib.suppress(IllegalStateError):  # the partitions have moved meanwhile
            self._behind = {Partition(*tp): await self._lag(client, tp, ends[tp]) for tp in owned}

    async def _lag(self, client: Any, tp: TopicPartition, end: int) -> int:
        try:
            async with asyncio.timeout(1.0):
                position: int = await client.position(tp)
        except TimeoutError:
            # It counts as behind: where a position never comes, the watchdog must not think that all is read.
            return 1
        return max(0, end - position) + self._commits.in_flight(Partition(*tp))

    def _measure(self) -> None:
        # Topics whose partitions went to others are set to zero, or their last lag would be shown for ever.
        lag: dict[str, int] = dict.fromkeys(self._seen, 0)
        age: dict[str, float] = dict.fromkeys(self._seen, 0.0)
        now = time.time()
        for partition, behind in self._behind.items():
            oldest = self._commits.oldest(partition)
            lag[partition.topic] = lag.get(partition.topic, 0) + behind
            age[partition.topic] = max(age.get(partition.topic, 0.0), now - oldest if oldest else 0.0)
        self._seen = set(lag)
        for topic, records in lag.items():
            metrics.LAG.labels(self._group, topic).set(records)
            metrics.LAG_SECONDS.labels(self._group, topic).set(age[topic])
