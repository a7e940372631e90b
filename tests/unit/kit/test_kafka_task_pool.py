"""Records side by side and in order."""

import asyncio
from datetime import UTC, datetime

import pytest

from cartload_kit.kafka.offsets import OffsetTracker
from cartload_kit.kafka.record import Record
from cartload_kit.kafka.task_pool import InFlightRecord, Order, TaskPool

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Handler:
    """Notes what runs, and lets each record end when it is told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.cancelled: list[int] = []
        self._gates: dict[int, asyncio.Event] = {}

    async def __call__(self, job: InFlightRecord) -> None:
        offset = job.record.offset
        self.begun.append(offset)
        try:
            await self._gates.setdefault(offset, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(offset)
            raise
        self.ended.append(offset)

    async def end(self, offset: int) -> None:
        self._gates.setdefault(offset, asyncio.Event()).set()
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def job(offset: int, key: bytes = b"k", partition: int = 0) -> InFlightRecord:
    return InFlightRecord(Record("topic", partition, offset, key, b"12345", {}, AT), OffsetTracker())


async def work_with(order: Order, *jobs: InFlightRecord) -> tuple[TaskPool, Handler]:
    handler = Handler()
    work = TaskPool(handler, order)
    for one in jobs:
        work.add(one)
    await settle()
    return work, handler


async def test_without_order_all_run_at_once() -> None:
    work, handler = await work_with("none", job(1), job(2), job(3))
    assert handler.begun == [1, 2, 3]
    assert (work.records, work.bytes) == (3, 15)
    await work.release(0)


@pytest.mark.parametrize(
    ("order", "first"), [("none", [1, 2, 3, 4]), ("key", [1, 3, 4]), ("partition", [1, 4])]
)
async def test_records_of_a_lane_wait_for_the_one_before(order: Order, first: list[int]) -> None:
    jobs = (job(1, b"a"), job(2, b"a"), job(3, b"b"), job(4, b"a", partition=1))
    work, handler = await work_with(order, *jobs)
    assert handler.begun == first
    for offset in (1, 2, 3, 4):
        await handler.end(offset)
    assert handler.ended == [1, 2, 3, 4]
    assert (work.records, work.bytes) == (0, 0)


async def test_a_lane_that_ran_empty_starts_again() -> None:
    work, handler = await work_with("partition", job(1))
    await handler.end(1)
    work.add(job(2))
    await handler.end(2)
    assert handler.ended == [1, 2]


async def test_leaving_records_make_room() -> None:
    work, handler = await work_with("none", job(1))
    work.freed.clear()
    await handler.end(1)
    assert work.freed.is_set()


async def test_release_drops_what_waits_and_lets_the_running_end() -> None:
    work, handler = await work_with("partition", job(1), job(2), job(3, partition=1))
    releasing = asyncio.create_task(work.release(5))
    await settle()
    await handler.end(1)
    await handler.end(3)
    await releasing
    assert handler.begun == [1, 3]
    assert handler.ended == [1, 3]
    assert work.records == 0


async def test_release_cancels_what_takes_too_long() -> None:
    work, handler = await work_with("none", job(1), job(2))
    await handler.end(2)
    await work.release(0.01)
    assert handler.cancelled == [1]
    assert work.records == 0


async def test_release_does_not_wait_for_what_only_waits_itself() -> None:
    waiting = job(1)
    work, handler = await work_with("none", waiting)
    waiting.waiting = True
    async with asyncio.timeout(1):
        await work.release(30)
    assert handler.cancelled == [1]


async def test_a_record_that_comes_just_as_its_lane_runs_empty_is_not_lost() -> None:
    seen: list[int] = []

    async def run(one: InFlightRecord) -> None:
        seen.append(one.record.offset)

    work = TaskPool(run, "partition")
    for offset in range(50):
        work.add(job(offset))
        for _ in range(offset % 4):
            await asyncio.sleep(0)
    await settle()
    assert seen == list(range(50))
    assert work.records == 0
