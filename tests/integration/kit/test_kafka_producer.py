"""The producer and the declaration of topics against a real broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import TopicPartition

from cartload_kit.kafka import (
    FatalProducerError,
    KafkaConnection,
    KafkaUnavailable,
    MessageTooLarge,
    NotReady,
    Outgoing,
    Producer,
    ensure_topics,
)


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 8
    retention_ms: int = 3_600_000
    retention_bytes: int = -1
    max_message_bytes: int = 40 * 2**20


@pytest.fixture
async def topic(kafka_bootstrap: str) -> Topic:
    made = Topic(f"kit.{uuid.uuid4().hex[:8]}")
    await ensure_topics(KafkaConnection(kafka_bootstrap), [made])
    return made


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[Producer]:
    async with Producer(KafkaConnection(kafka_bootstrap), "kit-test") as made:
        yield made


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[Any]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await client.start()
    yield client
    await client.close()


async def read(bootstrap: str, topic: Topic, count: int) -> list[Any]:
    reader = AIOKafkaConsumer(
        topic.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_bytes=64 * 2**20
    )
    await reader.start()
    try:
        return [await asyncio.wait_for(reader.getone(), 10) for _ in range(count)]
    finally:
        await reader.stop()


async def count_records(bootstrap: str, topic: Topic) -> int:
    reader = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await reader.start()
    try:
        ends = await reader.end_offsets([TopicPartition(topic.name, n) for n in range(topic.partitions)])
    finally:
        await reader.stop()
    return sum(ends.values())


async def configuration(admin: Any, topic: Topic) -> dict[str, str]:
    (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    return {name: value for name, value, *_ in response.resources[0][4]}


async def configured(admin: Any, topic: Topic, name: str, value: str) -> None:
    """Wait until the broker has learnt of a setting, which is a little after it was made."""
    async with asyncio.timeout(10):
        while (await configuration(admin, topic))[name] != value:  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.02)


async def set_configuration(admin: Any, topic: Topic, name: str, value: str) -> None:
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, configs={name: value})])
    await configured(admin, topic, name, value)


async def test_a_message_arrives_as_it_was_sent(
    kafka_bootstrap: str, topic: Topic, producer: Producer
) -> None:
    at = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)
    headers = (("ce_id", b"17"), ("traceparent", b"00-ab-cd-01"))
    await producer.send(topic.name, b"key", b"value", headers, timestamp=at)
    (record,) = await read(kafka_bootstrap, topic, 1)
    assert (record.key, record.value, record.headers) == (b"key", b"value", headers)
    assert record.timestamp == at.timestamp() * 1000


async def test_keys_choose_partitions_as_the_java_client_does(
    kafka_bootstrap: str, topic: Topic, producer: Producer
) -> None:
    java = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    await producer.send_all([Outgoing(topic.name, key, b"") for key in java])
    for record in await read(kafka_bootstrap, topic, 3):
        assert record.partition == (java[record.key] & 0x7FFFFFFF) % 8


async def test_large_messages_pass_and_memory_stays_bounded(
    kafka_bootstrap: str, topic: Topic, producer: Producer
) -> None:
    value = bytes(24 * 2**20)
    await producer.send_all([Outgoing(topic.name, bytes([key]), value) for key in range(6)])
    assert all(record.value == value for record in await read(kafka_bootstrap, topic, 6))


async def test_a_message_above_the_limit_of_its_topic_is_refused_before_it_is_sent(
    kafka_bootstrap: str, topic: Topic
) -> None:
    async with Producer(
        KafkaConnection(kafka_bootstrap), "kit-test", limits={topic.name: 10_000}
    ) as producer:
        with pytest.raises(MessageTooLarge, match="10000"):
            await producer.send(topic.name, b"k", bytes(10_000))
        with pytest.raises(MessageTooLarge):
            await producer.send(topic.name, b"k", b"", (("h", bytes(10_000)),))
        await producer.send(topic.name, b"k", bytes(9_000))


async def test_what_is_not_acknowledged_in_time_is_reported_and_arrives_later(
    kafka_bootstrap: str, topic: Topic, line: Any
) -> None:
    async with Producer(KafkaConnection(line.bootstrap), "kit-test", deadline=0.5) as producer:
        await producer.send(topic.name, b"k", b"in time")
        line.freeze()
        with pytest.raises(KafkaUnavailable, match="not acknowledged"):
            await producer.send(topic.name, b"k", b"late")
        line.thaw()
        await producer.send(topic.name, b"k", b"again")
    values = [record.value for record in await read(kafka_bootstrap, topic, 3)]
    assert values == [b"in time", b"late", b"again"]


async def test_a_lost_connection_loses_and_doubles_nothing(
    kafka_bootstrap: str, topic: Topic, line: Any
) -> None:
    async with Producer(KafkaConnection(line.bootstrap), "kit-test") as producer:
        for number in range(20):
            sending = asyncio.create_task(producer.send(topic.name, b"k", str(number).encode()))
            await asyncio.sleep(0)
            if number % 5 == 3:
                line.cut()
                line.mend()
            await sending
        await producer.send(topic.name, b"k", b"end")
    values = [record.value for record in await read(kafka_bootstrap, topic, 21)]
    assert values == [*(str(number).encode() for number in range(20)), b"end"]


async def test_while_kafka_is_away_only_so_much_waits_in_memory(topic: Topic, line: Any) -> None:
    small = Producer(
        KafkaConnection(line.bootstrap), "kit-test", deadline=0.3, max_message=2**20, max_buffered=3 * 2**20
    )
    async with small as producer:
        await producer.send(topic.name, None, b"connected")
        line.freeze()
        sends = (producer.send(topic.name, None, bytes(900_000)) for _ in range(10))
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        assert all(isinstance(outcome, KafkaUnavailable) for outcome in outcomes)
        with pytest.raises(NotReady):
            await producer.check()
        line.thaw()
        await producer.send(topic.name, None, b"back")
        await producer.check()
    # What waited in memory is sent before the producer ends, so that what arrived is what had waited.
    assert 1 <= await count_records(line.bootstrap, topic) - len(("connected", "back")) <= 3


async def test_an_unknown_topic_is_reported_in_bounded_time(kafka_bootstrap: str) -> None:
    async with Producer(KafkaConnection(kafka_bootstrap), "kit-test", deadline=0.5) as producer:
        with pytest.raises(KafkaUnavailable):
            await producer.send(f"kit.nowhere.{uuid.uuid4().hex[:6]}", b"k", b"v")
        await producer.check()


async def test_what_the_broker_refuses_for_good_ends_the_producer(
    kafka_bootstrap: str, topic: Topic, producer: Producer, admin: Any
) -> None:
    watching = asyncio.create_task(producer.watch())
    await set_configuration(admin, topic, "max.message.bytes", "5000")

    async def send_until_refused() -> None:
        while True:  # the log learns of its new limit a little after the broker
            await producer.send(topic.name, b"k", bytes(50_000))

    with pytest.raises(FatalProducerError, match="larger than this maximum"):
        await asyncio.wait_for(send_until_refused(), 10)
    with pytest.raises(FatalProducerError):
        await asyncio.wait_for(watching, 5)
    with pytest.raises(FatalProducerError):
        await producer.send(topic.name, b"k", b"small")
    with pytest.raises(NotReady, match="larger than this maximum"):
        await producer.check()


async def test_a_producer_finds_no_broker_in_bounded_time() -> None:
    with pytest.raises(KafkaUnavailable, match=r"127\.0\.0\.1:1: .*nothing listens there"):
        await Producer(KafkaConnection("127.0.0.1:1"), "kit-test", deadline=0.6).start()


async def test_the_ready_check_passes_while_a_broker_answers(producer: Producer) -> None:
    await producer.check()
    await producer.stop()
    with pytest.raises(NotReady, match="not running"):
        await producer.check()


async def test_topics_are_made_as_declared_and_brought_up_to_date(
    kafka_bootstrap: str, topic: Topic, admin: Any
) -> None:
    async def partitions() -> int:
        (described,) = await admin.describe_topics([topic.name])
        return len(described["partitions"])

    assert await partitions() == 8
    assert (await configuration(admin, topic))["max.message.bytes"] == str(40 * 2**20)
    wider = replace(topic, partitions=12, retention_ms=60_000)
    await ensure_topics(KafkaConnection(kafka_bootstrap), [wider])
    await ensure_topics(KafkaConnection(kafka_bootstrap), [wider])
    assert await partitions() == 12
    assert (await configuration(admin, topic))["max.message.bytes"] == str(40 * 2**20)
    await configured(admin, topic, "retention.ms", "60000")


async def test_what_an_operator_set_on_a_topic_beside_is_kept(
    kafka_bootstrap: str, topic: Topic, admin: Any
) -> None:
    await set_configuration(admin, topic, "segment.ms", "77000")
    assert (await configuration(admin, topic))["retention.ms"] != str(topic.retention_ms)
    await ensure_topics(KafkaConnection(kafka_bootstrap), [topic])
    await configured(admin, topic, "retention.ms", str(topic.retention_ms))
    assert (await configuration(admin, topic))["segment.ms"] == "77000"


async def test_declaring_topics_ends_in_bounded_time_without_a_broker() -> None:
    with pytest.raises(KafkaUnavailable, match=r"127\.0\.0\.1:1: .*nothing listens there"):
        await ensure_topics(KafkaConnection("127.0.0.1:1"), [Topic("x")], deadline=0.6)
