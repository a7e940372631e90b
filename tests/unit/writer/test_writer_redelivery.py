"""Batches that lost a lock: later, in bounded number, and only those of their dataset."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

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
    redelivery = Redelivery(topic.send, first_wait=0.05)
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


async def test_each_lost_lock_doubles_the_wait() -> None:
    redelivery, dataset = Redelivery(Topic().send, first_wait=10.0), uuid4()
    now, waits = asyncio.get_running_loop().time(), list[float]()
    for _ in range(5):
        redelivery.lost_a_lock(dataset)
        waits.append(redelivery.rests_until(dataset) - now)
    assert [round(wait) for wait in waits] == [10, 20, 40, 60, 60]


async def test_what_waits_is_bounded() -> None:
    topic, dataset = Topic(), uuid4()
    redelivery = Redelivery(topic.send, first_wait=0.05, most_bytes=2 * len(RECORD.value))
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


async def test_nothing_is_sent_after_the_end() -> None:
    topic, dataset = Topic(), uuid4()
    async with Redelivery.open(topic.send) as redelivery:
        redelivery.lost_a_lock(dataset)
        redelivery.put(RECORD, dataset)
    assert topic.records == []
