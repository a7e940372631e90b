"""A stream's events of rows in Kafka's topics: read from the beginning to their end, and folded."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from cartload.encoders.kafka_records import named
from cartload.events.topics import cdc_topic
from cartload.readers.event_log import fold_events
from cartload.readers.opening import scratch_database
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.schema import Ids
from cartload.storage.kafka_client import (
    POLL_SECONDS,
    Troubles,
    metadata,
    refusals_told,
    settings,
)
from cartload.storage.kafka_url import KafkaUrl

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


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that a topic does not have, though it has later ones of their keys."""

    topic: str
    missing: int
    first_key: str


@dataclass(frozen=True, slots=True)
class FoldedTopics:
    """The tables that topics add up to, the events that are missing, and how many came more than once."""

    stored: Stored
    gaps: tuple[Gap, ...]
    repeated: int


@contextmanager
def open_folded_topics(url: KafkaUrl, ids: Ids, tables: Sequence[str], prefix: str) -> Iterator[FoldedTopics]:
    """What the topics of some tables add up to, until where they end now.

    An event is known by its ``ce_id`` and counts once; of each key the one with the highest ``sequence``
    counts. Raises KafkaFailedError where Kafka cannot be read, and StoredError where the topics hold no such
    stream.
    """
    place = f"Kafka at {url.shown}"
    topics = {named(cdc_topic(name), prefix): cdc_topic(name) for name in tables}
    with scratch_database() as (connection, _):
        try:
            connection.execute(_RECEIVED)
            for batch in _batches(url, topics):
                connection.register("arriving", batch)
                connection.execute("INSERT INTO received SELECT * FROM arriving")
                connection.unregister("arriving")
            gaps, repeated = _gaps(connection), _repeated(connection)
            connection.execute(_EVENTS)
            connection.execute("DROP TABLE received")
            fold_events(connection, place, ids)
        except duckdb.Error as error:
            raise StoredError(f"{place} cannot be read: {first_line(error)}") from error
        stored = Stored(place, None, ids, None, tuple(tables), connection)
        yield FoldedTopics(stored, gaps, repeated)


_RECEIVED: Final = (
    "CREATE TABLE received (topic VARCHAR, key VARCHAR, sequence BIGINT, ce_id VARCHAR, data VARCHAR)"
)
_EVENTS: Final = """CREATE TABLE events AS
    SELECT topic, key ->> 'id' AS id, sequence, data ->> 'op' AS op, data -> 'after' AS after
    FROM (SELECT DISTINCT ON (ce_id) * FROM received)"""


def _gaps(connection: duckdb.DuckDBPyConnection) -> tuple[Gap, ...]:
    found = connection.execute("""SELECT topic, sum(missing)::BIGINT, min(key) FROM (
            SELECT topic, key, max(sequence) - count(DISTINCT sequence) AS missing
            FROM received GROUP BY topic, key)
        WHERE missing > 0 GROUP BY topic ORDER BY topic""").fetchall()
    return tuple(Gap(*row) for row in found)


def _repeated(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) - count(DISTINCT ce_id) FROM received").fetchone()
    return int(row[0]) if row else 0


def _batches(url: KafkaUrl, topics: dict[str, str]) -> Iterator[pa.RecordBatch]:
    """The records of some topics, under the names that ``topics`` has for them."""
    troubles = Troubles(url.shown)
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
