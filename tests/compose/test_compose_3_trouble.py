"""Parts killed in the middle of a job and started again: the job completes, and its rows are right."""

import asyncio

import pytest

from support.client import User
from support.compose import Stack
from support.equality import engine_hashes

pytestmark = pytest.mark.timeout(900)
CUSTOMERS = 60_000
PARTS = ("generator-worker", "writer-consumer", "mysql", "kafka")


@pytest.mark.parametrize("part", PARTS)
async def test_a_job_survives_the_end_of(stack: Stack, user: User, part: str) -> None:
    started = await user.start_job(name=part, customers=CUSTOMERS, seed=5)
    job = await user.job_when(started["id"], lambda job: job["chunks_done"] >= 1, seconds=120)
    await asyncio.to_thread(stack.compose, "kill", part)
    assert stack.container(part)["State"]["Status"] == "exited"
    await asyncio.sleep(2)  # long enough away for the others to notice
    await asyncio.to_thread(stack.compose, "start", part)
    assert job["state"] == "running", "it ended before anything was killed"
    job = await finished(user, started["id"])
    assert job["state"] == "completed", job
    dataset = await user.get(f"/api/datasets/{job['dataset_id']}")
    totals = await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])
    assert dataset["hashes"] == {table: total.hex for table, total in totals.items()}
    stack.wait_healthy()


async def finished(user: User, job_id: str) -> dict[str, object]:
    """The ended job; answers of 503 meanwhile are what a client has to bear."""
    async with asyncio.timeout(600):
        while True:
            answer = await user.call("GET", f"/api/jobs/{job_id}")
            if answer.status == 200 and answer.body["state"] in ("completed", "failed", "cancelled"):
                job: dict[str, object] = answer.body
                return job
            assert answer.status in (200, 502, 503, 504), answer
            await asyncio.sleep(0.5)
