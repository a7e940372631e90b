"""What waits for one connection."""

import asyncio
from time import perf_counter

import pytest

from cartload_notifier.mailbox import Mailbox
from cartload_notifier.refusal import Reason, Refusal
from cartload_notifier.update import Update


def update(version: int, job: str = "job", *, ended: bool = False) -> Update:
    return Update(job, version, ended, f"{job} {version}")


def test_an_empty_one_gives_nothing() -> None:
    mailbox = Mailbox()
    assert mailbox.take(0.0) is None
    assert mailbox.next_at() is None


def test_only_the_newest_state_of_a_job_waits() -> None:
    mailbox = Mailbox()
    for version in (1, 3, 2):
        mailbox.put(update(version))
    assert mailbox.take(0.0) == update(3)
    assert mailbox.take(9.0) is None


def test_a_state_that_was_given_or_is_older_does_not_come_again() -> None:
    mailbox = Mailbox()
    mailbox.put(update(3, ended=True))
    assert mailbox.take(0.0) == update(3, ended=True)
    for version in (3, 2, 1):
        mailbox.put(update(version))
    assert mailbox.take(9.0) is None


def test_ten_a_second_of_one_job_and_the_last_one_always() -> None:
    mailbox = Mailbox()
    given = []
    for millisecond in range(1000):
        mailbox.put(update(millisecond))
        if (taken := mailbox.take(millisecond / 1000)) is not None:
            given.append(taken.version)
    assert 9 <= len(given) <= 11
    assert given == sorted(given)
    assert mailbox.next_at() is not None
    assert mailbox.take(2.0) == update(999)


def test_jobs_do_not_wait_for_each_other() -> None:
    mailbox = Mailbox()
    mailbox.put(update(1, "a"))
    assert mailbox.take(0.0) == update(1, "a")
    mailbox.put(update(2, "a"))
    mailbox.put(update(1, "b"))
    assert mailbox.take(0.01) == update(1, "b")
    assert mailbox.take(0.01) is None
    assert mailbox.next_at() == pytest.approx(0.1)
    assert mailbox.take(0.1) == update(2, "a")


def test_too_many_jobs_end_the_connection() -> None:
    mailbox = Mailbox(limit=3)
    for number in range(3):
        mailbox.put(update(1, f"job {number}"))
    mailbox.put(update(2, "job 0"))
    assert mailbox.end is None
    mailbox.put(update(1, "one more"))
    assert mailbox.end is not None
    assert mailbox.end.reason is Reason.TRY_AGAIN


def test_what_is_remembered_is_bounded() -> None:
    mailbox = Mailbox(limit=3)
    for number in range(10_000):
        mailbox.put(update(1, f"job {number}"))
        mailbox.take(float(number))
    assert len(mailbox._known) <= 1000


def test_the_first_reason_to_end_stays() -> None:
    mailbox = Mailbox()
    mailbox.give_up(Refusal(Reason.GOING_AWAY, "first"))
    mailbox.give_up(Refusal(Reason.TRY_AGAIN, "second"))
    mailbox.put(update(1))
    assert mailbox.take(0.0) is None
    assert mailbox.end is not None
    assert mailbox.end.text == "first"


async def test_a_wait_ends_when_something_comes() -> None:
    mailbox = Mailbox()
    waiting = asyncio.create_task(mailbox.wait(30))
    await asyncio.sleep(0)
    mailbox.put(update(1))
    async with asyncio.timeout(5):
        await waiting


async def test_what_came_before_a_wait_ends_it_too() -> None:
    mailbox = Mailbox()
    mailbox.wake()
    async with asyncio.timeout(5):
        await mailbox.wait(30)


async def test_a_wait_ends_by_itself() -> None:
    began = perf_counter()
    await Mailbox().wait(0.02)
    await Mailbox().wait(-1)
    assert perf_counter() - began < 5
