"""How tasks are scheduled, renewed, given back and given up, with a queue in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

import pymysql
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_writer.errors import PermanentFailure, RetryLater
from cartload_writer.repository.task_queue import Task
from cartload_writer.tasks.workers import (
    LONGEST_WAIT,
    LONGEST_WAIT_AFTER_FAILURE,
    MOST_ATTEMPTS,
    MOST_FAILURES,
    Run,
    Workers,
)

SECONDS = 5.0


def task(kind: str = "seal", *, attempts: int = 0, failures: int = 0) -> Task:
    return Task(1, uuid4(), kind, {"job_id": "j"}, None, attempts, failures)


def away() -> OperationalError:
    """What SQLAlchemy raises while MySQL does not answer."""
    return OperationalError("UPDATE", None, pymysql.OperationalError(2003, "cannot connect"))


class InMemory:
    """Tasks that are claimed in order; keeps what is said of each."""

    def __init__(self, *tasks: Task) -> None:
        self.tasks = list(tasks)
        self.finished: list[str | None] = []
        self.postponed: list[tuple[timedelta, str, bool]] = []
        self.failing: list[Exception] = []
        """Raised by the next calls, one each, that write an outcome."""
        self.claims: list[Exception] = []
        """Raised by the next claims, one each."""
        self.looked = asyncio.Event()
        self.told = asyncio.Event()
        self.leased = True
        self.renewed = asyncio.Event()

    async def claim(self) -> Task | None:
        if self.claims:
            raise self.claims.pop()
        if self.tasks:
            return self.tasks.pop(0)
        self.looked.set()
        return None

    async def renew(self, task: Task) -> bool:
        self.renewed.set()
        return self.leased

    async def finish(self, task: Task, error: str | None = None) -> bool:
        self._write()
        self.finished.append(error)
        return True

    async def postpone(self, task: Task, wait: timedelta, error: str, *, failed: bool = False) -> bool:
        self._write()
        self.postponed.append((wait, error, failed))
        return True

    def _write(self) -> None:
        if self.failing:
            raise self.failing.pop()
        self.told.set()


class Told:
    """Keeps why jobs were refused; fails with `losing` first."""

    def __init__(self, *losing: Exception) -> None:
        self.reasons: list[str] = []
        self.losing = list(losing)

    async def refuse(self, task: Task, reason: str) -> None:
        if self.losing:
            raise self.losing.pop()
        self.reasons.append(reason)


def raising(error: BaseException) -> Run:
    async def run(task: Task) -> None:
        raise error

    return run


async def nothing(task: Task) -> None:
    """Succeed."""


def workers(
    queue: InMemory,
    run: Run,
    told: Told | None = None,
    *,
    at_once: int = 4,
    poll_seconds: float = 60,
    renew_seconds: float = 60,
) -> Workers:
    runs = {"seal": run, "delete": run}
    return Workers(queue, runs, (told or Told()).refuse, at_once, poll_seconds, renew_seconds)


@asynccontextmanager
async def working(made: Workers) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(made.run(stop))
    try:
        async with asyncio.timeout(SECONDS):
            yield
    finally:
        stop.set()
        await asyncio.wait_for(running, SECONDS)


async def outcome(queue: InMemory, run: Run, told: Told | None = None) -> None:
    """Let the queue's tasks run until something is written of one."""
    async with working(workers(queue, run, told)):
        await queue.told.wait()


async def test_a_task_is_run_and_closed() -> None:
    seen: list[Task] = []

    async def run(task: Task) -> None:
        seen.append(task)

    queue = InMemory(wanted := task())
    await outcome(queue, run)
    assert (seen, queue.finished, queue.postponed) == ([wanted], [None], [])


async def test_no_more_tasks_run_than_there_are_slots_and_a_free_slot_is_used_at_once() -> None:
    running, most, release, both = 0, 0, asyncio.Event(), asyncio.Event()

    async def run(task: Task) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            both.set()
        await release.wait()
        running -= 1

    queue = InMemory(*(task() for _ in range(5)))
    async with working(workers(queue, run, at_once=2)):
        await both.wait()
        assert len(queue.tasks) == 3
        release.set()
        await queue.looked.wait()
    assert most == 2
    assert queue.finished == [None] * 5


async def test_a_new_task_is_run_at_once() -> None:
    """Not at the next look, which is a minute away."""
    queue = InMemory()
    made = workers(queue, nothing)
    async with working(made):
        await queue.looked.wait()
        queue.tasks.append(task())
        made.wake()
        await queue.told.wait()


async def test_tasks_that_nobody_announced_are_found() -> None:
    queue = InMemory()
    async with working(workers(queue, nothing, poll_seconds=0.01)):
        await queue.looked.wait()
        queue.tasks.append(task())
        await queue.told.wait()


async def test_a_database_that_is_away_while_claiming_ends_nothing() -> None:
    queue = InMemory(task())
    queue.claims = [away(), ConnectionResetError()]
    async with working(workers(queue, nothing, poll_seconds=0.01)):
        await queue.told.wait()
    assert queue.finished == [None]


async def test_what_cannot_be_done_is_told_to_the_job_and_closed() -> None:
    queue, told = InMemory(task()), Told()
    await outcome(queue, raising(PermanentFailure("there is no such dataset")), told)
    assert told.reasons == queue.finished == ["there is no such dataset"]


async def test_a_job_that_could_not_be_told_is_told_later() -> None:
    """Closed without a word, the task would leave its job waiting for ever."""
    queue, told = InMemory(task()), Told(KafkaUnavailable("away"))
    await outcome(queue, raising(PermanentFailure("no")), told)
    assert queue.finished == []
    ((_, _, failed),) = queue.postponed
    assert not failed


