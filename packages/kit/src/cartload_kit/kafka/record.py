"""A record as Kafka gives it, and a message as we give it to Kafka."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

_LATEST_MS = 253_402_300_799_000
"""The last second of the year 9999, in milliseconds since 1970."""


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """One consumed record. `timestamp` is the producer's, in UTC; of repeated headers the last one counts."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: dict[str, bytes]
    timestamp: datetime

    @property
    def source(self) -> Partition:
        """Where the record came from."""
        return Partition(self.topic, self.partition)


class Sendable(Protocol):
    """Anything that can be sent: where to, and what."""

    @property
    def topic(self) -> str:
        """Name of the topic."""

    @property
    def key(self) -> bytes | None:
        """Key that decides the partition; None takes any."""

    @property
    def value(self) -> bytes:
        """The bytes to send."""

    @property
    def headers(self) -> Iterable[tuple[str, bytes]]:
        """Header names and values, in order."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send."""

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def from_kafka(raw: Any) -> Record:
    """Turn aiokafka's record into ours. A record without a value gets an empty one."""
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value if raw.value is not None else b"",
        headers={name: value or b"" for name, value in raw.headers},
        # Producers may write any number: one that no datetime can hold must not end the consumer.
        timestamp=datetime.fromtimestamp(min(max(raw.timestamp, 0), _LATEST_MS) / 1000, UTC),
    )
