"""States of jobs and streams from Kafka into the queues: all of them in every replica, from the end."""

import asyncio

from pydantic import TypeAdapter

from cartload_contracts.envelope import InvalidMessage, decode
from cartload_contracts.jobs import JobState
from cartload_contracts.streams import StreamState
from cartload_contracts.topics import Topic
from cartload_kit.kafka import KafkaConnection, NotReady, Record, read_latest
from cartload_kit.logging import get_logger
from cartload_kit.tracing import current_traceparent
from cartload_notifier import metrics
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.update import Update

_log = get_logger(__name__)


class StateConsumer[State: JobState | StreamState]:
    """Reads one topic of states, in no group.

    When it has to begin again at the end of the topic, events may be missing: then all connections end.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        hub: Hub,
        topic: Topic,
        states: TypeAdapter[State],
    ) -> None:
        self._connection = connection
        self._hub = hub
        self.topic = topic.name
        self._states: TypeAdapter[State] = states
        self._positioned = False

    @property
    def positioned(self) -> bool:
        """Whether the reader stands on the topic, so that no event from now on is missed."""
        return self._positioned

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set."""
        await read_latest(self._connection, self.topic, self.handle, stop, positioned=self._on_positioned)

    async def check(self) -> None:
        """Ready check: raise NotReady until the reader stands on the topic."""
        if not self._positioned:
            raise NotReady(f"{self.topic} is not read yet")

    async def handle(self, record: Record) -> None:
        """Give a state to its owner; what cannot be read is counted and passed over."""
        try:
            state = decode(self._states, record.value, record.headers)
        except InvalidMessage as error:
            metrics.EVENTS.labels("bad").inc()
            _log.warning("%s:%d:%d: %s", record.topic, record.partition, record.offset, error)
            return
        metrics.EVENTS.labels("read").inc()
        trace = current_traceparent()
        self._hub.publish(str(state.owner_id), lambda: Update.of_event(state, trace))

    def _on_positioned(self) -> None:
        if self._positioned:
            metrics.RESUBSCRIBED.inc()
            self._hub.reset()
        self._positioned = True
