"""What lies in topics, read to their end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka import Consumer, Message, TopicPartition


@dataclass(frozen=True)
class Stored:
    """A record as Kafka has it."""

    topic: str
    partition: int
    offset: int
    time: int
    key: str
    value: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        return dict(self.headers)[name]


def read_all(bootstrap: str, topics: Iterable[str]) -> list[Stored]:
    """All records of some topics, by topic, partition and offset."""
    given = {"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False}
    consumer = Consumer({**given, "log_level": 0})
    found: dict[TopicPartition, int] = {}
    try:
        known = consumer.list_topics(timeout=10).topics
        for topic in topics:
            for number in known[topic].partitions if topic in known else ():
                partition = TopicPartition(topic, number, 0)
                found[partition] = consumer.get_watermark_offsets(partition, timeout=10)[1]
        consumer.assign([partition for partition, end in found.items() if end])
        records: list[Stored] = []
        while len(records) < sum(found.values()):
            arrived = consumer.consume(1_000, timeout=10)
            assert arrived, "Kafka sends nothing"
            records += [_stored(message) for message in arrived]
    finally:
        consumer.close()
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def _stored(message: "Message[bytes, bytes]") -> Stored:
    assert message.error() is None
    headers = message.headers()
    assert isinstance(headers, list)
    topic, key, value = message.topic(), message.key(), message.value()
    assert topic is not None
    assert isinstance(key, bytes)
    assert isinstance(value, bytes)
    return Stored(
        topic=topic,
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        time=message.timestamp()[1],
        key=key.decode(),
        value=value.decode(),
        headers=tuple((name, text.decode()) for name, text in headers if isinstance(text, bytes)),
    )


def by_key(records: Iterable[Stored]) -> dict[tuple[str, str], list[Stored]]:
    """The records of each topic and key, in their order."""
    found = defaultdict[tuple[str, str], list[Stored]](list)
    for record in records:
        found[record.topic, record.key].append(record)
    return found
