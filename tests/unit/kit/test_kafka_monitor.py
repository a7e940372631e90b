"""What a consumer's monitor sees: brokers that do not answer, the lag, and work that does not get on."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiokafka.errors import IllegalStateError, KafkaConnectionError
from aiokafka.structs import TopicPartition
from prometheus_client import REGISTRY

from cartload_kit.concurrency import cancel_all
from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.client import Timing
from cartload_kit.kafka.commits import Commits
from cartload_kit.kafka.errors import NoProgress
from cartload_kit.kafka.monitor import ConsumerMonitor
from cartload_kit.kafka.record import Partition, Record
from support import virtual_time

TIMING = Timing(probe=5, answer=2, no_progress=60)
ONE, TWO = TopicPartition("monitored", 0), TopicPartition("monitored", 1)


class Broker:
    """A client of a broker with two partitions: their ends, and where this client reads."""

    def __init__(self, ends: dict[TopicPartition, int], positions: dict[TopicPartition, int]) -> None:
        self.ends, self.positions = ends, positions
        self.failure: Exception | None = None
        self.answers = True

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    async def topics(self) -> set[str]:
        await self._answer()
        return {"monitored"}

    async def end_offsets(self, partitions: set[TopicPartition]) -> dict[TopicPartition, int]:
        await self._answer()
        return {partition: self.ends[partition] for partition in partitions}

    async def position(self, partition: TopicPartition) -> int:
        if partition not in self.positions:
            await asyncio.Event().wait()
        return self.positions[partition]

    async def _answer(self) -> None:
        if self.failure is not None:
            raise self.failure
        if not self.answers:
            await asyncio.Event().wait()


class Watched:
    """A monitor with all that it looks at, its group named after the test."""

    def __init__(self, group: str, broker: Broker) -> None:
        self.group, self.broker = group, broker
        self.commits = Commits()
        self.backpressure = Backpressure(lambda: None)
        self.monitor = ConsumerMonitor(group, self.commits, self.backpressure, TIMING)

    async def look(self, seconds: float = TIMING.probe + 3) -> asyncio.Task[None]:
        """Let the monitor run for so long, then end it."""
        task = asyncio.create_task(self.monitor.run(self.broker))
        await asyncio.wait((task,), timeout=seconds)
        await cancel_all([task])
        return task

    def lag(self, topic: str = "monitored") -> tuple[float | None, float | None]:
        """What the metrics say: records, and seconds."""
        labels = {"group": self.group, "topic": topic}
        names = ("cartload_kafka_lag_records", "cartload_kafka_lag_seconds")
        records, seconds = (REGISTRY.get_sample_value(name, labels) for name in names)
        return records, seconds


def record(partition: int, offset: int, at: datetime) -> Record:
    return Record("monitored", partition, offset, None, b"", {}, at)


def test_the_lag_is_what_was_not_read_and_what_is_in_flight() -> None:
    watched = Watched("lag", Broker({ONE: 100, TWO: 50}, {ONE: 90, TWO: 50}))
    at = datetime.now(UTC)
    watched.commits.start(record(0, 89, at.replace(year=at.year - 1)))
    virtual_time.run(watched.look())
    records, seconds = watched.lag()
    assert records == 10 + 1
    assert seconds is not None
    assert 364 * 86_400 < seconds < 367 * 86_400


def test_partitions_that_went_to_others_leave_no_lag_behind() -> None:
    watched = Watched("moved", Broker({ONE: 100}, {ONE: 90}))
    virtual_time.run(watched.look())
    assert watched.lag()[0] == 10
    watched.broker.ends = {}
    virtual_time.run(watched.look())
    assert watched.lag() == (0, 0)


@pytest.mark.parametrize("owned", [{ONE: 1}, {}])
def test_a_broker_that_does_not_answer_is_trouble_until_it_does(owned: dict[TopicPartition, int]) -> None:
    watched = Watched("trouble", Broker(owned, {ONE: 1}))
    watched.broker.answers = False
    virtual_time.run(watched.look())
    assert watched.monitor.trouble == "Kafka does not answer: no answer came in time"
    watched.broker.answers, watched.broker.failure = True, KafkaConnectionError("refused")
    virtual_time.run(watched.look())
    assert "cannot be reached" in (watched.monitor.trouble or "")
    watched.broker.failure = None
    virtual_time.run(watched.look())
    assert watched.monitor.trouble is None


def test_work_that_does_not_get_on_ends_the_monitor() -> None:
    watched = Watched("stuck", Broker({ONE: 100}, {ONE: 90}))
    task = virtual_time.run(watched.look(TIMING.no_progress + TIMING.probe))
    assert isinstance(task.exception(), NoProgress)


@pytest.mark.parametrize("ends", [{ONE: 90}, {}])
def test_without_lag_nothing_has_to_get_on(ends: dict[TopicPartition, int]) -> None:
    watched = Watched("idle", Broker(ends, {ONE: 90}))
    assert virtual_time.run(watched.look(10 * TIMING.no_progress)).cancelled()


def test_each_finished_record_gives_new_time() -> None:
    watched = Watched("busy", Broker({ONE: 100}, {ONE: 90}))

    async def work() -> bool:
        looking = asyncio.create_task(watched.look(5 * TIMING.no_progress))
        while not looking.done():
            await asyncio.sleep(TIMING.no_progress - 2 * TIMING.probe)
            watched.monitor.progress()
        return (await looking).cancelled()

    assert virtual_time.run(work())


@pytest.mark.parametrize("reason", ["held", "slow", "away"])
def test_waiting_for_something_else_is_no_lack_of_progress(reason: str) -> None:
    watched = Watched("excused", Broker({ONE: 100}, {ONE: 90}))
    watched.broker.answers = reason != "away"

    async def wait() -> bool:
        if reason == "slow":
            watched.backpressure.slow_down(10_000)
        if reason != "held":
            return (await watched.look(10 * TIMING.no_progress)).cancelled()
        with watched.backpressure.hold(Partition("monitored", 0), "MySQL is away"):
            return (await watched.look(10 * TIMING.no_progress)).cancelled()

    assert virtual_time.run(wait())


def test_a_position_that_never_comes_counts_as_behind() -> None:
    watched = Watched("lost", Broker({ONE: 0}, {}))
    task = virtual_time.run(watched.look(2 * TIMING.no_progress))
    assert isinstance(task.exception(), NoProgress)
    assert watched.lag()[0] == 1


def test_partitions_that_move_during_a_look_do_not_end_the_monitor() -> None:
    class Moving(Broker):
        async def position(self, partition: TopicPartition) -> int:
            raise IllegalStateError(f"{partition} is not assigned")

    watched = Watched("moving", Moving({ONE: 100}, {}))
    assert virtual_time.run(watched.look(10 * TIMING.no_progress)).cancelled()
    assert watched.monitor.trouble is None
