"""Commits while everything around them moves."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiokafka.errors import CommitFailedError, KafkaError
from aiokafka.structs import TopicPartition

from cartload_kit.kafka.commits import Commits
from cartload_kit.kafka.record import Partition, Record

AT = datetime(2026, 1, 1, tzinfo=UTC)
HERE, THERE = TopicPartition("t", 0), TopicPartition("t", 1)


class Broker:
    """A client that owns partitions and takes commits, when it is let."""

    def __init__(self, *owned: TopicPartition) -> None:
        self.owned = set(owned or (HERE, THERE))
        self.taken: list[dict[TopicPartition, int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None
        self.cancelled = 0

    def assignment(self) -> set[TopicPartition]:
        return self.owned

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        self.taken.append(offsets)


def handle(commits: Commits, partition: int, *offsets: int) -> None:
    for offset in offsets:
        commits.start(Record("t", partition, offset, None, b"", {}, AT)).finish(offset)


async def test_what_is_finished_is_committed_once() -> None:
    broker, commits = Broker(), Commits()
    await commits.commit(broker)
    handle(commits, 0, 5, 6)
    handle(commits, 1, 9)
    await commits.commit(broker)
    await commits.commit(broker)
    assert broker.taken == [{HERE: 7, THERE: 10}]


async def test_a_partition_that_is_not_owned_is_not_committed() -> None:
    broker, commits = Broker(HERE), Commits()
    handle(commits, 0, 1)
    handle(commits, 1, 1)
    await commits.commit(broker)
    assert broker.taken == [{HERE: 2}]


@pytest.mark.parametrize("error", [KafkaError("away"), CommitFailedError("moved")])
async def test_a_failed_commit_is_made_good_by_the_next(error: Exception) -> None:
    broker, commits = Broker(), Commits()
    broker.error = error
    handle(commits, 0, 1)
    await commits.commit(broker)
    broker.error = None
    handle(commits, 0, 2)
    await commits.commit(broker)
    assert broker.taken == [{HERE: 3}]


async def test_a_commit_that_takes_long_is_not_made_twice() -> None:
    broker, commits = Broker(), Commits()
    broker.open.clear()
    handle(commits, 0, 1)
    for _ in range(3):
        await commits.commit(broker, patience=0.001)
    broker.open.set()
    await commits.commit(broker)
    await commits.commit(broker)
    assert broker.taken == [{HERE: 2}]


async def test_before_the_partitions_go_the_rest_is_committed() -> None:
    broker, commits = Broker(), Commits()
    handle(commits, 0, 1)
    await commits.commit_and_forget(broker)
    assert broker.taken == [{HERE: 2}]
    assert commits.in_flight(Partition("t", 0)) == 0
    await commits.commit(broker)
    assert len(broker.taken) == 1


async def test_no_commit_outlives_the_ownership() -> None:
    broker, commits = Broker(), Commits()
    broker.open.clear()
    handle(commits, 0, 1)
    waiting = asyncio.create_task(commits.commit(broker))
    await asyncio.sleep(0)
    await commits.commit_and_forget(broker)
    broker.open.set()
    await waiting
    await commits.commit(broker)
    assert broker.taken == []
    assert broker.cancelled == 2


async def test_offsets_that_begin_again_are_followed_anew() -> None:
    broker, commits = Broker(), Commits()
    handle(commits, 0, 500)
    await commits.commit(broker)
    handle(commits, 0, 0, 1)
    await commits.commit(broker)
    assert broker.taken == [{HERE: 501}, {HERE: 2}]


async def test_the_oldest_unfinished_record_gives_the_age() -> None:
    commits = Commits()
    commits.start(Record("t", 0, 1, None, b"", {}, AT))
    assert commits.oldest(Partition("t", 0)) == AT.timestamp()
    assert commits.oldest(Partition("t", 1)) is None
    assert commits.in_flight(Partition("t", 0)) == 1
