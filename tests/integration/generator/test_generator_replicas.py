"""Two replicas that do the same at the same moment: one of them does it, and both know what came of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from cartload_contracts.messages import Delete, Discard, Seal
from support.generator_service import (
    FakeOutbox,
    Generator,
    MovableClock,
    User,
    chunk_failed,
    failed,
    running,
    stored,
)

type Pair = tuple[Generator, Generator]


@pytest.fixture
async def pair(jobs_database: str) -> AsyncIterator[Pair]:
    """Two replicas on one database and one Kafka, whose loops are left to the test."""
    outbox, clock = FakeOutbox(), MovableClock()
    async with (
        running(jobs_database, outbox=outbox, clock=clock, dispatching=False) as one,
        running(jobs_database, outbox=outbox, clock=clock, dispatching=False) as two,
    ):
        yield one, two


def at_both(pair: Pair) -> tuple[User, User]:
    """One user at both replicas."""
    user = pair[0].user()
    return user, User(pair[1].http, user.id)


async def statuses(*calls: Any) -> list[int]:
    """The sorted statuses of calls that are made at once."""
    return sorted(answer.status_code for answer in await asyncio.gather(*calls))


async def test_two_schedulers_send_every_chunk_once(pair: Pair) -> None:
    here, _ = at_both(pair)
    jobs = [await here.job({"spec": {"customers": 40_000}}) for _ in range(3)]
    for job in jobs:
        await pair[0].prepare(job)
    await asyncio.gather(*(one.dispatcher.schedule() for one in pair * 2))
    for job in jobs:
        sent = Counter(command.chunk_index for command in pair[0].commands(job))
        assert sent == dict.fromkeys(range(len(sent)), 1)
        assert len(sent) <= 16


async def test_two_sweeps_send_what_is_overdue_once(pair: Pair) -> None:
    here, _ = at_both(pair)
    job = await here.job()
    await pair[0].prepare(job)
    commands = pair[0].commands(job)
    pair[0].clock.advance(61)
    await asyncio.gather(*(one.dispatcher.sweep() for one in pair))
    assert len(pair[0].commands(job)) == 2 * len(commands)


async def test_two_looks_at_a_failed_job_send_its_seal_once(pair: Pair) -> None:
    here, _ = at_both(pair)
    job = await here.job()
    await pair[0].prepare(job)
    await pair[0].hear(chunk_failed(pair[0].commands(job)[0]))
    for one in pair:
        one.dispatcher.wake(UUID(job["id"]))
    await asyncio.gather(*(one.dispatcher.check_woken() for one in pair))
    assert len(pair[0].outbox.of(Seal)) == 1


async def test_the_last_results_at_two_replicas_end_in_one_seal(pair: Pair) -> None:
    here, _ = at_both(pair)
    job = await here.job()
    await pair[0].prepare(job)
    results = [result for command in pair[0].commands(job) for result in stored(command)]
    half = len(results) // 2
    await asyncio.gather(pair[0].hear(*results[:half]), pair[1].hear(*results[half:]))
    (seal,) = pair[0].outbox.of(Seal)
    assert (seal.complete, seal.expected["users"].rows) == (True, 10)


async def test_a_delete_is_sent_once_and_one_of_two_requests_for_it_is_late(pair: Pair) -> None:
    here, there = at_both(pair)
    job = await here.job()
    path = f"/api/datasets/{job['dataset_id']}"
    assert await statuses(here.call("DELETE", path), there.call("DELETE", path)) == [202, 404]
    assert len(pair[0].outbox.of(Delete)) == 1
    pair[0].clock.advance(61)
    await asyncio.gather(*(one.dispatcher.deletions.send_due() for one in pair))
    assert len(pair[0].outbox.of(Delete)) == 2


async def test_one_of_two_retries_gets_the_job(pair: Pair) -> None:
    here, there = at_both(pair)
    job = await here.job()
    await pair[0].hear(failed(job, "prepare"))
    assert await statuses(here.act(job, "retry"), there.act(job, "retry")) == [202, 409]


async def test_one_of_two_appends_gets_the_dataset(pair: Pair) -> None:
    here, there = at_both(pair)
    job = await here.job()
    await pair[0].finish(job)
    append = {"dataset_id": job["dataset_id"], "customers": 10}
    assert await statuses(here.ask(append), there.ask(append)) == [202, 409]
    assert len((await here.read("/api/jobs"))["items"]) == 2


async def test_a_key_makes_one_job_at_two_replicas(pair: Pair) -> None:
    here, there = at_both(pair)
    headers = {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(user.ask(headers=headers) for user in (here, there, here, there)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await there.read("/api/jobs"))["items"]) == 1


async def test_an_append_that_fails_while_its_dataset_is_deleted_is_not_rolled_back(pair: Pair) -> None:
    here, there = at_both(pair)
    job = await here.job()
    await pair[0].finish(job)
    more = await here.job({"dataset_id": job["dataset_id"], "customers": 10})
    await pair[0].prepare(more)
    (command, *_) = pair[0].commands(more)
    await asyncio.gather(
        pair[0].hear(chunk_failed(command)), there.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    )
    pair[0].clock.advance(61)
    for one in pair:
        await one.dispatcher.deletions.send_due()
        await one.dispatcher.check_woken()
        await one.dispatcher.sweep()
    assert not pair[0].outbox.of(Discard)
    assert (await here.read(f"/api/jobs/{more['id']}"))["state"] in ("failed", "cancelled")
    assert (await here.read("/api/datasets"))["items"] == []


@pytest.mark.parametrize("first", [0, 1])
async def test_a_cancel_meets_the_last_result(pair: Pair, first: int) -> None:
    here, there = at_both(pair)
    job = await here.job()
    await pair[0].prepare(job)
    *results, last = [result for command in pair[0].commands(job) for result in stored(command)]
    await pair[0].hear(*results)
    meeting = [there.act(job, "cancel"), pair[0].hear(last)]
    await asyncio.gather(*meeting[:: 1 - 2 * first])
    for one in pair:
        await one.dispatcher.check_woken()
    (seal,) = pair[0].outbox.of(Seal)
    shown = await here.read(f"/api/jobs/{job['id']}")
    assert (shown["state"], shown["chunks_done"]) == (
        "running" if seal.complete else "cancelling",
        job["chunks_total"],
    )
