"""A large job from request to `completed`, against the fastest way by hand to the same final state."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.by_hand import Prepared, load_by_hand, wait_until_dropped
from bench.stages import Reading
from cartload_dev.system_client import SystemClient
from support.client import User

CUSTOMERS = 100_000
ROUNDS = 3


@dataclass(frozen=True)
class Comparison:
    """Seconds of each round, and the rows of one."""

    rows: int
    ours: list[float]
    by_hand: list[float]
    spent: Reading
    """Where the time of the last round's job went."""

    @property
    def ratio(self) -> float:
        """Our speed in units of the speed by hand: the median over the rounds."""
        return median(hand / own for own, hand in zip(self.ours, self.by_hand, strict=True))

    def rate(self, seconds: list[float]) -> float:
        """Rows a second in the median round."""
        return self.rows / median(seconds)


async def compare(user: User, system: SystemClient, prepared: Prepared) -> Comparison:
    """Both ways in turn, three times, on the same server; each dataset is deleted before the next."""
    ours, by_hand = [], []
    for round_number in range(ROUNDS):
        before = await asyncio.to_thread(Reading.of, system)
        seconds, job = await _by_job(user, round_number)
        spent = before.until(await asyncio.to_thread(Reading.of, system))
        await delete(user, prepared.server, job["dataset_id"])
        ours.append(seconds)
        by_hand.append(await asyncio.to_thread(load_by_hand, prepared))
    return Comparison(job["rows_done"], ours, by_hand, spent)


async def _by_job(user: User, seed: int) -> tuple[float, dict[str, Any]]:
    began = time.perf_counter()
    job = await user.start_job(wait=60, customers=CUSTOMERS, seed=seed)
    job = await user.finish_job(job["id"], seconds=300)
    seconds = time.perf_counter() - began
    assert job["state"] == "completed", job
    return seconds, job


async def delete(user: User, server: str, dataset_id: str) -> None:
    """Delete a dataset and wait until its database is gone, so that what comes next has the server alone."""
    dataset = f"/api/datasets/{dataset_id}"
    database = (await user.get(f"{dataset}/connection"))["database"]
    await user.call("DELETE", dataset)
    await asyncio.to_thread(wait_until_dropped, server, database)
