"""Where records go that can never be handled, and when there are too many of them."""

import hashlib
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from cartload_kit.kafka.errors import DeadLetterLimitReached
from cartload_kit.kafka.record import Outgoing, Record

MAX_VALUE = 32 * 2**20
HEAD = 64 * 2**10
HEADROOM = 64 * 2**10
"""What key, headers and framing may take of a message's limit before the value is cut for them."""

OWN_PREFIX = "dlq-"
"""What the names of the headers begin with that a letter adds to those of its original."""

_OWN_HEADERS = 4 * 2**10
"""What a letter adds: a reason of at most 1,000 bytes, the record's coordinates, the framing."""


def dead_letter(
    record: Record, reason: str, attempts: int, topic: str, *, max_value: int = MAX_VALUE
) -> Outgoing:
    """Build the dead letter of a record: its own bytes and headers, and where it came from and why in more.

    The value of a record above `max_value` bytes is cut to its first 64 KiB, with its length and SHA-256 in
    headers.
    """
    value = record.value
    cut: tuple[tuple[str, bytes], ...] = ()
    carried = sum(len(name) + len(content) for name, content in record.headers.items()) + len(
        record.key or b""
    )
    # A letter that is too large to be sent would stop the consumer, again at every start.
    if len(record.value) > max_value - max(HEADROOM, carried + _OWN_HEADERS):
        value = record.value[:HEAD]
        cut = (
            ("dlq-truncated-length", str(len(record.value)).encode()),
            ("dlq-sha256", hashlib.sha256(record.value).hexdigest().encode()),
        )
    origin = (
        # A text out of a broken message may have half a surrogate pair, for which UTF-8 has no bytes.
        ("dlq-reason", reason.encode(errors="replace")[:1000]),
        ("dlq-topic", record.topic.encode()),
        ("dlq-partition", str(record.partition).encode()),
        ("dlq-offset", str(record.offset).encode()),
        ("dlq-attempts", str(attempts).encode()),
        ("dlq-timestamp", record.timestamp.isoformat().encode()),
    )
    # Whatever the sender of a bad message says of its origin, or of what was cut, is not true of this letter.
    own = tuple((name, text) for name, text in record.headers.items() if not name.startswith(OWN_PREFIX))
    return Outgoing(topic, record.key, value, (*own, *origin, *cut))


class Sender(Protocol):
    """What dead letters need of a producer."""

    async def send(
        self, topic: str, key: bytes | None, value: bytes, headers: Iterable[tuple[str, bytes]] = ()
    ) -> None:
        """Send one message; returns when Kafka has it."""


class DeadLetters:
    """Sends dead letters with the producer the handlers use."""

    def __init__(
        self, producer: Sender, topic: str = "cartload.dead-letters", *, max_value: int = MAX_VALUE
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._max_value = max_value

    async def put(self, record: Record, reason: str, attempts: int) -> None:
        """Send one dead letter; returns when Kafka has it. Raises KafkaUnavailable or FatalProducerError."""
        letter = dead_letter(record, reason, attempts, self._topic, max_value=self._max_value)
        await self._producer.send(letter.topic, letter.key, letter.value, letter.headers)


class DeadLetterLimit:
    """Decides when bad records are too many: at least `count` and more than `share` of the last `window`."""

    def __init__(self, count: int = 20, share: float = 0.05, window: int = 1000) -> None:
        self._count = count
        self._share = share
        self._seen: deque[bool] = deque(maxlen=window)
        self._bad = 0

    def good(self) -> None:
        """Note a record that was handled."""
        self._note(bad=False)

    def bad(self) -> None:
        """Note a dead letter. Raises DeadLetterLimitReached when there are too many."""
        self._note(bad=True)
        if self._bad >= self._count and self._bad > self._share * len(self._seen):
            raise DeadLetterLimitReached(f"{self._bad} of the last {len(self._seen)} records were bad")

    def _note(self, *, bad: bool) -> None:
        # A full deque drops its first entry by itself when the next is added.
        if len(self._seen) == self._seen.maxlen:
            self._bad -= self._seen[0]
        self._seen.append(bad)
        self._bad += bad
