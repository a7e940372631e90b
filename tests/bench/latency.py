"""Latency: a small job from request to end, and what the gateway adds to a call."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median, quantiles

import aiohttp

from bench.small_by_hand import SmallByHand
from support.client import User

SMALL_JOBS = 200
SMALL_CUSTOMERS = 100
CALLS = 1000


@dataclass(frozen=True)
class Percentiles:
    """Milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Percentiles":
        """The percentiles of some durations in seconds."""
        return cls(median(seconds) * 1000, quantiles(seconds, n=100)[98] * 1000)


async def small_jobs(user: User, by_hand: SmallByHand) -> tuple[Percentiles, Percentiles]:
    """Jobs in wait mode, and their customers made by hand, in turn; the first ten are not counted."""
    jobs, hands, made = [], [], []
    for number in range(SMALL_JOBS + 10):
        began = time.perf_counter()
        job = await user.start_job(wait=30, customers=SMALL_CUSTOMERS, seed=number)
        jobs.append(time.perf_counter() - began)
        assert job["state"] == "completed", job
        made.append(job["dataset_id"])
        hands.append(await asyncio.to_thread(by_hand.seconds, SMALL_CUSTOMERS, number))
    for dataset_id in made:
        await user.call("DELETE", f"/api/datasets/{dataset_id}")
    return Percentiles.of(jobs[10:]), Percentiles.of(hands[10:])


async def gateway_overhead(user: User, direct: str, path: str) -> tuple[Percentiles, Percentiles]:
    """The same call through the gateway and straight to its service, in turn."""
    through, straight = [], []
    async with aiohttp.ClientSession(direct) as http:
        behind = User(http, user.name, user.password)
        behind.token = user.token
        for _ in range(CALLS):
            through.append(await _timed(user, path))
            straight.append(await _timed(behind, path))
    return Percentiles.of(through), Percentiles.of(straight)


async def _timed(user: User, path: str) -> float:
    began = time.perf_counter()
    await user.get(path)
    return time.perf_counter() - began
