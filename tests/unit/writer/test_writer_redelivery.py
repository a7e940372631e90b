"""Batches that lost a lock: later, in bounded number, and only those of their dataset."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from cartload_kit.backoff import Backoff
from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_kit.kafka.record import Record
from cartload_writer.consumers.redelivery import Redelivery

RECORD = Record("t", 0, 1, b"k", b"rows", {}, datetime(2026, 1, 1, tzinfo=UTC))


class Topic:
    """Keeps what is sent again."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.arrived = asyncio.Event()

    async def send(self, record: Record) -> None:
        self.records.append(record)
        self.arrived.set()


async def test_a_batch_comes_again_when_its_dataset_has_rested() -> None:
    topic, dataset = Topic(), uuid4()
    redelivery = Redelivery(topic.send, waits=Backoff(first=0.05))
    redelivery.lost_a_lock(dataset)
    assert redelivery.is_blocked(dataset)
    assert not redelivery.is_blocked(uuid4())
    redelivery.put(RECORD, dataset)
    assert topic.records == []
    await asyncio.wait_for(topic.arrived.wait(), 5)
    assert topic.records == [RECORD]
    assert not redelivery.is_blocked(dataset)


async def test_a_dataset_that_takes_rows_again_rests_no_longer() -> None:
    redelivery, dataset = Redelivery(Topic().send), uuid4()
    redelivery.lost_a_lock(dataset)
    redelivery.stored(dataset)
    assert not redelivery.is_blocked(dataset)


def test_each_lost_lock_doubles_the_wait_up_to_the_longest() -> None:
    dataset = uuid4()
    redelivery = Redelivery(Topic().send, waits=Backoff(first=10.0, longest=60.0), clock=lambda: 0.0)
    for longest in (10, 20, 40, 60, 60):
        redelivery.lost_a_lock(dataset)
        assert 0.75 * longest <= redelivery.rests_until(dataset) <= longest


def test_a_dataset_that_rested_long_ago_counts_as_new() -> None:
    """Otherwise every dataset that ever lost a lock would stay in memory, the deleted ones for ever."""
    now, dataset = [0.0], uuid4()
    redelivery = Redelivery(Topic().send, waits=Backoff(first=10.0, longest=60.0), clock=lambda: now[0])
    for _ in range(4):
        redelivery.lost_a_lock(dataset)
    now[0] = 24 * 3600.0
    redelivery.lost_a_lock(dataset)
    assert redelivery.rests_until(dataset) - now[0] <= 10


async def test_what_waits_is_bounded() -> None:
    topic, dataset = Topic(), uuid4()
    redelivery = Redelivery(topic.send, waits=Backoff(first=0.05), most_bytes=2 * len(RECORD.value))
    redelivery.lost_a_lock(dataset)
    for _ in range(5):
        redelivery.put(RECORD, dataset)
    async with asyncio.timeout(5):
        while len(topic.records) < 2:
            topic.arrived.clear()
            await topic.arrived.wait()
    redelivery.put(RECORD, uuid4())
    topic.arrived.clear()
    await asyncio.wait_for(topic.arrived.wait(), 5)
    assert len(topic.records) == 3


async def test_a_batch_that_cannot_be_sent_again_is_let_go() -> None:
    """Kafka is away: what waited makes room for others, and the generator asks for it again."""
    topic, dataset, tried = Topic(), uuid4(), asyncio.Event()

    async def send(record: Record) -> None:
        if tried.is_set():
            await topic.send(record)
        tried.set()
        raise KafkaUnavailable("away")

    redelivery = Redelivery(send, most_bytes=len(RECORD.value))
    redelivery.put(RECORD, dataset)
    await asyncio.wait_for(tried.wait(), 5)
    await asyncio.sleep(0)
    redelivery.put(RECORD, dataset)
    await asyncio.wait_for(topic.arrived.wait(), 5)
    assert topic.records == [RECORD]


async def test_nothing_is_sent_after_the_end() -> None:
    topic, dataset = Topic(), uuid4()
    async with Redelivery.open(topic.send) as redelivery:
        redelivery.lost_a_lock(dataset)
        redelivery.put(RECORD, dataset)
    assert topic.records == []
