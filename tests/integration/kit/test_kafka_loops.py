"""The Kafka loops against a real broker."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from prometheus_client import REGISTRY

from cartload_kit import logging, tracing
from cartload_kit.kafka import (
    BadMessage,
    Consumer,
    DeadLetterLimit,
    DeadLetterLimitReached,
    DeadLetters,
    NoProgress,
    NotReady,
    Outgoing,
    Producer,
    Record,
    Retries,
    Timing,
    TryAgain,
    ensure_topics,
    read_latest,
    subscribe_latest,
)

QUICK = Timing(commit=0.05, poll=0.05, probe=0.2, revoke=0.5, stop=2.0)


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 4
    retention_ms: int = 3_600_000
    retention_bytes: int = -1
    max_message_bytes: int = 2**20


@dataclass(frozen=True)
class Place:
    """Topics and a group of one test's own."""

    bootstrap: str
    work: str
    dead: str
    group: str
    producer: Producer

    async def send(self, count: int, first: int = 0) -> None:
        await self.producer.send_all(
            [
                Outgoing(self.work, f"{number}".encode(), f"{number}".encode())
                for number in range(first, first + count)
            ]
        )

    def consumer(self, handler: Callable[[Record], Awaitable[None]], **more: Any) -> Consumer:
        more.setdefault("timing", QUICK)
        more.setdefault("retries", Retries(first=0.01, longest=0.05))
        letters = DeadLetters(self.producer, self.dead)
        return Consumer(self.bootstrap, self.group, [self.work], handler, letters, **more)

    async def committed(self) -> int:
        """Sum of the group's committed offsets."""
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=self.group, enable_auto_commit=False
        )
        await reader.start()
        try:
            offsets = [await reader.committed(TopicPartition(self.work, number)) for number in range(4)]
        finally:
            await reader.stop()
        return sum(offset or 0 for offset in offsets)

    async def dead_letters(self, count: int) -> list[Any]:
        reader = AIOKafkaConsumer(self.dead, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await reader.start()
        try:
            return [await asyncio.wait_for(reader.getone(), 10) for _ in range(count)]
        finally:
            await reader.stop()


@pytest.fixture
async def place(kafka_bootstrap: str) -> AsyncIterator[Place]:
    name = f"kit.{uuid.uuid4().hex[:8]}"
    await ensure_topics(kafka_bootstrap, [Topic(f"{name}.work"), Topic(f"{name}.dead", partitions=1)])
    async with Producer(kafka_bootstrap, name) as producer:
        yield Place(kafka_bootstrap, f"{name}.work", f"{name}.dead", name, producer)


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


async def test_every_record_is_handled_and_committed(place: Place) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(random.random() * 0.01)
        seen[record.value] += 1

    await place.send(300)
    async with running(place.consumer(handle, max_in_flight=32)):
        await until(lambda: len(seen) == 300)
    assert set(seen.values()) == {1}
    assert await place.committed() == 300


async def test_the_next_consumer_goes_on_where_the_last_stopped(place: Place) -> None:
    seen: list[bytes] = []

    async def handle(record: Record) -> None:
        seen.append(record.value)

    def reached(count: int) -> bool:
        return len(seen) >= count

    for first in (0, 50):
        await place.send(50, first)
        async with running(place.consumer(handle)):
            await until(partial(reached, first + 50))
    assert sorted(map(int, seen)) == list(range(100))


async def test_no_more_records_are_taken_than_allowed(place: Place) -> None:
    now, most, done = 0, 0, 0

    async def handle(_: Record) -> None:
        nonlocal now, most, done
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1
        done += 1

    await place.send(200)
    async with running(place.consumer(handle, max_in_flight=5)):
        await until(lambda: done == 200)
    assert most == 5


async def test_records_of_a_partition_keep_their_order(place: Place) -> None:
    seen: dict[int, list[int]] = {}

    async def handle(record: Record) -> None:
        await asyncio.sleep(random.random() * 0.002)
        seen.setdefault(record.partition, []).append(record.offset)

    await place.send(200)
    async with running(place.consumer(handle, max_in_flight=50, order="partition")):
        await until(lambda: sum(map(len, seen.values())) == 200)
    assert all(offsets == sorted(offsets) for offsets in seen.values())


async def test_a_slow_record_holds_back_the_commit_of_its_partition(place: Place) -> None:
    release, done = asyncio.Event(), 0

    async def handle(record: Record) -> None:
        nonlocal done
        if record.offset == 0:
            await release.wait()
        done += 1

    await place.send(100)
    async with running(place.consumer(handle, max_in_flight=100)) as task:
        await until(lambda: done == 96)
        assert await place.committed() == 0
        release.set()
        await until(lambda: done == 100)
        assert not task.done()
    assert await place.committed() == 100


async def test_members_share_the_partitions_and_lose_nothing(place: Place) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(0.003)
        seen[record.value] += 1

    one, two = place.consumer(handle), place.consumer(handle)
    async with running(one):
        await until(lambda: len(one.assignment) == 4)
        await place.send(400)
        async with running(two):
            await place.send(400, first=400)
            await until(lambda: len(one.assignment) == len(two.assignment) == 2)
            assert not one.assignment & two.assignment
            await place.send(400, first=800)
            await until(lambda: len(seen) >= 1000)
        await until(lambda: len(seen) == 1200, 30)
        await until(lambda: len(one.assignment) == 4)
    assert await place.committed() == 1200
    repeated = sum(seen.values()) - 1200
    assert repeated <= 2 * 16


async def test_a_revoked_record_that_does_not_end_is_cancelled_and_handled_by_another(place: Place) -> None:
    stuck, cancelled, elsewhere = asyncio.Event(), 0, 0

    async def hang(_: Record) -> None:
        nonlocal cancelled
        try:
            stuck.set()
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled += 1
            raise

    async def handle(_: Record) -> None:
        nonlocal elsewhere
        elsewhere += 1

    await place.send(1)
    first = place.consumer(hang)
    async with running(first):
        await asyncio.wait_for(stuck.wait(), 10)
    assert cancelled == 1
    assert await place.committed() == 0
    async with running(place.consumer(handle)):
        await until(lambda: elsewhere == 1)


async def test_while_a_dependency_is_away_the_consumer_waits_and_says_so(place: Place) -> None:
    away, done, attempts = True, 0, 0

    async def handle(_: Record) -> None:
        nonlocal done, attempts
        attempts += 1
        if away:
            raise TryAgain("MySQL is away")
        done += 1

    await place.send(40)
    consumer = place.consumer(handle, max_in_flight=8, timing=Timing(poll=0.05, probe=0.1, no_progress=0.4))
    async with running(consumer) as task:
        await until(lambda: attempts > 60)
        assert not consumer.healthy
        with pytest.raises(NotReady, match="MySQL is away"):
            await consumer.check()
        assert not task.done()
        away = False
        await until(lambda: done == 40)
        await until(lambda: consumer.healthy)
        await consumer.check()
    assert await place.committed() == 40


OUTAGE = Timing(commit=0.05, poll=0.05, probe=0.1, answer=0.2, no_progress=0.6)


async def test_a_consumer_outlasts_a_frozen_broker_and_says_so(place: Place, line: Any) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        seen[record.value] += 1

    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle, timing=OUTAGE)
    async with running(consumer) as task:
        await place.send(50)
        await until(lambda: len(seen) == 50)
        line.freeze()
        await place.send(50, first=50)
        await until(lambda: "Kafka is away" in str(consumer.trouble))
        line.thaw()
        await until(lambda: len(seen) == 100)
        await until(lambda: consumer.healthy)
        assert not task.done()
    assert await place.committed() == 100


