"""Sends the events that wait in the outboxes of all shops to Kafka, in the order of each key.

Of the replicas of a worker one sends the events of a shop at a time, so no event overtakes an earlier one
of its key. An event that was sent and not marked, because the process ended in between, is sent again with
the same id and number.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload.encoders.kafka_records import KafkaRecords
from cartload_kit.concurrency import every
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import KafkaUnavailable, MessageTooLarge
from cartload_shop import metrics
from cartload_shop.domain.events import rfc3339
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import outbox, shops
from cartload_shop.repository.outbox import OutboxEvent
from cartload_shop.repository.shop_session import shop_session

POLL_SECONDS = 0.2
MOST_EVENTS = 500
"""Events of one turn: what is held in memory, and what is sent again at most when a process ends."""

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """Sends records."""

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]] = (),
        *,
        timestamp: datetime | None = None,
    ) -> None:
        """Return when Kafka has it. Raises KafkaUnavailable."""


@dataclass(slots=True)
class Relay:
    """Takes the shops in turns."""

    engine: AsyncEngine
    sender: Sender
    make_topics: Callable[[], Awaitable[object]]
    """Creates the topics that are missing; asked before the first event is sent."""

    prefix: str
    """What the names of the topics begin with."""

    poll_seconds: float = POLL_SECONDS
    _topics_are_there: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; while Kafka or the database is away, events wait where they are."""
        await every(self.poll_seconds, self._turn, stop=stop, jitter=0.2)

    async def _turn(self) -> None:
        try:
            await self.send_waiting()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("events wait: %s", describe_error(error))

    async def send_waiting(self) -> int:
        """Send some of what waits in each shop; how many events. One that cannot be read stops no other."""
        sent = 0
        for shop in await self._open_shops():
            try:
                sent += await self._send_of(shop)
            except (SQLAlchemyError, OSError, KafkaUnavailable, MessageTooLarge) as error:
                _log.warning("events of shop %s wait: %s", shop.id, describe_error(error))
        return sent

    async def _open_shops(self) -> list[Shop]:
        async with transaction(self.engine) as connection:
            return await shops.living(connection)

    async def _send_of(self, shop: Shop) -> int:
        async with transaction(self.engine) as connection:
            if not await outbox.has_waiting(connection, shop):
                return 0
        async with shop_session(self.engine, shop) as session:
            if not await outbox.take_turn(session):
                return 0
            waiting = await outbox.unsent(session, MOST_EVENTS)
            if waiting and not self._topics_are_there:
                await self.make_topics()
                self._topics_are_there = True
            sent, error = await self._send(shop, waiting)
            if sent:
                await outbox.mark_sent(session, sent)
        metrics.EVENTS_SENT.inc(len(sent))
        if error is not None:
            # What has arrived is marked by now: an event that Kafka does not take holds up its own key only.
            raise error
        return len(sent)

    async def _send(
        self, shop: Shop, events: Sequence[OutboxEvent]
    ) -> tuple[list[OutboxEvent], Exception | None]:
        """The events that have arrived, and why not all have."""
        by_key: dict[tuple[str, str], list[OutboxEvent]] = {}
        for event in events:
            by_key.setdefault((event.topic, event.key), []).append(event)
        records = KafkaRecords(shop.id, self.prefix)
        sends = [self._send_in_order(records, those) for those in by_key.values()]
        outcomes = await asyncio.gather(*sends)
        failures = [error for _, error in outcomes if error is not None]
        return [event for sent, _ in outcomes for event in sent], next(iter(failures), None)

    async def _send_in_order(
        self, records: KafkaRecords, events: Sequence[OutboxEvent]
    ) -> tuple[list[OutboxEvent], Exception | None]:
        """Send the events of one key, each when the one before has arrived."""
        sent: list[OutboxEvent] = []
        for event in events:
            [record] = records.of(_line(event))
            headers = [(name, _bytes(value)) for name, value in record.headers]
            try:
                await self.sender.send(
                    record.topic, record.key, record.value, headers, timestamp=event.happened_at
                )
            except (KafkaUnavailable, MessageTooLarge) as error:
                return sent, error
            sent.append(event)
        return sent, None


def _line(event: OutboxEvent) -> bytes:
    """The event as a stream has it, of which records are made."""
    about = {
        "type": event.type,
        "key": event.key,
        "sequence": event.sequence,
        "time": rfc3339(event.happened_at),
        "id": str(event.event_id),
        "topic": event.topic,
    }
    return f'{json.dumps(about, separators=(",", ":"))[:-1]},"data":{event.data}}}\n'.encode()


def _bytes(value: str | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else (value or "").encode()
