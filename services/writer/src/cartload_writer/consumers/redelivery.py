"""Batches that lost a lock go to the end of their topic a little later, and their partition goes on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import cancel_all
from cartload_kit.kafka.errors import FatalProducerError, KafkaUnavailable, MessageTooLarge
from cartload_kit.kafka.record import Record

WAITS = Backoff(first=1.0, longest=60.0)
MOST_BYTES = 64 * 2**20
"""Of batches that wait here: as their offsets count as done, the consumer's own bound no longer has them."""

FORGOTTEN_AFTER = 10 * WAITS.longest
"""Seconds after its rest at which a dataset counts as one that never lost a lock."""

type Send = Callable[[Record], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Blocked:
    waits: int
    until: float


class Redelivery:
    """Sends records again after a wait that grows with each of their dataset's lost locks.

    The consumer goes on to the next record meanwhile, and commits: what this process still holds when it
    dies is lost, and so is what passes `most_bytes`. The generator asks again for chunks without a result,
    so neither is lost for the job.
    """

    def __init__(
        self,
        send: Send,
        *,
        waits: Backoff = WAITS,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._waits = waits
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._blocked: dict[UUID, _Blocked] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, send: Send) -> AsyncIterator[Self]:
        """A redelivery whose waits end with the block."""
        made = cls(send)
        try:
            yield made
        finally:
            await cancel_all(made._waiting)

    def is_blocked(self, dataset_id: UUID) -> bool:
        """Whether a batch of the dataset lost a lock a moment ago: the next would only wait for it, too."""
        return self._clock() < self.rests_until(dataset_id)

    def lost_a_lock(self, dataset_id: UUID) -> None:
        """Let the dataset rest, twice as long as the last time."""
        now = self._clock()
        self._forget_old(now)
        found = self._blocked.get(dataset_id)
        waits = found.waits + 1 if found is not None else 1
        self._blocked[dataset_id] = _Blocked(waits, now + self._waits.seconds(waits))

    def _forget_old(self, now: float) -> None:
        # A dataset that is deleted after its lost lock is never told of again: it would stay for ever.
        for dataset_id, blocked in list(self._blocked.items()):
            if blocked.until + FORGOTTEN_AFTER < now:
                del self._blocked[dataset_id]

    def rests_until(self, dataset_id: UUID) -> float:
        """The clock's time at which the dataset has rested; 0 when it need not."""
        found = self._blocked.get(dataset_id)
        return found.until if found is not None else 0.0

    def stored(self, dataset_id: UUID) -> None:
        """The dataset takes rows (again)."""
        self._blocked.pop(dataset_id, None)

    def put(self, record: Record, dataset_id: UUID) -> None:
        """Send the record again when its dataset has rested; returns at once."""
        size = len(record.value)
        # Not kept, and its offset is committed all the same: the partition must go on, and the generator
        # asks again for chunks that have no result.
        if self._bytes + size > self._most_bytes:
            _log.warning("too many batches wait for locks; the generator will ask for this one again")
            return
        wait = max(0.0, self.rests_until(dataset_id) - self._clock())
        self._bytes += size
        task = asyncio.create_task(self._later(record, wait))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _later(self, record: Record, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
            await self._send(record)
        except (KafkaUnavailable, FatalProducerError, MessageTooLarge):
            _log.warning("a batch could not be sent again; the generator will ask for it", exc_info=True)
        finally:
            self._bytes -= len(record.value)
