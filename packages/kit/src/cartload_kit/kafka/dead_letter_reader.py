"""Reads dead letters where they lie, newest first, and makes the message again that one of them was.

The topic is the only store. Nothing is copied, for a letter may have 32 MiB, and no group remembers a place.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import client
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.dead_letters import OWN_PREFIX
from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_kit.kafka.record import Outgoing, Record, from_kafka

REDRIVEN_FROM = "x-redriven-from"
"""Header of a message that was put back: the id of its letter."""

BLOCK = 4
"""Letters that are read of a partition at a time: backwards by blocks, for Kafka itself reads only forwards.

Few, since values come along that nobody asked for: eight partitions of batches are then some 100 MiB."""

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. Anybody who may write to the topic can leave out any of its headers: these are None.

    `topic`, `partition` and `offset` are where the original lay, and `sent_at` is its time; `whole_size` is
    the size of an original that was cut. In lists the record has no value; `size` is that which it has in
    the topic, in bytes.
    """

    record: Record
    size: int
    reason: str | None
    topic: str | None
    partition: int | None
    offset: int | None
    attempts: int | None
    sent_at: datetime | None
    whole_size: int | None

    @property
    def id(self) -> str:
        """Names the letter for good: a topic that is made anew has the same offsets, at other times."""
        milliseconds = round(self.record.timestamp.timestamp() * 1000)
        return f"{self.record.partition}-{self.record.offset}-{milliseconds}"

    @property
    def headers(self) -> dict[str, bytes]:
        """The headers of the original."""
        return {name: value for name, value in self.record.headers.items() if not name.startswith(OWN_PREFIX)}

    def original(self) -> Outgoing | None:
        """The original message, with a header that names this letter; None for one that was cut."""
        if self.topic is None or self.whole_size is not None:
            return None
        headers = {**self.headers, REDRIVEN_FROM: self.id.encode()}
        return Outgoing(self.topic, self.record.key, self.record.value, tuple(headers.items()))


def letter_of(record: Record) -> Letter:
    """Read the headers of a record of the dead letters' topic."""
    return Letter(
        record,
        len(record.value),
        _text(record, "reason"),
        _text(record, "topic"),
        _number(record, "partition"),
        _number(record, "offset"),
        _number(record, "attempts"),
        _time(record),
        _number(record, "truncated-length"),
    )


def _text(record: Record, name: str) -> str | None:
    value = record.headers.get(f"{OWN_PREFIX}{name}")
    return None if value is None else value.decode(errors="replace")[:1000]


def _number(record: Record, name: str) -> int | None:
    text = _text(record, name)
    # Not int() alone, which takes signs, blanks and underscores, and numbers that no reader of JSON holds.
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 16 else None


def _time(record: Record) -> datetime | None:
    try:
        time = datetime.fromisoformat(_text(record, "timestamp") or "")
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo is not None else None


