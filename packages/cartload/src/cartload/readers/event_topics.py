"""A stream's events of rows in Kafka's topics: read from the beginning to their end, and folded."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from cartload.encoders.kafka_records import named
from cartload.events.topics import cdc_topic
from cartload.readers.opening import scratch_database
from cartload.readers.received_events import RECEIVED, Folded, count, fold_received
from cartload.readers.stored import StoredError, first_line
from cartload.schema import Ids
from cartload.storage.kafka_client import (
    POLL_SECONDS,
    Troubles,
    metadata,
    refusals_told,
    settings,
)
from cartload.storage.kafka_url import OAUTHBEARER, KafkaUrl

_SILENCE_SECONDS: Final = 30.0
"""How long brokers may send nothing before the end."""
_RECORDS: Final = 20_000
_COLUMNS: Final = pa.schema(
    [
        ("topic", pa.string()),
        ("key", pa.string()),
        ("sequence", pa.int64()),
        ("ce_id", pa.string()),
        ("data", pa.string()),
    ]
)


@contextmanager
def open_folded_topics(
    url: KafkaUrl, ids: Ids, tables: Sequence[str], prefix: str, ledger: Path | None = None
) -> Iterator[Folded]:
    """What the topics of some tables add up to, until where they end now.

    Raises KafkaFailedError where Kafka cannot be read, and StoredError where the topics hold no such stream.
    """
    place = f"Kafka at {url.shown}"
    topics = {named(cdc_topic(name), prefix): cdc_topic(name) for name in tables}
    with scratch_database() as (connection, _):
        try:
            connection.execute(RECEIVED)
            unreadable = sum(_take(connection, batch) for batch in _batches(url, topics))
            folded = fold_received(connection, place, ids, ledger, unreadable)
        except duckdb.Error as error:
            raise StoredError(f"{place} cannot be read: {first_line(error)}") from error
        yield folded


def _take(connection: duckdb.DuckDBPyConnection, batch: pa.RecordBatch) -> int:
    """Take some events; how many of them are no JSON."""
    connection.register("arriving", batch)
    taken = count(
        connection,
        """INSERT INTO received SELECT topic, key, sequence, ce_id, data ->> 'op', data -> 'after'
        FROM arriving WHERE json_valid(data)""",
    )
    connection.unregister("arriving")
    return len(batch) - taken


def _batches(url: KafkaUrl, topics: dict[str, str]) -> Iterator[pa.RecordBatch]:
    """The records of some topics, under the names that ``topics`` has for them."""
    troubles = Troubles(url.shown, tokens=url.mechanism == OAUTHBEARER)
    with refusals_told(f"Kafka at {url.shown}"):
        consumer = Consumer(
            {
                **settings(url, troubles),
                # It commits nothing and joins no group, but the library asks for a name.
                "group.id": "cartload-fold",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
            }
        )
        try:
            ends = _ends(consumer, metadata(consumer, troubles).topics, topics)
            consumer.assign([TopicPartition(topic, number, 0) for topic, number in ends])
            yield from _until(consumer, ends, topics, troubles)
        finally:
            consumer.close()


def _ends(consumer: Consumer, found: Any, topics: dict[str, str]) -> dict[tuple[str, int], int]:
    """The partitions that hold something, and the offset at which each ends."""
    ends: dict[tuple[str, int], int] = {}
    for topic in topics:
        for number in found[topic].partitions if topic in found else ():
            partition = TopicPartition(topic, number)
            first, end = consumer.get_watermark_offsets(partition, timeout=_SILENCE_SECONDS)
            if first < end:
                ends[topic, number] = end
    return ends


def _until(
    consumer: Consumer, ends: dict[tuple[str, int], int], topics: dict[str, str], troubles: Troubles
) -> Iterator[pa.RecordBatch]:
    """All records before the ends."""
    left, heard = set(ends), time.monotonic()
    while left:
        rows, arrived = list[tuple[Any, ...]](), consumer.consume(_RECORDS, POLL_SECONDS)
        for message in arrived:
            partition = (message.topic() or "", message.partition() or 0)
            error, offset = message.error(), message.offset() or 0
            if error is not None:
                if error.code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(error)
                left.discard(partition)
                continue
            end = ends[partition]
            if offset < end and message.value() is not None:
                rows.append(_row(message, topics[partition[0]]))
            if offset + 1 >= end:
                left.discard(partition)
        if rows:
            yield pa.RecordBatch.from_arrays(
                [
                    pa.array(values, field.type)
                    for field, values in zip(_COLUMNS, zip(*rows, strict=True), strict=True)
                ],
                schema=_COLUMNS,
            )
        if arrived:
            heard = time.monotonic()
        elif time.monotonic() - heard > _SILENCE_SECONDS:
            raise troubles.unreachable()


def _row(message: "Message[bytes, bytes]", topic: str) -> tuple[Any, ...]:
    """A record as :data:`_COLUMNS` has it."""
    headers = dict(message.headers() or ())
    try:
        return (
            topic,
            _text(message.key()),
            int(headers["sequence"] or ""),
            _text(headers["ce_id"]),
            _text(message.value()),
        )
    except (KeyError, ValueError) as error:
        where = f"offset {message.offset()} of {message.topic()}, partition {message.partition()}"
        raise StoredError(f"{where}: no event of cartload stream, ce_id or sequence is missing") from error


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
