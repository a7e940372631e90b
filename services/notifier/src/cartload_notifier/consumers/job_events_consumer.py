"""Job events from Kafka into the queues. Every replica reads all of them, from the end, in no group."""

import asyncio

from cartload_contracts import topics
from cartload_contracts.envelope import JOB_STATES, InvalidMessage, decode
from cartload_kit.kafka import KafkaConnection, NotReady, Record, read_latest
from cartload_kit.logging import get_logger
from cartload_kit.tracing import current_traceparent
from cartload_notifier import metrics
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.job_update import JobUpdate

_log = get_logger(__name__)


class JobEventsConsumer:
    """Reads `cartload.jobs`.

    When it has to begin again at the end of the topic, events may be missing: then all connections end.
    """

    def __init__(self, connection: KafkaConnection, hub: Hub, *, topic: str = topics.JOBS.name) -> None:
        self._connection = connection
        self._hub = hub
        self._topic = topic
        self._positioned = False

    @property
    def positioned(self) -> bool:
        """Whether the reader stands on the topic, so that no event from now on is missed."""
        return self._positioned

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set."""
        await read_latest(self._connection, self._topic, self.handle, stop, positioned=self._on_positioned)

    async def check(self) -> None:
        """Ready check: raise NotReady until the reader stands on the topic."""
        if not self._positioned:
            raise NotReady(f"{self._topic} is not read yet")

    async def handle(self, record: Record) -> None:
        """Give a job's state to its owner; what cannot be read is counted and passed over."""
        try:
            state = decode(JOB_STATES, record.value, record.headers)
        except InvalidMessage as error:
            metrics.EVENTS.labels("bad").inc()
            _log.warning("%s:%d:%d: %s", record.topic, record.partition, record.offset, error)
            return
        metrics.EVENTS.labels("read").inc()
        trace = current_traceparent()
        self._hub.publish(str(state.owner_id), lambda: JobUpdate.of_event(state, trace))

    def _on_positioned(self) -> None:
        if self._positioned:
            metrics.RESUBSCRIBED.inc()
            self._hub.reset()
        self._positioned = True
