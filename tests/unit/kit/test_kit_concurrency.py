"""Waiting for one of several things, and tasks that live and end together."""

import asyncio

import pytest

from cartload_kit.concurrency import run_until_first_ends, run_until_stopped, wait_for_any


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_stop_waits_for_the_work_and_ends_the_watch() -> None:
    stop, done = asyncio.Event(), list[str]()

    async def work() -> None:
        await stop.wait()
        await asyncio.sleep(0)
        done.append("work")

    running = asyncio.create_task(run_until_stopped(stop, work(), work(), forever()))
    await asyncio.sleep(0)
    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 1)
    assert done == ["work", "work"]


async def test_a_single_work_is_cancelled_by_the_stop() -> None:
    stop, work = asyncio.Event(), asyncio.create_task(forever())
    stop.set()
    await asyncio.wait_for(run_until_stopped(stop, work), 1)
    assert work.cancelled()


async def test_one_that_fails_ends_the_others_and_is_told() -> None:
    ended = list[str]()

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append("work")

    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(run_until_stopped(asyncio.Event(), work(), fail(), forever()), 1)
    assert ended == ["work"]


async def test_one_that_returns_early_ends_the_others() -> None:
    async def over() -> None:
        await asyncio.sleep(0)

    await asyncio.wait_for(run_until_stopped(asyncio.Event(), over(), forever(), forever()), 1)


async def test_a_failure_while_stopping_is_told() -> None:
    stop = asyncio.Event()

    async def fail() -> None:
        await stop.wait()
        raise RuntimeError("while stopping")

    stop.set()
    with pytest.raises(RuntimeError, match="while stopping"):
        await asyncio.wait_for(run_until_stopped(stop, fail(), forever()), 1)


async def test_waiting_for_any_event_ends_with_the_first() -> None:
    one, other = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(wait_for_any(one, other))
    await asyncio.sleep(0)
    assert not waiting.done()
    other.set()
    assert await asyncio.wait_for(waiting, 1)
    assert await wait_for_any(one, other, timeout=0)


async def test_waiting_for_any_event_is_bounded_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    assert not await wait_for_any(asyncio.Event(), asyncio.Event(), timeout=0.001)
    assert asyncio.all_tasks() == before


async def test_the_first_that_ends_ends_the_others() -> None:
    ended = list[str]()

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append("work")

    async def over() -> None:
        await asyncio.sleep(0)

    await asyncio.wait_for(run_until_first_ends(work(), over()), 1)
    assert ended == ["work"]


async def test_the_first_that_fails_is_told_though_another_fails_on_its_way_out() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("first")

    async def fail_later() -> None:
        try:
            await forever()
        finally:
            raise RuntimeError("second")

    with pytest.raises(RuntimeError, match="first"):
        await asyncio.wait_for(run_until_first_ends(fail_later(), fail()), 1)


async def test_a_cancelled_caller_cancels_the_works() -> None:
    works = [asyncio.create_task(forever()) for _ in range(2)]
    running = asyncio.create_task(run_until_first_ends(*works))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all(work.cancelled() for work in works)