class DeadLetterReader:
    """Reads a topic of dead letters, each time with a client of its own: people ask, and rarely."""

    def __init__(
        self,
        connection: KafkaConnection,
        topic: str,
        client_id: str,
        *,
        deadline: float = 10.0,
        at_once: int = 2,
    ) -> None:
        """`deadline`: seconds that one look may take; `at_once`: looks side by side, which bounds memory."""
        self._connection = connection
        self._topic = topic
        self._client_id = client_id
        self._deadline = deadline
        self._slots = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def newest_first(self, below: Sequence[int] | None = None) -> AsyncIterator["NewestFirst"]:
        """All letters, or, by partition, those before these offsets. Raises KafkaUnavailable."""
        async with self._opened() as kafka:
            partitions = sorted(kafka.assignment())
            first = await kafka.beginning_offsets(partitions)
            end = await kafka.end_offsets(partitions)
            if below is not None:
                # A partition that was added after the first page has only letters that are newer than it.
                given = [*below, *[0] * len(partitions)]
                end = {one: min(end[one], given[one.partition]) for one in partitions}
            yield NewestFirst([_Backwards(kafka, one, first[one], end[one]) for one in partitions])

    async def find(self, partition: int, offset: int) -> Letter | None:
        """The letter at this place, with its value; None where there is none. Raises KafkaUnavailable."""
        async with self._opened() as kafka:
            place = TopicPartition(self._topic, partition)
            if place not in kafka.assignment():
                return None
            first = (await kafka.beginning_offsets([place]))[place]
            end = (await kafka.end_offsets([place]))[place]
            if not first <= offset < end:
                return None
            records = await _read(kafka, place, offset, offset + 1)
            return letter_of(records[0]) if records else None

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Any]:
        """A client that stands on all partitions, paused."""
        kafka: Any = AIOKafkaConsumer(
            self._topic,
            **self._connection.arguments(),
            client_id=self._client_id,
            group_id=None,
            enable_auto_commit=False,
            # Nothing is read before a place is sought.
            auto_offset_reset="latest",
            isolation_level="read_committed",
            # At the end of a partition nothing more comes, and the next partition must not wait for that.
            fetch_max_wait_ms=20,
            fetch_max_bytes=4 * MIB,
            max_partition_fetch_bytes=MIB,
        )
        try:
            async with asyncio.timeout(self._deadline), self._slots:
                try:
                    await client.reach(self._connection, kafka.start())
                    kafka.pause(*kafka.assignment())
                    yield kafka
                finally:
                    await client.close(kafka)
        except TimeoutError as error:
            raise KafkaUnavailable(f"no answer about {self._topic} within {self._deadline:g} s") from error
        except KafkaError as error:
            raise KafkaUnavailable(describe_error(error)) from error


class NewestFirst:
    """Letters of all partitions, newest first, as far as they were taken."""

    def __init__(self, partitions: list["_Backwards"]) -> None:
        self._partitions = partitions
        self.bytes = 0
        """How much was read for it."""

    async def take(self, count: int) -> list[Letter]:
        """The next letters, without their values; fewer only at the end."""
        found: list[Letter] = []
        while len(found) < count:
            heads = [(head, one) for one in self._partitions if (head := await one.head()) is not None]
            if not heads:
                break
            letter, partition = max(heads, key=lambda pair: (pair[0].record.timestamp, pair[0].id))
            partition.take()
            self.bytes += letter.size
            found.append(letter)
        return found

    @property
    def position(self) -> list[int] | None:
        """Where to go on, by partition: before these offsets; None when nothing is left."""
        position = [one.below for one in self._partitions]
        return position if any(one.has_more for one in self._partitions) else None


class _Backwards:
    """One partition, read by blocks from its end."""

    def __init__(self, kafka: Any, place: TopicPartition, first: int, end: int) -> None:
        self._kafka = kafka
        self._place = place
        self._first = first
        self._unread = max(first, end)
        self._read: deque[Letter] = deque()

    @property
    def below(self) -> int:
        """The offset before which everything is still to be taken."""
        return self._read[0].record.offset + 1 if self._read else self._unread

    @property
    def has_more(self) -> bool:
        return self.below > self._first

    async def head(self) -> Letter | None:
        """The newest letter that was not taken; None when there is none left."""
        while not self._read and self._unread > self._first:
            start = max(self._first, self._unread - BLOCK)
            records = await _read(self._kafka, self._place, start, self._unread)
            self._unread = start
            letters = [letter_of(record) for record in reversed(records)]
            self._read.extend(replace(one, record=replace(one.record, value=b"")) for one in letters)
        return self._read[0] if self._read else None

    def take(self) -> None:
        """Go on behind the head."""
        self._read.popleft()


async def _read(kafka: Any, place: TopicPartition, start: int, stop: int) -> list[Record]:
    """The records from one offset up to, not including, another; those in between may be gone."""
    found: list[Record] = []
    kafka.seek(place, start)
    kafka.resume(place)
    try:
        while await kafka.position(place) < stop:
            got = await kafka.getmany(place, timeout_ms=1000, max_records=1)
            found += [from_kafka(raw) for raw in got.get(place, []) if raw.offset < stop]
    finally:
        kafka.pause(place)
    return found
