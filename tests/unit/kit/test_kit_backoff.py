"""How long is waited between attempts."""

import asyncio

import pytest
from tenacity import AsyncRetrying, stop_after_attempt

from cartload_kit.backoff import Backoff


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.1), (2, 0.2), (4, 0.8), (7, 5.0), (5000, 5.0)])
def test_waits_double_up_to_a_limit_and_differ_by_a_quarter(attempt: int, longest: float) -> None:
    waits = {Backoff(0.1, 5.0).seconds(attempt) for _ in range(50)}
    assert all(longest * 0.75 <= wait <= longest for wait in waits)
    assert len(waits) > 40


async def test_tenacity_waits_by_it() -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def fail() -> None:
        raise RuntimeError("again")

    retrying = AsyncRetrying(wait=Backoff(1, 3), stop=stop_after_attempt(4), sleep=sleep, reraise=True)
    with pytest.raises(RuntimeError):
        await retrying(fail)
    for seconds, longest in zip(slept, (1, 2, 3), strict=True):
        assert longest * 0.75 <= seconds <= longest


async def test_a_stop_ends_the_wait() -> None:
    stop = asyncio.Event()
    waiting = asyncio.create_task(Backoff(60, 60).wait(1, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(waiting, 1)
