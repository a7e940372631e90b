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
class Job:
    """One record in flight, and the tracker to tell when it is finished. `waiting`: between two attempts."""

    record: Record
    tracker: OffsetTracker
    waiting: bool = False


def lane_of(record: Record, order: Order) -> Hashable:
    """Records of one lane are handled one after the other."""
    match order:
        case "none":
            return (record.topic, record.partition, record.offset)
        case "key":
            return (record.topic, record.partition, record.key)
        case "partition":
            return (record.topic, record.partition)


class Work:
    """Records in flight: one task a lane, the others of the lane behind it.

    `run` handles one job and must not raise. `freed` is set whenever a job leaves.
    """

    def __init__(self, run: Callable[[Job], Awaitable[None]], order: Order) -> None:
        self._run = run
        self._order: Order = order
        self._lanes: dict[Hashable, deque[Job]] = {}
        self._tasks: dict[asyncio.Task[None], Hashable] = {}
        self.freed = asyncio.Event()
        self.records = 0
        self.bytes = 0

    def add(self, job: Job) -> None:
        """Take a job; it starts at once when its lane is free."""
        self.records += 1
        self.bytes += len(job.record.value)
        key = lane_of(job.record, self._order)
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(job)
            return
        self._lanes[key] = deque((job,))
        task = asyncio.create_task(self._drain(key))
        self._tasks[task] = key
        task.add_done_callback(self._tasks.pop)

    async def _drain(self, key: Hashable) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                await self._run(lane[0])
                self._leave(lane.popleft())
        finally:
            del self._lanes[key]
            while lane:
                self._leave(lane.popleft())

    def _leave(self, job: Job) -> None:
        self.records -= 1
        self.bytes -= len(job.record.value)
        self.freed.set()

    async def release(self, grace: float) -> None:
        """Let go of everything.

        Drop what has not begun, give the rest `grace` seconds, cancel what is left.
        """
        for lane in self._lanes.values():
            while len(lane) > 1:
                self._leave(lane.pop())
        for task, key in list(self._tasks.items()):
            if key in self._lanes and self._lanes[key][0].waiting:
                task.cancel()
        await self._settle(grace)
        for task in self._tasks:
            task.cancel()
        await self._settle(1.0)

    async def _settle(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
