"""A stream that a player has leased: only under the lease anything is written of it.

A player that was stopped for longer than the lease finds that another one has the stream: then it writes
nothing, and plays no further.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload.storage.stream_position import Position
from cartload_contracts.streams import StreamGoal, StreamStatus
from cartload_generator import metrics
from cartload_generator.domain.entities import Clock
from cartload_generator.domain.streams import Stream, StreamEvent
from cartload_generator.repository import streams
from cartload_generator.repository.streams import LEASE
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

LOOK_SECONDS: Final = 0.4
"""How often a player looks what is wanted, and renews its lease."""
_RATE_SECONDS: Final = 5.0
_ENDS: Final = ("ended", "stopped", "failed")
log = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """Another run has the stream, or may have it."""


class HeldStream:
    """The newest row of a leased stream, and the one way for a player to change it.

    Methods raise LeaseLostError, and DatabaseUnavailable where nothing could be written.
    """

    def __init__(
        self, engine: AsyncEngine, publisher: Publisher, clock: Clock, lease: str, stream: Stream
    ) -> None:
        self.stream = stream
        self._engine = engine
        self._publisher = publisher
        self._clock = clock
        self._lease = lease
        self._leased_at = time.monotonic()
        self._arrivals: deque[tuple[float, int]] = deque()

    async def keep(self) -> None:
        """Renew the lease again and again, and read what is wanted; ends with LeaseLostError only."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.renew()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("a lease could not be renewed: %s", describe_error(error))
                if time.monotonic() - self._leased_at > LEASE.total_seconds():
                    raise LeaseLostError from error

    async def renew(self) -> None:
        """Hold the stream longer, and read its row."""
        asked_at = time.monotonic()
        async with transaction(self._engine) as connection:
            found = await streams.renew(connection, self.stream.number, self._lease, self._clock())
        if found is None:
            raise LeaseLostError
        self._leased_at = asked_at
        self._take(found)

    async def change(
        self, state: StreamStatus, *, detail: str | None = None, event: str | None = None, **values: object
    ) -> None:
        """Put the stream into a state, and into its history: as `event`, or by the name of the state."""
        still = {} if state == "playing" else {"events_per_second": None}
        values = {"state": state, "waiting_for": None, **still, **values}
        await self._write(values, event=event or state, detail=detail)
        if state in _ENDS:
            metrics.STREAMS_ENDED.labels(state).inc()

    async def remark(self, what: str) -> None:
        """Write something into the history that changes nothing."""
        await self._write({}, event="remark", detail=what)

    async def wait_for(self, what: str) -> None:
        """Say what holds the stream up."""
        if what != self.stream.waiting_for:
            values = {"waiting_for": what[:500], "events_per_second": None}
            await self._write(values, event="waiting", detail=what)

    async def arrived(self, position: Position, events: int, seconds_slowed: float) -> None:
        """Keep how far the stream has come."""
        slowed = seconds_slowed - self.stream.seconds_slowed
        values = {
            "position_time": position.time,
            "position_events": position.events,
            "events_sent": self.stream.events_sent + events,
            "events_per_second": self._rate(events),
            "seconds_slowed": seconds_slowed,
            "waiting_for": None,
        }
        await self._write(values)
        metrics.STREAM_EVENTS.inc(events)
        metrics.STREAM_SECONDS_SLOWED.inc(slowed)

    async def answer(self, expected: dict[str, object], goal: StreamGoal) -> None:
        """Keep what the stream adds up to, unless something else is wanted of it by now."""
        await self._write({"expected": expected}, goal=goal)

    async def release(self) -> None:
        """Let another player have the stream, or nobody if it is over."""
        try:
            await self._write({"lease_owner": None, "leased_until": None})
        except LeaseLostError:
            return
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("stream %s is left to its lease: %s", self.stream.id, describe_error(error))

    async def _write(
        self,
        values: Mapping[str, object],
        *,
        event: str | None = None,
        detail: str | None = None,
        goal: StreamGoal | None = None,
    ) -> None:
        async def once() -> Stream | None:
            async with transaction(self._engine) as connection:
                written = await streams.write(connection, self.stream.number, self._lease, goal, values)
                if written is not None and event is not None:
                    note = StreamEvent(event, self._clock(), written.version, written.state, detail)
                    await streams.note(connection, written.number, note)
                return written

        written = await retry_on_deadlock(once)
        if written is None:
            if goal is not None:
                return
            raise LeaseLostError
        self._take(written)
        if written.deleted_at is None:
            self._publisher.offer(written.owner_id, written.view())

    def _take(self, found: Stream) -> None:
        # Two of our own transactions may end in another order than they are heard of.
        if found.version >= self.stream.version:
            self.stream = found

    def _rate(self, events: int) -> float | None:
        """Events a second over the last seconds; None while there were none before."""
        now = time.monotonic()
        self._arrivals.append((now, events))
        while now - self._arrivals[0][0] > _RATE_SECONDS:
            self._arrivals.popleft()
        seconds = now - self._arrivals[0][0]
        # What came first came before these seconds.
        counted = sum(count for _, count in self._arrivals) - self._arrivals[0][1]
        return round(counted / seconds, 1) if seconds else None
