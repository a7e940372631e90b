"""Silence, crashes and several dispatchers at once: nothing is lost, nothing is counted twice."""

import asyncio
import random
from uuid import UUID

import pytest
from sqlalchemy import text

from cartload_contracts.messages import GenerateChunk, Prepare, Prepared, Result, Seal
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.fairness import Bounds
from cartload_kit.kafka import KafkaUnavailable
from support.generator_service import FakeOutbox, Generator, MovableClock, running, sealed, stored


async def test_a_prepare_that_was_never_sent_is_sent_by_the_sweep(jobs_database: str) -> None:
    outbox, clock = FakeOutbox(), MovableClock()
    outbox.away = True
    async with running(jobs_database, outbox=outbox, clock=clock, dispatching=False) as generator:
        job = await generator.user().job()
        await generator.dispatcher.settle_sends()
    outbox.away = False
    async with running(jobs_database, outbox=outbox, clock=clock, dispatching=False) as generator:
        await generator.dispatcher.sweep()
        assert not outbox.of(Prepare)
        clock.advance(11)
        await generator.dispatcher.sweep()
        assert [str(one.job_id) for one in outbox.of(Prepare)] == [job["id"]]


async def test_silent_chunks_are_sent_again_only_when_nothing_waits_in_kafka(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        job = await user.job()
        await generator.prepare(job)
        await generator.dispatcher.schedule()
        commands = generator.commands(job)
        await generator.hear(*stored(commands[0]))
        generator.backlog.now = Backlog(batches=12)
        for _ in range(50):
            generator.clock.advance(61)
            await generator.dispatcher.sweep()
        waiting = await user.read(f"/api/jobs/{job['id']}")
        assert (waiting["state"], waiting["waiting_for"]) == (
            "running",
            "the writers: 12 batches not stored yet",
        )
        assert generator.commands(job) == commands
        generator.backlog.now = Backlog()
        for attempt in range(2, 9):
            generator.clock.advance(601)
            await generator.dispatcher.sweep()
            fresh = generator.commands(job)[-(job["chunks_total"] - 1) :]
            assert {one.chunk_attempt for one in fresh} == {attempt}
            assert 0 not in {one.chunk_index for one in fresh}
        await generator.hear(*stored(commands[1]))
        shown = await user.read(f"/api/jobs/{job['id']}")
        assert (shown["state"], shown["waiting_for"]) == ("running", None)


async def test_results_that_cannot_be_applied_fail_their_own_job_only(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        broken, good, unreadable = await user.job(), await user.job(), await user.job()
        for job in (broken, good, unreadable):
            await generator.prepare(job)
        async with generator.app.state.services.engine.begin() as connection:
            for job, tables in ((broken, "{}"), (unreadable, '{"users": 5}')):
                statement = "UPDATE jobs SET tables = :tables WHERE id = :id"
                await connection.execute(text(statement), {"id": job["id"], "tables": tables})
        for job in (broken, unreadable, good):
            await generator.hear(*stored(generator.commands(job)[0]))
        told = await user.read(f"/api/jobs/{broken['id']}")
        assert (told["state"], "unexpected fault" in told["error"]) == ("failed", True)
        assert (await user.read(f"/api/jobs/{good['id']}"))["chunks_done"] == 1
        generator.clock.advance(61)
        await generator.dispatcher.sweep()
        assert generator.commands(good)[-1].chunk_attempt == 2


async def test_a_look_at_a_silent_job_leaves_it_to_the_sweep(jobs_database: str) -> None:
    """The look knows nothing of Kafka: if it woke itself for what only the sweep may do, it never ended."""
    async with running(jobs_database, dispatching=False) as generator:
        job = await generator.user().job()
        await generator.prepare(job)
        commands = generator.commands(job)
        generator.clock.advance(61)
        generator.dispatcher.wake(UUID(job["id"]))
        async with asyncio.timeout(2):
            await generator.dispatcher.check_woken()
        assert generator.commands(job) == commands
        await generator.dispatcher.sweep()
        assert len(generator.commands(job)) == 2 * len(commands)


async def test_a_result_lets_the_window_wait_anew(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        job = await generator.user().job()
        await generator.prepare(job)
        await generator.dispatcher.schedule()
        commands = generator.commands(job)
        generator.clock.advance(59)
        await generator.hear(*stored(commands[0]))
        generator.clock.advance(59)
        await generator.dispatcher.sweep()
        assert generator.commands(job) == commands


async def test_a_silent_seal_is_sent_again(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        job = await user.job()
        await generator.prepare(job)
        await generator.dispatcher.schedule()
        await generator.store_all(job)
        first = generator.outbox.of(Seal)
        generator.clock.advance(61)
        await generator.dispatcher.sweep()
        assert generator.outbox.of(Seal) == first * 2
        await generator.hear(sealed(job), sealed(job))
        assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "completed"


async def test_commands_that_could_not_be_sent_change_nothing(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        job = await user.job()
        generator.outbox.away = True
        with pytest.raises(KafkaUnavailable):
            await generator.prepare(job)
        assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "queued"
        generator.outbox.away = False
        await generator.prepare(job)
        assert [one.chunk_index for one in generator.commands(job)] == list(range(job["chunks_total"]))
        commands = generator.commands(job)
        for command in commands[:-1]:
            await generator.hear(*stored(command))
        generator.outbox.away = True
        with pytest.raises(KafkaUnavailable):
            await generator.hear(*stored(commands[-1]))
        assert (await user.read(f"/api/jobs/{job['id']}"))["chunks_done"] == len(commands) - 1
        generator.outbox.away = False
        await generator.hear(*stored(commands[-1]))
        assert len(generator.outbox.of(Seal)) == 1


async def test_what_was_not_published_is_published_after_a_restart(jobs_database: str) -> None:
    outbox = FakeOutbox()
    async with running(jobs_database, outbox=outbox, dispatching=False) as generator:
        job = await generator.user().job()
    outbox.states.clear()
    async with running(jobs_database, outbox=outbox) as generator:
        async with asyncio.timeout(2):
            while not outbox.states:  # noqa: ASYNC110 - any message may be the one
                await asyncio.sleep(0.005)
        assert [str(one.job.id) for one in outbox.states] == [job["id"]]


async def test_replicas_share_the_work_and_count_everything_once(jobs_database: str) -> None:
    """Three dispatchers, each hearing a random part of the results, many of them more than once."""
    outbox, bounds = FakeOutbox(), Bounds(window_chunks=6, turn_chunks=2)
    rng = random.Random(5)
    async with (
        running(jobs_database, outbox=outbox, bounds=bounds) as one,
        running(jobs_database, outbox=outbox, bounds=bounds) as two,
        running(jobs_database, outbox=outbox, bounds=bounds) as three,
    ):
        replicas = [one, two, three]
        users = [one.user(), two.user()]
        jobs = [await user.job({"spec": {"customers": 40_000}}) for user in users for _ in range(2)]
        for job in jobs:
            await rng.choice(replicas).prepare(job)
        await asyncio.gather(*(play(replicas, job, rng) for job in jobs))
        for number, job in enumerate(jobs):
            done = await users[number // 2].until(job, "completed")
            assert done["chunks_done"] == done["chunks_total"]
            assert done["rows_done"] == expected_rows(one, job)
        positions = sorted({command.chunk_index for command in one.commands(jobs[0])})
        assert positions == list(range(jobs[0]["chunks_total"]))


async def play(replicas: list[Generator], job: dict[str, object], rng: random.Random) -> None:
    """Store a job's chunks through replicas at random, each result up to three times."""
    done: set[int] = set()
    async with asyncio.timeout(20):
        while len(done) < int(str(job["chunks_total"])):
            for command in replicas[0].commands(job):
                if command.chunk_index not in done:
                    done.add(command.chunk_index)
                    await tell(replicas, command, rng)
            await asyncio.sleep(0.005)
        while not replicas[0].seals(job):  # noqa: ASYNC110 - any message may be the one
            await asyncio.sleep(0.005)
    await rng.choice(replicas).hear(sealed(job))


async def tell(replicas: list[Generator], command: GenerateChunk, rng: random.Random) -> None:
    results: list[Result] = [*stored(command)] * rng.randint(1, 3)
    rng.shuffle(results)
    results.append(Prepared(dataset_id=command.dataset_id, job_id=command.job_id))
    half = len(results) // 2
    await asyncio.gather(
        rng.choice(replicas).hear(*results[:half]), rng.choice(replicas).hear(*results[half:])
    )
    await rng.choice(replicas).hear(*results)


def expected_rows(generator: Generator, job: dict[str, object]) -> int:
    """Ten rows for each batch of each chunk."""
    first = {command.chunk_index: command for command in generator.commands(job)}
    return sum(len(stored(command)) * 10 for command in first.values())


async def test_a_job_that_the_dispatcher_cannot_go_on_with_fails_alone(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        broken, good = await user.job(), await user.job()
        async with generator.app.state.services.engine.begin() as connection:
            statement = "UPDATE datasets SET spec = '{\"unheard\": 1}' WHERE id = :id"
            await connection.execute(text(statement), {"id": broken["dataset_id"]})
        for job in (broken, good):
            await user.act(job, "pause")
            await generator.prepare(job)
            await user.act(job, "resume")
        await generator.dispatcher.schedule()
        assert (await user.read(f"/api/jobs/{broken['id']}"))["state"] == "failed"
        assert (await user.read(f"/api/jobs/{good['id']}"))["state"] == "running"