@pytest.mark.parametrize(
    ("error", "failed"), [(RetryLater("somebody reads it"), False), (RuntimeError("a mistake"), True)]
)
async def test_what_did_not_work_is_given_back_with_the_reason(error: Exception, failed: bool) -> None:
    queue, told = InMemory(task()), Told()
    await outcome(queue, raising(error), told)
    ((_, reason, counted),) = queue.postponed
    assert counted is failed
    assert "a mistake" not in reason
    assert told.reasons == queue.finished == []


async def rest(error: Exception, attempts: int = 0, failures: int = 0) -> timedelta:
    queue = InMemory(task("delete", attempts=attempts, failures=failures))
    await outcome(queue, raising(error))
    return queue.postponed[0][0]


@pytest.mark.parametrize(
    ("error", "longest"),
    [(RetryLater("wait"), LONGEST_WAIT), (RuntimeError(), LONGEST_WAIT_AFTER_FAILURE)],
)
async def test_each_rest_is_longer_than_the_one_before_up_to_a_bound(
    error: Exception, longest: timedelta
) -> None:
    rests = [await rest(error, times, times) for times in (0, 1, 2, 3, 4)]
    assert rests == [rests[0] * 2**times for times in range(5)]
    assert [await rest(error, times, times) for times in (15, 5_000)] == [longest] * 2


async def test_a_rest_after_waiting_does_not_grow_with_failures() -> None:
    first = await rest(RetryLater("wait"))
    assert await rest(RetryLater("wait"), failures=9) == first
    assert await rest(RuntimeError(), attempts=9) == await rest(RuntimeError())


@pytest.mark.parametrize(
    ("error", "attempts", "failures", "times"),
    [
        (RuntimeError(), 50, MOST_FAILURES - 1, MOST_FAILURES),
        (RetryLater("locked"), MOST_ATTEMPTS - 1, 1, MOST_ATTEMPTS),
    ],
)
async def test_the_last_run_gives_up_and_says_how_often(
    error: Exception, attempts: int, failures: int, times: int
) -> None:
    queue, told = InMemory(task(attempts=attempts, failures=failures)), Told()
    await outcome(queue, raising(error), told)
    assert f"failed {times} times" in told.reasons[0]
    assert queue.postponed == []
    before = InMemory(task(attempts=attempts - 1, failures=failures - 1))
    await outcome(before, raising(error))
    assert len(before.postponed) == 1


async def test_a_deletion_is_never_given_up() -> None:
    queue, told = InMemory(task("delete", failures=500, attempts=5_000)), Told()
    await outcome(queue, raising(RuntimeError()), told)
    assert len(queue.postponed) == 1
    assert told.reasons == []


async def test_an_outcome_that_could_not_be_kept_gives_the_task_back() -> None:
    queue = InMemory(task())
    queue.failing = [away()]
    await outcome(queue, nothing)
    ((_, _, failed),) = queue.postponed
    assert not failed


async def hanging(until: Callable[[], None]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        until()


async def test_a_run_ends_when_its_lease_has_passed_to_another() -> None:
    """Two runs of one task at a time: a late prepare would make again what a deletion has removed."""
    queue, begun, ended = InMemory(task()), asyncio.Event(), asyncio.Event()

    async def run(task: Task) -> None:
        begun.set()
        await hanging(ended.set)

    async with working(workers(queue, run, renew_seconds=0.01)):
        await begun.wait()
        queue.leased = False
        await ended.wait()
    assert (queue.finished, queue.postponed) == ([], [])


async def test_a_lease_is_renewed_as_long_as_the_run_lasts() -> None:
    queue, release = InMemory(task()), asyncio.Event()

    async def run(task: Task) -> None:
        await release.wait()

    async with working(workers(queue, run, renew_seconds=0.001)):
        for _ in range(3):
            queue.renewed.clear()
            await queue.renewed.wait()
        release.set()
        await queue.told.wait()
    assert queue.finished == [None]


async def test_who_is_stopped_finishes_what_runs_and_begins_nothing() -> None:
    queue, begun, release = InMemory(task(), task()), asyncio.Event(), asyncio.Event()

    async def run(task: Task) -> None:
        begun.set()
        await release.wait()

    stop = asyncio.Event()
    running = asyncio.create_task(workers(queue, run, at_once=1).run(stop))
    await asyncio.wait_for(begun.wait(), SECONDS)
    stop.set()
    release.set()
    await asyncio.wait_for(running, SECONDS)
    assert queue.finished == [None]
    assert len(queue.tasks) == 1


async def test_who_is_cancelled_ends_its_runs_and_leaves_their_leases() -> None:
    queue, begun, ended = InMemory(task()), asyncio.Event(), asyncio.Event()

    async def run(task: Task) -> None:
        begun.set()
        await hanging(ended.set)

    running = asyncio.create_task(workers(queue, run).run(asyncio.Event()))
    await asyncio.wait_for(begun.wait(), SECONDS)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert ended.is_set()
    assert (queue.finished, queue.postponed) == ([], [])


async def test_runs_are_counted_by_kind_and_outcome() -> None:
    def counted(name: str) -> float:
        found = REGISTRY.get_sample_value("cartload_writer_tasks_total", {"kind": "seal", "outcome": name})
        return found or 0.0

    before = {name: counted(name) for name in ("done", "refused", "retried", "failed")}
    await outcome(InMemory(task()), nothing)
    await outcome(InMemory(task()), raising(PermanentFailure("no")))
    await outcome(InMemory(task()), raising(RetryLater("wait")))
    await outcome(InMemory(task(failures=MOST_FAILURES)), raising(RuntimeError()))
    assert {name: counted(name) - count for name, count in before.items()} == dict.fromkeys(before, 1.0)