async def test_a_consumer_outlasts_lost_connections(place: Place, line: Any) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(0.002)
        seen[record.value] += 1

    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle, timing=OUTAGE)
    await place.send(300)
    async with running(consumer) as task:
        for reached in (50, 150):
            await until(partial(lambda count: len(seen) > count, reached))
            line.cut()
            line.mend()
        await until(lambda: len(seen) == 300)
        assert not task.done()
    assert await place.committed() == 300


async def test_a_consumer_that_finds_no_broker_waits_for_one(place: Place, line: Any) -> None:
    seen: list[Record] = []

    async def handle(record: Record) -> None:
        seen.append(record)

    line.cut()
    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle)
    async with running(consumer):
        await until(lambda: "cannot start" in str(consumer.trouble))
        line.mend()
        await place.send(1)
        await until(lambda: seen)
        await consumer.check()


async def test_a_consumer_can_be_stopped_while_there_is_no_broker(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise AssertionError

    consumer = replace(place, bootstrap="127.0.0.1:1").consumer(handle)
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))
    await until(lambda: "cannot start" in str(consumer.trouble))
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_bad_messages_become_dead_letters_and_the_rest_goes_on(place: Place) -> None:
    done = 0

    async def handle(record: Record) -> None:
        nonlocal done
        if int(record.value) % 10 == 3:
            raise BadMessage("ends in 3")
        done += 1

    await place.send(50)
    async with running(place.consumer(handle)):
        await until(lambda: done == 45)
        letters = await place.dead_letters(5)
    assert sorted(letter.value for letter in letters) == [b"13", b"23", b"3", b"33", b"43"]
    headers = dict(letters[0].headers)
    assert headers["dlq-reason"] == b"ends in 3"
    assert headers["dlq-topic"] == place.work.encode()
    assert await place.committed() == 50


