"""What waits for one connection."""

import asyncio
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.send_queue import INTERVAL, SendQueue
from cartload_notifier.domain.update import Update


def update(version: int, job: str = "job") -> Update:
    return Update(job, version, f"{job} {version}")


def test_an_empty_one_gives_nothing() -> None:
    queue = SendQueue()
    assert queue.take(0.0) is None
    assert queue.next_at() is None


def test_only_the_newest_state_of_a_job_waits() -> None:
    queue = SendQueue()
    for version in (1, 3, 2):
        queue.put(update(version))
    assert queue.take(0.0) == update(3)
    assert queue.take(9.0) is None


def test_a_state_that_was_given_or_is_older_does_not_come_again() -> None:
    queue = SendQueue()
    queue.put(update(3))
    assert queue.take(0.0) == update(3)
    for version in (3, 2, 1):
        queue.put(update(version))
    assert queue.take(9.0) is None


def test_ten_a_second_of_one_job_and_the_last_one_always() -> None:
    queue = SendQueue()
    given = []
    for millisecond in range(1000):
        queue.put(update(millisecond))
        if (taken := queue.take(millisecond / 1000)) is not None:
            given.append(taken.version)
    assert 9 <= len(given) <= 11
    assert given == sorted(given)
    assert queue.next_at() is not None
    assert queue.take(2.0) == update(999)


def test_jobs_do_not_wait_for_each_other() -> None:
    queue = SendQueue()
    queue.put(update(1, "a"))
    assert queue.take(0.0) == update(1, "a")
    queue.put(update(2, "a"))
    queue.put(update(1, "b"))
    assert queue.take(0.01) == update(1, "b")
    assert queue.take(0.01) is None
    assert queue.next_at() == pytest.approx(0.1)
    assert queue.take(0.1) == update(2, "a")


def test_too_many_jobs_end_the_connection() -> None:
    queue = SendQueue(limit=3)
    for number in range(3):
        queue.put(update(1, f"job {number}"))
    queue.put(update(2, "job 0"))
    assert queue.end is None
    queue.put(update(1, "one more"))
    assert queue.end is not None
    assert queue.end.code is CloseCode.TRY_AGAIN


def test_what_is_remembered_is_bounded() -> None:
    queue = SendQueue(limit=3)
    for number in range(10_000):
        queue.put(update(1, f"job {number}"))
        queue.take(float(number))
    assert len(queue._known) <= 1000


def test_a_job_that_waits_is_never_forgotten() -> None:
    queue = SendQueue(limit=3)
    queue.put(update(1, "slow"))
    assert queue.take(0.0) == update(1, "slow")
    queue.put(update(2, "slow"))
    for number in range(2000):
        queue.put(update(1, f"job {number}"))
        assert queue.take(0.05) == update(1, f"job {number}")
    assert queue.take(0.1) == update(2, "slow")
    queue.put(update(2, "slow"))
    assert queue.take(9.0) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.integers(0, 150)), max_size=40))
def test_every_job_ends_with_its_newest_state_and_never_goes_back(steps: list[tuple[str, int, int]]) -> None:
    queue, now = SendQueue(), 0.0
    given_out: dict[str, list[tuple[float, int]]] = {}

    def take() -> None:
        while (found := queue.take(now)) is not None:
            given_out.setdefault(found.id, []).append((now, found.version))

    for job, version, milliseconds in steps:
        queue.put(update(version, job))
        now += milliseconds / 1000
        take()
    while (due := queue.next_at()) is not None:
        now = max(now, due)
        take()
    for job, sent in given_out.items():
        versions = [version for _, version in sent]
        assert versions == sorted(set(versions))
        assert versions[-1] == max(version for other, version, _ in steps if other == job)
        gaps = [later - sooner for (sooner, _), (later, _) in pairwise(sent)]
        assert all(gap > INTERVAL - 1e-9 for gap in gaps)
    assert given_out.keys() == {job for job, _, _ in steps}


def test_the_first_reason_to_end_stays() -> None:
    queue = SendQueue()
    queue.give_up(Closed(CloseCode.GOING_AWAY, "first"))
    queue.give_up(Closed(CloseCode.TRY_AGAIN, "second"))
    queue.put(update(1))
    assert queue.take(0.0) is None
    assert queue.end is not None
    assert queue.end.text == "first"


async def test_a_wait_ends_when_something_comes() -> None:
    queue = SendQueue()
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)
    queue.put(update(1))
    async with asyncio.timeout(5):
        await waiting


async def test_what_came_before_a_wait_ends_it_too() -> None:
    queue = SendQueue()
    queue.wake()
    async with asyncio.timeout(5):
        await queue.wait(30)


async def test_a_wait_ends_by_itself() -> None:
    began = perf_counter()
    await SendQueue().wait(0.02)
    await SendQueue().wait(-1)
    assert perf_counter() - began < 5
