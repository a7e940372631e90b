"""A stream's events to Kafka's topics, a record each, in order and acknowledged by all replicas."""

from collections.abc import Sequence
from typing import Final, Self
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from cartload.encoders.kafka_records import KafkaRecord, KafkaRecords
from cartload.events.topics import PREFIX
from cartload.storage.kafka_client import (
    POLL_SECONDS,
    KafkaFailedError,
    Troubles,
    metadata,
    refusal,
    refusals_told,
    settings,
)
from cartload.storage.kafka_url import OAUTHBEARER, KafkaUrl
from cartload.writers.external_sort import Lines
from cartload.writers.kafka_topics import DEFAULT_PARTITIONS, ensure_topics

DELIVERY_SECONDS: Final = 30.0
"""How long a record may take to arrive: a broker that is away for less is waited for."""
_FAREWELL_SECONDS: Final = 5.0
_FULL_SECONDS: Final = 0.02
"""The client's queue is full: in so much time a part of it is sent, and never all."""
_DROPPED: Final = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)
_SETTINGS: Final = {
    "acks": "all",
    # Records of one partition keep their order, and what is sent again is stored once.
    "enable.idempotence": True,
    # The partition of each key is the one that Java's clients choose.
    "partitioner": "murmur2_random",
    "compression.type": "lz4",
    "linger.ms": 20,
    "batch.size": 256 * 1024,
    "queue.buffering.max.kbytes": 64 * 1024,
    # A report for each record would take as long as sending it.
    "delivery.report.only.error": True,
}


class KafkaSink:
    """Sends the lines of one stream as records; connects, and creates the topics, when it is made.

    ``notes`` are what a user should know of topics that were there before, ``sent`` is how many records the
    client has taken. All methods raise KafkaFailedError, after which no record is sent any more.
    """

    def __init__(
        self,
        url: KafkaUrl,
        stream: UUID,
        topics: Sequence[str],
        *,
        prefix: str = PREFIX,
        partitions: int = DEFAULT_PARTITIONS,
        delivery_seconds: float = DELIVERY_SECONDS,
    ) -> None:
        self._troubles = Troubles(url.shown, tokens=url.mechanism == OAUTHBEARER)
        self._records = KafkaRecords(stream, prefix)
        self._failure: KafkaFailedError | None = None
        self.sent = 0
        self._lost = 0
        client = settings(url, self._troubles)
        delivering = {
            **_SETTINGS,
            "message.timeout.ms": round(delivery_seconds * 1000),
            "on_delivery": self._undelivered,
        }
        with refusals_told(f"Kafka at {url.shown}"):
            self._producer = Producer({**client, **delivering})
        try:
            found = metadata(self._producer, self._troubles).topics
            existing = {name: len(topic.partitions) for name, topic in found.items()}
            self.notes = ensure_topics(AdminClient(client), existing, topics, prefix, partitions)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Give what is in flight a moment to arrive, so that :attr:`arrived` is a beginning of the stream,
        drop the rest, and end the client's threads.
        """
        if error is not None and self._failure is None:
            self._producer.flush(_FAREWELL_SECONDS)
        self._close()

    @property
    def arrived(self) -> int:
        """How many records Kafka has acknowledged."""
        return self.sent - self._lost - len(self._producer)

    def write(self, lines: Lines) -> None:
        """Give them to the client, as many as it takes."""
        times = lines.event_times.tolist()
        for record, time in zip(self._records.of(bytes(lines.text)), times, strict=True):
            self._produce(record, time)
        self._check()

    def flush(self) -> None:
        """Return when all have been acknowledged."""
        while self._producer.flush(POLL_SECONDS):
            self._check()
        self._check()

    def wait(self, seconds: float) -> None:
        """Let time pass while the client hears of what failed."""
        self._producer.poll(min(seconds, POLL_SECONDS))
        self._check()

    def _produce(self, record: KafkaRecord, time: int) -> None:
        while True:
            try:
                self._producer.produce(
                    record.topic, record.value, record.key, timestamp=time, headers=record.headers
                )
            except BufferError:
                self.wait(_FULL_SECONDS)
                continue
            except KafkaException as error:
                raise self._refused(record.topic, error.args[0]) from error
            self.sent += 1
            return

    def _close(self) -> None:
        self._producer.purge()
        self._producer.poll(0)
        # It would wait for what has not arrived, of which there is nothing now. The callbacks refer to this
        # object, and it to them: without it the threads would stay until a collection of garbage.
        self._producer.close()

    def _check(self) -> None:
        self._producer.poll(0)
        if self._failure is not None:
            raise self._failure

    def _undelivered(self, error: KafkaError, message: "Message[bytes, bytes]") -> None:
        """The callback for each record that will not arrive."""
        self._lost += 1
        if self._failure is None and error.code() not in _DROPPED:
            self._failure = self._refused(message.topic() or "", error)

    def _refused(self, topic: str, error: KafkaError) -> KafkaFailedError:
        match error.code():
            case KafkaError._MSG_TIMED_OUT:
                away = self._troubles.unreachable()
                return KafkaFailedError(f"{topic}: {away}", lasting=away.lasting)
            case KafkaError.MSG_SIZE_TOO_LARGE:
                told: str | None = "an event is larger than its max.message.bytes allows"
            case KafkaError.INVALID_TIMESTAMP:
                told = "the time of an event is outside of its message.timestamp.{before,after}.max.ms"
            case _:
                told = None
        return refusal(f"{topic} refuses events", error, told)
