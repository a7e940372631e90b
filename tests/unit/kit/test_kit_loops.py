"""Loops that end with a stop, and work that lives as long as a block."""

import asyncio
import contextlib
import logging
from itertools import pairwise

import pytest

from cartload_kit.concurrency import background, every
from support import virtual_time

LONG = 3600.0


class Turns:
    """Work that counts its turns, and can be waited for."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Condition()

    async def __call__(self) -> None:
        async with self._changed:
            self.count += 1
            self._changed.notify_all()

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: self.count >= count)


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_loop_works_at_once_and_again_until_the_stop() -> None:
    stop, turns = asyncio.Event(), Turns()
    loop = asyncio.create_task(every(0.001, turns, stop=stop))
    await turns.reach(3)
    stop.set()
    await asyncio.wait_for(loop, 1)


async def test_a_stop_ends_the_rest_between_two_turns() -> None:
    stop, turns = asyncio.Event(), Turns()
    loop = asyncio.create_task(every(LONG, turns, stop=stop))
    await turns.reach(1)
    stop.set()
    await asyncio.wait_for(loop, 1)
    assert turns.count == 1


async def test_a_loop_that_was_stopped_before_does_nothing() -> None:
    stop, turns = asyncio.Event(), Turns()
    stop.set()
    await asyncio.wait_for(every(LONG, turns, stop=stop), 1)
    assert turns.count == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_loop_is_woken_before_its_time(at_once: bool) -> None:
    stop, wake, turns = asyncio.Event(), asyncio.Event(), Turns()
    loop = asyncio.create_task(every(LONG, turns, stop=stop, wake=wake, at_once=at_once))
    for turn in range(1, 4):
        wake.set()
        await turns.reach(turn)
    stop.set()
    await asyncio.wait_for(loop, 1)


async def test_who_wakes_a_loop_during_a_turn_gets_another_turn() -> None:
    stop, wake, turns = asyncio.Event(), asyncio.Event(), Turns()

    async def work() -> None:
        if turns.count == 0:
            wake.set()
        await turns()

    loop = asyncio.create_task(every(LONG, work, stop=stop, wake=wake))
    await turns.reach(2)
    stop.set()
    await asyncio.wait_for(loop, 1)
    assert turns.count == 2


async def test_a_loop_that_does_not_begin_at_once_rests_first() -> None:
    stop, turns = asyncio.Event(), Turns()
    loop = asyncio.create_task(every(LONG, turns, stop=stop, at_once=False))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(loop, 1)
    assert turns.count == 0


async def test_what_the_work_raises_ends_the_loop() -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(every(LONG, fail), 1)


async def test_a_loop_without_a_stop_ends_when_it_is_cancelled() -> None:
    before, turns = asyncio.all_tasks(), Turns()
    loop = asyncio.create_task(every(LONG, turns))
    await turns.reach(1)
    loop.cancel()
    await asyncio.wait((loop,), timeout=1)
    assert loop.cancelled()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_rests_vary_by_the_jitter_and_not_more(jitter: float) -> None:
    began = list[float]()

    async def work() -> None:
        began.append(virtual_time.now())

    async def hour() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(3600, stop.set)
        await every(10, work, stop=stop, jitter=jitter)

    virtual_time.run(hour())
    rests = [later - before for before, later in pairwise(began)]
    assert began[0] == 0
    assert all(10 * (1 - jitter) - 0.001 <= rest <= 10 * (1 + jitter) + 0.001 for rest in rests)
    assert max(rests) - min(rests) == pytest.approx(10 * jitter * 2, rel=0.1, abs=0.001)


async def test_background_work_hears_the_stop_and_may_finish() -> None:
    stop, heard = asyncio.Event(), list[str]()

    async def work() -> None:
        await stop.wait()
        await asyncio.sleep(0)
        heard.append("finished")

    async with background(work(), stop=stop, grace=5):
        assert heard == []
    assert heard == ["finished"]


async def test_background_work_that_does_not_finish_is_cancelled_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = list[str]()

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append("cancelled")

    async with background(work(), stop=asyncio.Event(), grace=0.001, name="indexer"):
        await asyncio.sleep(0)
    assert ended == ["cancelled"]
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "indexer did not end within 0.001 s, it is cancelled"
    ]


async def test_background_work_without_grace_is_cancelled_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = asyncio.all_tasks()
    async with background(forever()):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert caplog.records == []


async def fail() -> None:
    raise RuntimeError("the work broke")


async def test_what_background_work_raised_is_raised_at_the_end() -> None:
    reached = list[str]()

    async def caller() -> None:
        async with background(fail()):
            await asyncio.sleep(0)
            reached.append("end")

    with pytest.raises(RuntimeError, match="the work broke"):
        await caller()
    assert reached == ["end"]


async def test_what_the_block_raises_comes_first() -> None:
    async def caller() -> None:
        async with background(forever()):
            await asyncio.sleep(0)
            raise ValueError("the block broke")

    with pytest.raises(ValueError, match="the block broke"):
        await caller()


async def test_a_cancellation_during_the_grace_cancels_the_work() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.set()

    async def caller() -> None:
        async with background(work(), grace=LONG):
            await asyncio.sleep(0)
            began.set()

    running = asyncio.create_task(caller())
    await began.wait()
    running.cancel()
    await asyncio.wait((running,), timeout=1)
    assert running.cancelled()
    await asyncio.wait_for(ended.wait(), 1)


def test_background_work_that_ignores_its_cancellation_holds_nobody_up() -> None:
    async def stubborn() -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(100)
                return

    async def caller() -> float:
        async with background(stubborn(), grace=3):
            pass
        return virtual_time.now()

    assert virtual_time.run(caller()) < 10