async def test_too_many_bad_messages_stop_the_consumer_which_stays_unready(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise BadMessage("all of them")

    await place.send(100)
    consumer = place.consumer(handle, max_in_flight=4)
    async with running(consumer) as task:
        await until(lambda: "were bad" in str(consumer.trouble))
        assert consumer.assignment == frozenset()
        with pytest.raises(NotReady, match="20 of the last 20 records were bad"):
            await consumer.check()
        assert not task.done()
    assert 20 <= await place.committed() < 30


async def test_too_many_bad_messages_raise_where_that_is_wanted(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise BadMessage("all of them")

    await place.send(10)
    consumer = place.consumer(handle, limit=DeadLetterLimit(count=3), hold_on_limit=False)
    with pytest.raises(DeadLetterLimitReached):
        await asyncio.wait_for(consumer.run(asyncio.Event()), 15)


async def test_a_stuck_handler_ends_the_consumer(place: Place) -> None:
    async def handle(_: Record) -> None:
        await asyncio.sleep(3600)

    await place.send(1)
    consumer = place.consumer(handle, timing=Timing(poll=0.05, probe=0.1, no_progress=0.5, revoke=0.1))
    with pytest.raises(NoProgress):
        await asyncio.wait_for(consumer.run(asyncio.Event()), 15)
    assert not consumer.healthy


async def test_lag_can_be_read_in_records_and_in_seconds(place: Place) -> None:
    release = asyncio.Event()

    async def handle(_: Record) -> None:
        await release.wait()

    def lag(unit: str) -> float:
        labels = {"group": place.group, "topic": place.work}
        return REGISTRY.get_sample_value(f"cartload_kafka_lag_{unit}", labels) or 0.0

    await place.send(40)
    async with running(place.consumer(handle, max_in_flight=8)):
        await until(lambda: lag("records") == 40)
        await until(lambda: lag("seconds") > 0.1)
        release.set()
        await until(lambda: lag("records") == 0)
        assert lag("seconds") == 0


async def test_a_handler_runs_in_the_context_of_its_record(place: Place) -> None:
    trace = tracing.new_trace()
    seen: list[tuple[str, str]] = []

    async def handle(_: Record) -> None:
        current = tracing.current()
        seen.append((current.trace_id if current else "", logging.bound()["request_id"]))

    headers = (("traceparent", trace.traceparent.encode()), ("x-request-id", b"r-17"))
    await place.producer.send(place.work, b"k", b"v", headers)
    async with running(place.consumer(handle)):
        await until(lambda: seen)
    assert seen == [(trace.trace_id, "r-17")]


async def test_a_live_reader_sees_all_that_is_sent_once_it_stands_at_the_end(place: Place) -> None:
    await place.send(10)
    async with subscribe_latest(place.bootstrap, place.work) as records:
        await place.send(20, first=100)
        seen = []
        async with asyncio.timeout(10):
            async for record in records:
                seen.append(int(record.value))
                if len(seen) == 20:
                    break
    assert sorted(seen) == list(range(100, 120))


async def test_every_live_reader_sees_everything(place: Place) -> None:
    stop = asyncio.Event()
    seen: list[list[bytes]] = [[], []]
    positioned = [asyncio.Event(), asyncio.Event()]

    async def read(number: int) -> None:
        async def keep(record: Record) -> None:
            seen[number].append(record.value)

        await read_latest(place.bootstrap, place.work, keep, stop, positioned=positioned[number].set)

    readers = [asyncio.create_task(read(number)) for number in (0, 1)]
    await asyncio.gather(*(event.wait() for event in positioned))
    await place.send(30)
    await until(lambda: all(len(values) == 30 for values in seen))
    stop.set()
    await asyncio.wait_for(asyncio.gather(*readers), 10)
