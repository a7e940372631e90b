"""Publishing: state changes at once, numbers ten times a second, always the newest."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from cartload_contracts.jobs import JobState, JobView
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.kafka import KafkaUnavailable
from support.generator_jobs import JOB, OWNER, job_in


class Desk:
    """A fake outbox and mark, with a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.states: list[JobState] = []
        self.marked: dict[UUID, int] = {}
        self.away = False
        self.error: Exception | None = None
        self.tried, self.noted = asyncio.Event(), asyncio.Event()
        self.publisher = Publisher(self, self.mark, interval=0.1, clock=lambda: self.now)

    async def send(self, messages: Any, traceparents: Any = ()) -> None:
        self.tried.set()
        if self.away:
            raise KafkaUnavailable("away")
        if self.error is not None:
            raise self.error
        self.states += messages

    async def mark(self, versions: Mapping[UUID, int]) -> None:
        self.marked |= versions
        self.noted.set()

    async def offer(self, version: int, state: Any = "running", step: Any = "generate") -> None:
        self.publisher.offer(OWNER, view(version, state, step))
        await self.publisher.publish_due()

    @property
    def versions(self) -> list[int]:
        return [state.job.version for state in self.states]


def view(version: int, state: Any = "running", step: Any = "generate") -> JobView:
    return job_in(state, step, version=version).view()


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_numbers_are_told_ten_times_a_second_and_only_the_newest(desk: Desk) -> None:
    for version in range(1, 50):
        await desk.offer(version)
        desk.now += 0.011
    assert len(desk.versions) in (5, 6)
    assert desk.versions == sorted(set(desk.versions))
    desk.now += 0.1
    await desk.publisher.publish_due()
    assert desk.versions[-1] == 49


async def test_a_change_of_state_or_phase_is_told_at_once(desk: Desk) -> None:
    await desk.offer(1)
    await desk.offer(2, "running", "index")
    await desk.offer(3, "completed", "none")
    assert desk.versions == [1, 2, 3]


async def test_what_is_old_is_told_no_more(desk: Desk) -> None:
    await desk.offer(5)
    desk.now += 1
    await desk.offer(4)
    await desk.offer(5)
    assert desk.versions == [5]


async def test_what_was_told_is_marked_once_a_second_and_at_the_end(desk: Desk) -> None:
    await desk.offer(1)
    assert desk.marked == {}
    desk.now += 1.1
    await desk.publisher.publish_due()
    assert desk.marked == {JOB: 1}
    await desk.offer(2, "completed", "none")
    assert desk.marked == {JOB: 2}


async def test_nothing_is_lost_while_kafka_is_away(desk: Desk) -> None:
    desk.away = True
    desk.publisher.offer(OWNER, view(1))
    with pytest.raises(KafkaUnavailable):
        await desk.publisher.publish_due()
    desk.publisher.offer(OWNER, view(2))
    desk.away = False
    await desk.publisher.publish_due()
    assert desk.versions == [2]


async def test_a_state_that_was_read_before_the_end_is_not_told_after_it(desk: Desk) -> None:
    await desk.offer(8)
    await desk.offer(10, "completed", "none")
    assert desk.marked == {JOB: 10}
    await desk.offer(9)
    assert desk.versions == [8, 10]


async def test_what_was_told_long_ago_is_forgotten_unless_it_is_still_to_be_marked(desk: Desk) -> None:
    other = job_in(id=OWNER, version=1).view()
    await desk.offer(3)
    desk.now += 61
    await desk.offer(3)
    assert desk.versions == [3]
    desk.now += 61
    desk.publisher.offer(OWNER, other)
    await desk.publisher.publish_due()
    desk.now += 1.1
    await desk.publisher.publish_due()
    await desk.offer(3)
    assert desk.versions == [3, 1, 3]


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


async def test_a_state_that_is_offered_wakes_the_publisher(desk: Desk, stop: asyncio.Event) -> None:
    running = asyncio.create_task(desk.publisher.run(stop))
    await asyncio.sleep(0)
    desk.publisher.offer(OWNER, view(1))
    async with asyncio.timeout(2):
        await desk.tried.wait()
        stop.set()
        await running
    assert desk.versions == [1]


async def test_what_was_told_is_marked_though_nothing_more_is_offered(
    desk: Desk, stop: asyncio.Event
) -> None:
    await desk.offer(1)
    desk.now += 0.99
    running = asyncio.create_task(desk.publisher.run(stop))
    await asyncio.sleep(0)
    desk.now += 0.02
    async with asyncio.timeout(2):
        await desk.noted.wait()
        stop.set()
        await running
    assert desk.marked == {JOB: 1}


async def test_what_is_left_at_the_stop_is_told_and_marked_without_waiting(
    desk: Desk, stop: asyncio.Event
) -> None:
    await desk.offer(1)
    desk.publisher.offer(OWNER, view(2))
    stop.set()
    async with asyncio.timeout(2):
        await desk.publisher.run(stop)
    assert (desk.versions, desk.marked) == ([1, 2], {JOB: 2})


async def test_the_stop_does_not_wait_for_a_kafka_that_is_away(desk: Desk, stop: asyncio.Event) -> None:
    desk.away = True
    desk.publisher.offer(OWNER, view(1))
    running = asyncio.create_task(desk.publisher.run(stop))
    await desk.tried.wait()
    stop.set()
    async with asyncio.timeout(0.05):
        await running
    assert (desk.versions, desk.marked) == ([], {})


async def test_the_publisher_goes_on_when_kafka_is_back(desk: Desk, stop: asyncio.Event) -> None:
    desk.away = True
    desk.publisher.offer(OWNER, view(1))
    running = asyncio.create_task(desk.publisher.run(stop))
    await desk.tried.wait()
    desk.away = False
    desk.tried.clear()
    async with asyncio.timeout(2):
        await desk.tried.wait()
        stop.set()
        await running
    assert desk.versions == [1]


async def test_a_fault_that_waiting_does_not_mend_is_raised(desk: Desk, stop: asyncio.Event) -> None:
    desk.error = ValueError("no message at all")
    desk.publisher.offer(OWNER, view(1))
    async with asyncio.timeout(2):
        with pytest.raises(ValueError, match="no message at all"):
            await desk.publisher.run(stop)
