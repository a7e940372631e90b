"""Batches that lost a lock go to the end of their topic a little later, and their partition goes on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from cartload_kit.kafka.errors import FatalProducerError, KafkaUnavailable, MessageTooLarge
from cartload_kit.kafka.record import Record

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
MOST_BYTES = 64 * 2**20

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

    def __init__(self, send: Send, *, first_wait: float = FIRST_WAIT, most_bytes: int = MOST_BYTES) -> None:
        self._send = send
        self._first_wait = first_wait
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
            for task in made._waiting:
                task.cancel()
            await asyncio.gather(*made._waiting, return_exceptions=True)

    def is_blocked(self, dataset_id: UUID) -> bool:
        """Whether a batch of the dataset lost a lock a moment ago: the next would only wait for it, too."""
        return asyncio.get_running_loop().time() < self.rests_until(dataset_id)

    def lost_a_lock(self, dataset_id: UUID) -> None:
        """Let the dataset rest, twice as long as the last time."""
        waits = self._blocked[dataset_id].waits + 1 if dataset_id in self._blocked else 0
        wait = min(self._first_wait * 2 ** min(waits, 16), LONGEST_WAIT)
        self._blocked[dataset_id] = _Blocked(waits, asyncio.get_running_loop().time() + wait)

    def rests_until(self, dataset_id: UUID) -> float:
        """The loop's time at which the dataset has rested; 0 when it need not."""
        found = self._blocked.get(dataset_id)
        return found.until if found is not None else 0.0

    def stored(self, dataset_id: UUID) -> None:
        """The dataset takes rows (again)."""
        self._blocked.pop(dataset_id, None)

    def put(self, record: Record, dataset_id: UUID) -> None:
        """Send the record again when its dataset has rested; returns at once."""
        size = len(record.value)
        if self._bytes + size > self._most_bytes:
            _log.warning("too many batches wait for locks; the generator will ask for this one again")
            return
        wait = max(0.0, self.rests_until(dataset_id) - asyncio.get_running_loop().time())
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
