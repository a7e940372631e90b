"""Tasks: persisted before the offset is committed, run by whoever is there, answered until that is safe."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pymysql
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from cartload_contracts.messages import Deleted, Failed, Prepared, Sealed
from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_writer.consumers.command_consumer import CommandConsumer
from cartload_writer.errors import RetryLater
from cartload_writer.repository.task_queue import LEASE, Task, TaskQueue
from cartload_writer.settings import TasksSettings
from cartload_writer.tasks import commands
from cartload_writer.tasks.bootstrap import task_workers
from cartload_writer.tasks.housekeeping import Housekeeping
from cartload_writer.tasks.workers import MOST_FAILURES, Run, Workers
from support.writer_service import Load, Place, Writer, address, command_record, root

WAITING_FOR_TABLE = "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE '%metadata lock%'"


@pytest.fixture(autouse=True)
def no_tasks(writer: Writer, place: Place) -> None:
    """Whoever runs tasks runs those of every test."""
    with root(place.admin) as cursor:
        cursor.execute(f"DELETE FROM {place.name}.tasks")


def now() -> datetime:
    return datetime.now(UTC)


def queue_of(writer: Writer, owner: str = "one", clock: Callable[[], datetime] = now) -> TaskQueue:
    """All tasks of a writer, for one process."""
    return TaskQueue(writer.context.meta, owner, commands.KINDS, clock)


def runner_of(
    writer: Writer,
    owner: str = "one",
    *,
    runs: Mapping[str, Run] | None = None,
    clock: Callable[[], datetime] = now,
) -> Workers:
    """A runner of all tasks of a writer."""
    refuse = partial(commands.refuse, writer.context)
    return Workers(queue_of(writer, owner, clock), runs or commands.runs(writer.context), refuse)


@asynccontextmanager
async def working(runner: Workers) -> AsyncIterator[None]:
    """The runner at work."""
    stop = asyncio.Event()
    work = asyncio.create_task(runner.run(stop))
    try:
        yield
    finally:
        stop.set()
        runner.wake()
        await work


def intake_of(writer: Writer, runner: Workers | None = None) -> CommandConsumer:
    return CommandConsumer(writer.context.meta, writer.told, runner.wake if runner else lambda: None, now)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 tables have no events
            await asyncio.sleep(0.01)


def task(writer: Writer, load: Load, kind: str = "prepare") -> Any:
    """State, attempts, error and lease of a task."""
    rows = writer.query(
        "SELECT state, attempts, error, lease_owner FROM tasks WHERE dataset_id = %s AND kind = %s",
        str(load.dataset_id),
        kind,
    )
    return rows[0] if rows else None


async def test_a_command_is_kept_run_and_answered(writer: Writer) -> None:
    load, runner = Load.of(customers=10), runner_of(writer)
    async with working(runner):
        await intake_of(writer, runner)(command_record(load.prepare()))
        assert task(writer, load) is not None
        await until(lambda: writer.told.of(Prepared))
        await writer.store(load)
        await intake_of(writer, runner)(command_record(load.seal()))
        await until(lambda: writer.told.of(Sealed))
        await intake_of(writer, runner)(command_record(load.delete()))
        await until(lambda: writer.told.of(Deleted))
        await until(lambda: task(writer, load, "delete")[0] == "done")


async def test_a_command_delivered_again_is_answered_again(writer: Writer) -> None:
    load, runner = Load.of(customers=10), runner_of(writer)
    async with working(runner):
        for _ in range(2):
            writer.told.results.clear()
            await intake_of(writer, runner)(command_record(load.prepare()))
            await until(lambda: writer.told.of(Prepared))
            await until(lambda: task(writer, load)[0] == "done")
    assert len(writer.query("SELECT 1 FROM tasks WHERE dataset_id = %s", str(load.dataset_id))) == 1


def finish(writer: Writer, load: Load, kind: str) -> None:
    writer.query(
        "UPDATE tasks SET state = 'done' WHERE dataset_id = %s AND kind = %s", str(load.dataset_id), kind
    )


async def test_a_roll_back_is_not_run_again_when_more_was_appended_since(writer: Writer) -> None:
    """Kafka delivers it again: once more run, it would remove the rows of the next append."""
    load = Load.of(customers=10)
    rolled_back, next_append = load.discard(), load.prepare(kind="append")
    await intake_of(writer)(command_record(rolled_back))
    finish(writer, load, "discard")
    await intake_of(writer)(command_record(rolled_back))
    assert task(writer, load, "discard")[0] == "open", "its answer may be lost"
    finish(writer, load, "discard")
    await intake_of(writer)(command_record(next_append))
    await intake_of(writer)(command_record(rolled_back))
    assert task(writer, load, "discard")[0] == "done"


async def test_a_deletion_is_answered_again_whatever_came_after_it(writer: Writer) -> None:
    load = Load.of(customers=10)
    await intake_of(writer)(command_record(load.delete()))
    finish(writer, load, "delete")
    await intake_of(writer)(command_record(load.prepare()))
    await intake_of(writer)(command_record(load.delete()))
    assert task(writer, load, "delete")[0] == "open"


async def test_a_task_of_a_process_that_died_is_taken_over(writer: Writer) -> None:
    load, begun = Load.of(customers=10), asyncio.Event()

    async def hang(task: Task) -> None:
        begun.set()
        await asyncio.Event().wait()

    await intake_of(writer)(command_record(load.prepare()))
    dying = asyncio.create_task(
        runner_of(writer, runs=dict.fromkeys(commands.KINDS, hang)).run(asyncio.Event())
    )
    await asyncio.wait_for(begun.wait(), 60)
    dying.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await dying
    assert task(writer, load)[3].startswith("one")
    assert await queue_of(writer, "two", clock=lambda: now() + LEASE / 2).claim() is None
    async with working(runner_of(writer, "three", clock=lambda: now() + LEASE + timedelta(seconds=1))):
        await until(lambda: writer.told.of(Prepared))


async def test_a_lost_lease_writes_nothing_about_the_task(writer: Writer) -> None:
    """A process that was stopped wakes up: what it then says would free the task under who works on it."""
    load = Load.of(customers=10)
    await intake_of(writer)(command_record(load.prepare()))
    slow = queue_of(writer)
    lost = await slow.claim()
    other = queue_of(writer, "two", clock=lambda: now() + LEASE + timedelta(seconds=1))
    held = await other.claim()
    assert lost is not None
    assert held is not None
    assert not await slow.renew(lost)
    assert not await slow.postpone(lost, timedelta(), "late")
    assert not await slow.finish(lost)
    state, attempts, _, lease = task(writer, load)
    assert (state, attempts, lease) == ("open", 0, held.lease)
    assert await other.renew(held)
    assert await other.finish(held)
    assert task(writer, load)[0] == "done"


async def test_two_runs_of_one_process_have_leases_of_their_own(writer: Writer) -> None:
    """Its first run stalled until the lease ran out, and the same process claimed the task again."""
    load, ahead = Load.of(customers=10), [timedelta()]
    await intake_of(writer)(command_record(load.prepare()))
    queue = queue_of(writer, clock=lambda: now() + ahead[0])
    first = await queue.claim()
    ahead[0] = LEASE + timedelta(seconds=1)
    second = await queue.claim()
    assert first is not None
    assert second is not None
    assert not await queue.finish(first)
    assert await queue.finish(second)


async def test_several_processes_share_the_tasks(writer: Writer) -> None:
    loads = [Load.of(customers=10, seed=seed) for seed in range(4)]
    runners = [runner_of(writer, owner) for owner in ("one", "two", "three")]
    async with contextlib.AsyncExitStack() as stack:
        for runner in runners:
            await stack.enter_async_context(working(runner))
        for load in loads:
            await intake_of(writer, runners[0])(command_record(load.prepare()))
        await until(lambda: len(writer.told.of(Prepared)) == len(loads))
        await until(lambda: all(task(writer, load)[0] == "done" for load in loads))
    assert len(writer.told.results) == len(loads)


async def test_a_task_is_found_while_others_look_for_theirs(writer: Writer, place: Place) -> None:
    """Whoever looks through the tasks may lock one for a moment: it is there all the same."""
    load = Load.of(customers=10)
    await intake_of(writer)(command_record(load.prepare()))
    with closing(pymysql.connect(**address(place.admin), database=place.name)) as other:
        other.begin()
        other.cursor().execute("SELECT 1 FROM tasks FOR UPDATE")
        claiming = asyncio.create_task(queue_of(writer).claim())
        await asyncio.wait([claiming], timeout=0.3)
        other.rollback()
    claimed = await claiming
    assert claimed is not None
    assert claimed.dataset_id == load.dataset_id


async def test_tasks_of_one_dataset_keep_their_order(writer: Writer) -> None:
    load, order = Load.of(customers=10), list[str]()

    async def run(task: Task) -> None:
        order.append(task.kind)
        await asyncio.sleep(0.02)

    for command in (load.prepare(), load.seal(), load.delete()):
        await intake_of(writer)(command_record(command))
    reopened = load.prepare().model_copy(update={"attempt": 2})
    await intake_of(writer)(command_record(reopened))
    async with working(runner_of(writer, runs=dict.fromkeys(commands.KINDS, run))):
        await until(lambda: len(order) == 2)
    assert order == ["delete", "prepare"], "a deletion makes what waits before it pointless"


async def test_what_fails_is_tried_again_later(writer: Writer) -> None:
    load = Load.of(customers=10)
    writer.told.losing = KafkaUnavailable("away")
    async with working(runner_of(writer)):
        await intake_of(writer)(command_record(load.prepare()))
        await until(lambda: (task(writer, load) or (0, 0))[1] >= 2)
        assert task(writer, load)[2] == "away"
        writer.told.losing = None
        await until(lambda: writer.told.of(Prepared))


async def test_what_keeps_failing_is_told_to_the_job(writer: Writer) -> None:
    load, ahead = Load.of(customers=10), [timedelta()]

    async def fail(task: Task) -> None:
        raise RuntimeError("never")

    def told() -> Any:
        """Whether the job was told; the time of every wait passes at once."""
        ((not_before,),) = writer.query(
            "SELECT not_before FROM tasks WHERE dataset_id = %s", str(load.dataset_id)
        )
        ahead[0] = max(ahead[0], not_before.replace(tzinfo=UTC) - now())
        runner.wake()
        return writer.told.of(Failed)

    await intake_of(writer)(command_record(load.prepare()))
    runs = dict.fromkeys(commands.KINDS, fail)
    runner = runner_of(writer, runs=runs, clock=lambda: now() + ahead[0])
    async with working(runner):
        await until(told)
    (failed,) = writer.told.of(Failed)
    assert (failed.stage, failed.job_id) == ("prepare", load.job_id)
    assert "12 times" in failed.reason
    assert "never" not in failed.reason
    assert "RuntimeError" not in failed.reason
    assert task(writer, load)[0] == "done"


async def test_what_cannot_be_done_is_told_to_the_job(writer: Writer) -> None:
    load = Load.of(customers=10)
    async with working(runner_of(writer)):
        await intake_of(writer)(command_record(load.prepare(kind="append")))
        await until(lambda: writer.told.of(Failed))
        await until(lambda: task(writer, load)[0] == "done")
    (failed,) = writer.told.of(Failed)
    assert (failed.stage, failed.job_id, failed.dataset_id) == ("prepare", load.job_id, load.dataset_id)
    assert "not known" in failed.reason


async def test_a_deletion_is_known_as_soon_as_it_has_come(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    await intake_of(writer)(command_record(load.delete()))
    assert writer.state(load) == "deleting"
    assert (await writer.get(load, "/tables")).status_code == 404


async def test_old_tasks_are_forgotten(writer: Writer) -> None:
    loads = [Load.of(customers=10, seed=seed) for seed in range(3)]
    for load in loads:
        await intake_of(writer)(command_record(load.prepare()))
    for load, days in zip(loads, (9, 7), strict=False):
        old = f"UPDATE tasks SET state = 'done', finished_at = UTC_TIMESTAMP() - INTERVAL {days} DAY"
        writer.query(f"{old} WHERE dataset_id = %s", str(load.dataset_id))
    await Housekeeping(writer.context.meta, now).tidy()
    assert [task(writer, load) is None for load in loads] == [True, False, False]
    assert REGISTRY.get_sample_value("cartload_writer_tasks_open") == 1


async def test_what_only_waits_outlasts_what_fails(writer: Writer) -> None:
    """A lock that somebody holds for long is no reason to give a job up."""
    load, ahead, runs = Load.of(customers=10), [timedelta()], list[int]()

    async def wait(task: Task) -> None:
        runs.append(task.attempts)
        if len(runs) <= 2 * MOST_FAILURES:
            raise RetryLater("somebody uses the table")

    def done() -> bool:
        ((not_before, state),) = writer.query(
            "SELECT not_before, state FROM tasks WHERE dataset_id = %s", str(load.dataset_id)
        )
        ahead[0] = max(ahead[0], not_before.replace(tzinfo=UTC) - now())
        workers.wake()
        return bool(state == "done")

    await intake_of(writer)(command_record(load.prepare()))
    workers = runner_of(writer, runs=dict.fromkeys(commands.KINDS, wait), clock=lambda: now() + ahead[0])
    async with working(workers):
        await until(done)
    assert runs == list(range(2 * MOST_FAILURES + 1))
    assert writer.told.of(Failed) == []


async def test_a_prepare_does_not_wait_for_seals(writer: Writer, place: Place) -> None:
    """A seal that waits for a reader has the only slot for long tasks."""
    sealed, fresh = Load.of(customers=10), Load.of(customers=10, seed=2)
    await writer.run(sealed.prepare(rows=60_000))
    await writer.store(sealed)
    settings = TasksSettings(
        port=1,
        writer_database_url=SecretStr(place.url),
        blob_connection_string=SecretStr("unused"),
        kafka_bootstrap_servers="unused:1",
        writer_tasks_at_once=1,
    )
    prepares, others = task_workers(replace(writer.context, clock=now), settings)
    reader = pymysql.connect(**address(place.admin), database=writer.database(sealed))
    reader.begin()
    reader.cursor().execute("SELECT * FROM users LIMIT 1")
    # The reader lets go before the workers are stopped, whatever fails: their seal waits for it.
    async with working(others), working(prepares):
        with closing(reader):
            await intake_of(writer, others)(command_record(sealed.seal()))
            with root(place.admin) as cursor:
                await until(lambda: cursor.execute(WAITING_FOR_TABLE))
            await intake_of(writer, prepares)(command_record(fresh.prepare()))
            await until(lambda: task(writer, fresh)[0] == "done")
            state, attempts, _, _ = task(writer, sealed, "seal")
            assert (state, attempts) == ("open", 0), "the seal still waits in its first attempt"
        await until(lambda: writer.told.of(Sealed))


async def test_the_owner_reads_what_went_wrong_and_where(writer: Writer, place: Place) -> None:
    """Not of what class an error is, and not merely that several were raised together."""
    load, ahead = Load.of(customers=10), [timedelta()]
    await writer.run(load.prepare(rows=60_000))
    await writer.store(load)
    with root(place.admin) as cursor:
        cursor.execute(f"ALTER TABLE `{writer.database(load)}`.order_item DROP COLUMN order_id")

    def told() -> Any:
        ((not_before,),) = writer.query(
            "SELECT not_before FROM tasks WHERE dataset_id = %s AND kind = 'seal'", str(load.dataset_id)
        )
        ahead[0] = max(ahead[0], not_before.replace(tzinfo=UTC) - now())
        workers.wake()
        return writer.told.of(Failed)

    workers = runner_of(writer, clock=lambda: now() + ahead[0])
    await intake_of(writer)(command_record(load.seal()))
    async with working(workers):
        await until(told)
    (failed,) = writer.told.of(Failed)
    assert "error 1072" in failed.reason
    assert "order_id" in failed.reason
    assert "indexes of order_item" in failed.reason
    assert "Exception" not in failed.reason
    assert "Error:" not in failed.reason
