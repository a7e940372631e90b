"""Sends commands and job states to Kafka."""

from collections.abc import Iterable
from itertools import chain, repeat

from cartload_contracts import envelope
from cartload_contracts.envelope import Message
from cartload_generator import metrics
from cartload_generator.domain.entities import Clock
from cartload_kit.kafka import Producer
from cartload_kit.tracing import current_traceparent


class KafkaOutbox:
    """Sends messages to Kafka as the contracts have them."""

    def __init__(self, producer: Producer, source: str, clock: Clock) -> None:
        self._producer = producer
        self._source = source
        self._clock = clock

    async def send(self, messages: Iterable[Message], traceparents: Iterable[str | None] = ()) -> None:
        """Send messages; raises KafkaUnavailable, MessageTooLarge or FatalProducerError."""
        now, here = self._clock(), current_traceparent()
        wires = []
        for message, trace in zip(messages, chain(traceparents, repeat(None)), strict=False):
            metrics.COMMANDS.labels(message.type).inc()
            wires.append(envelope.encode(message, source=self._source, now=now, traceparent=trace or here))
        if wires:
            await self._producer.send_all(wires)
