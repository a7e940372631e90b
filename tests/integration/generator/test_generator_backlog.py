"""What waits in Kafka, read from a real broker."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cartload_contracts import topics
from cartload_generator.adapters.kafka_backlog import KafkaBacklog
from cartload_generator.domain.backlog import Backlog
from cartload_kit.kafka import KafkaConnection, Outgoing, Producer
from cartload_kit.kafka.topics import ensure_topics

pytestmark = pytest.mark.xdist_group("topics of the servers")  # One counts what the other sends.


async def first_look(backlog: KafkaBacklog) -> Backlog:
    """A fresh broker makes the topic of the groups' offsets when it is first asked, which takes a moment."""
    async with asyncio.timeout(30):
        while not (found := await backlog.read()).reachable:
            pass
    return found


async def test_what_no_group_has_committed_is_counted(kafka_bootstrap: str) -> None:
    await ensure_topics(KafkaConnection(kafka_bootstrap), topics.ALL)
    backlog = KafkaBacklog(KafkaConnection(kafka_bootstrap))
    before = await first_look(backlog)
    async with Producer(KafkaConnection(kafka_bootstrap), "backlog-test", deadline=10) as producer:
        await producer.send_all([Outgoing(topics.CHUNKS.name, b"key", b"{}")] * 3)
        await producer.send_all([Outgoing(topics.BATCHES["users"].name, b"key", b"{}")] * 2)
    after = await backlog.read()
    assert after.chunk_commands == before.chunk_commands + 3
    assert after.batches == before.batches + 2
    assert after.dataset_commands == before.dataset_commands

    await commit_all(kafka_bootstrap, "generator worker", topics.CHUNKS.name)
    assert (await backlog.read()).chunk_commands == 0


async def commit_all(kafka_bootstrap: str, part: str, topic: str) -> None:
    """Let a group be done with all of a topic."""
    group = AIOKafkaConsumer(
        bootstrap_servers=kafka_bootstrap, group_id=topics.GROUPS[part], enable_auto_commit=False
    )
    await group.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(topics.PARTITIONS)]
        group.assign(partitions)
        await group.commit(await group.end_offsets(partitions))
    finally:
        await group.stop()


async def test_commands_are_read_when_the_writer_has_committed_them(kafka_bootstrap: str) -> None:
    await ensure_topics(KafkaConnection(kafka_bootstrap), topics.ALL)
    backlog = KafkaBacklog(KafkaConnection(kafka_bootstrap))
    await first_look(backlog)
    async with Producer(KafkaConnection(kafka_bootstrap), "backlog-test", deadline=10) as producer:
        await producer.send(topics.DATASETS.name, b"key", b"{}")
    assert not await backlog.until_commands_are_read(1.0)
    waiting = asyncio.create_task(backlog.until_commands_are_read(30.0))
    await commit_all(kafka_bootstrap, "writer tasks", topics.DATASETS.name)
    assert await waiting


async def test_a_kafka_that_is_away_is_told_as_such() -> None:
    backlog = KafkaBacklog(KafkaConnection("127.0.0.1:1"))
    assert not (await backlog.read()).reachable
    assert not await backlog.until_commands_are_read(10.0)
