"""Waiting for the end of a job, and how long a client may ask to wait."""

import asyncio

import pytest

from cartload_contracts.jobs import JobView
from cartload_generator.api.jobs.routes import wait_seconds
from cartload_generator.tasks.job_waiters import LOOK_SECONDS, JobWaiters
from support.generator_jobs import OWNER, job_in

RUNNING, DONE = job_in().view(), job_in("completed", "none").view()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        (["wait=10"], 10),
        (["Wait = 7"], 7),
        (['wait="5"'], 5),
        (["respond-async, wait=3"], 3),
        (["respond-async", "wait=3"], 3),
        (["wait=2; foo=bar"], 2),
        (["wait=4, wait=9"], 4),
        (["wait=0"], 0),
        (["wait=100000"], 60),
        (["wait=-1"], None),
        (["wait=soon"], None),
        (["wait"], None),
        (["wait=1.5"], None),
        (["return=minimal"], None),
        (["wait=99999999999999999999"], None),
    ],
)
def test_the_wait_that_is_preferred(headers: list[str], seconds: int | None) -> None:
    assert wait_seconds(headers, 60) == seconds


class Jobs:
    """A job that a test changes, and how often it was read."""

    def __init__(self) -> None:
        self.job: JobView = RUNNING
        self.error: Exception | None = None
        self.looks = 0

    async def look(self) -> JobView:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return self.job


async def test_who_waits_is_woken_when_the_job_ends() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    waiting = asyncio.create_task(watch.until_ended(RUNNING, jobs.look, 30))
    await asyncio.sleep(0)
    watch.changed(RUNNING)
    watch.changed(DONE)
    async with asyncio.timeout(0.5):
        assert await waiting == DONE
    assert jobs.looks == 0


async def test_a_job_that_has_ended_is_not_waited_for() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    assert await watch.until_ended(DONE, jobs.look, 30) == DONE


async def test_what_another_replica_did_is_seen_by_looking() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    jobs.job = DONE
    async with asyncio.timeout(2 * LOOK_SECONDS):
        assert await watch.until_ended(RUNNING, jobs.look, 30) == DONE


async def test_the_wait_ends_in_time_with_the_job_as_it_is() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    assert await watch.until_ended(RUNNING, jobs.look, 0.02) == RUNNING
    assert await watch.until_ended(RUNNING, jobs.look, 0) == RUNNING


async def test_the_end_of_the_process_ends_every_wait() -> None:
    stopping, jobs = asyncio.Event(), Jobs()
    waiting = asyncio.create_task(JobWaiters(stopping).until_ended(RUNNING, jobs.look, 30))
    await asyncio.sleep(0)
    stopping.set()
    async with asyncio.timeout(0.5):
        assert await waiting == RUNNING


async def test_a_database_that_is_away_does_not_take_back_that_a_job_was_accepted() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    jobs.error = ConnectionError("away")
    assert await watch.until_ended(RUNNING, jobs.look, 0.02) == RUNNING
    assert jobs.looks == 1


async def test_a_fault_in_reading_the_job_is_told() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    jobs.error = ValueError("no job at all")
    with pytest.raises(ValueError, match="no job at all"):
        await watch.until_ended(RUNNING, jobs.look, 0.02)


async def test_everybody_who_waits_for_a_job_is_woken_and_nobody_else() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    other = job_in(id=OWNER).view()
    both = [asyncio.create_task(watch.until_ended(RUNNING, jobs.look, 30)) for _ in range(2)]
    alone = asyncio.create_task(watch.until_ended(other, jobs.look, 30))
    await asyncio.sleep(0)
    watch.changed(DONE)
    async with asyncio.timeout(0.5):
        assert await asyncio.gather(*both) == [DONE, DONE]
    assert not alone.done()
    alone.cancel()
    await asyncio.gather(alone, return_exceptions=True)


async def test_who_waits_no_longer_keeps_nobody_else_from_being_woken() -> None:
    watch, jobs = JobWaiters(asyncio.Event()), Jobs()
    given_up = asyncio.create_task(watch.until_ended(RUNNING, jobs.look, 30))
    waiting = asyncio.create_task(watch.until_ended(RUNNING, jobs.look, 30))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    watch.changed(DONE)
    async with asyncio.timeout(0.5):
        assert await waiting == DONE
