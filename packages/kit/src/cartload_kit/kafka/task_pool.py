"""Runs records side by side or in order, and knows which are in flight."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Literal

from cartload_kit.kafka.offsets import OffsetTracker
from cartload_kit.kafka.record import Record

type Order = Literal["none", "key", "partition"]


@dataclass(slots=True, eq=False)
class InFlightRecord:
    """One record in flight, and the tracker to tell when it is finished. `waiting`: between two attempts."""

    record: Record
    tracker: OffsetTracker
    waiting: bool = False


def ordering_key(record: Record, order: Order) -> Hashable:
    """Records with equal ordering keys are handled one after the other."""
    match order:
        case "none":
            return (record.topic, record.partition, record.offset)
        case "key":
            return (record.topic, record.partition, record.key)
        case "partition":
            return (record.topic, record.partition)


class TaskPool:
    """Records in flight: one task per ordering key, further records of the key queue behind it.

    `run` handles one record and must not raise. `freed` is set whenever a record leaves.
    """

    def __init__(self, run: Callable[[InFlightRecord], Awaitable[None]], order: Order) -> None:
        self._run = run
        self._order: Order = order
        self._queues: dict[Hashable, deque[InFlightRecord]] = {}
        self._tasks: dict[asyncio.Task[None], Hashable] = {}
        self.freed = asyncio.Event()
        self.records = 0
        self.bytes = 0

    def add(self, entry: InFlightRecord) -> None:
        """Take a record; it starts at once when its queue is free."""
        self.records += 1
        self.bytes += len(entry.record.value)
        key = ordering_key(entry.record, self._order)
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(entry)
            return
        self._queues[key] = deque((entry,))
        task = asyncio.create_task(self._drain(key))
        self._tasks[task] = key
        task.add_done_callback(self._tasks.pop)

    async def _drain(self, key: Hashable) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await self._run(queue[0])
                self._remove(queue.popleft())
        finally:
            # Also when it was cancelled: what queues here has not begun and stays uncommitted.
            del self._queues[key]
            while queue:
                self._remove(queue.popleft())

    def _remove(self, entry: InFlightRecord) -> None:
        self.records -= 1
        self.bytes -= len(entry.record.value)
        self.freed.set()

    async def release(self, grace: float) -> None:
        """Let go of everything.

        Drop what has not begun, give the rest `grace` seconds, cancel what is left.
        """
        for queue in self._queues.values():
            while len(queue) > 1:
                self._remove(queue.pop())
        # A record between two attempts gains nothing from the grace: it would only be tried once more.
        for task, key in list(self._tasks.items()):
            if key in self._queues and self._queues[key][0].waiting:
                task.cancel()
        await self._wait_for_tasks(grace)
        for task in self._tasks:
            task.cancel()
        # Bounded too: a handler that does not end must not keep the partitions from going to others.
        await self._wait_for_tasks(1.0)

    async def _wait_for_tasks(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
