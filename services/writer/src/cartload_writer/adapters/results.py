"""Tells the generator what became of its commands and batches."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from cartload_contracts.envelope import encode
from cartload_contracts.messages import Result
from cartload_kit.kafka.producer import Producer
from cartload_kit.tracing import current_traceparent


class Results(Protocol):
    """Where results go."""

    async def publish(self, result: Result) -> None:
        """Returns when the result is safe; publishing it again is harmless."""


class KafkaResults:
    """Results on `cartload.results`."""

    def __init__(self, producer: Producer, source: str, clock: Callable[[], datetime]) -> None:
        self._producer = producer
        self._source = source
        self._clock = clock

    async def publish(self, result: Result) -> None:
        """Send one result. Raises KafkaUnavailable and FatalProducerError."""
        wire = encode(result, source=self._source, now=self._clock(), traceparent=current_traceparent())
        await self._producer.send(wire.topic, wire.key, wire.value, wire.headers)
