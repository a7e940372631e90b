"""Parts of a role that live and end together."""

import asyncio

import pytest

from cartload_kit.concurrency import run_until_stopped


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
