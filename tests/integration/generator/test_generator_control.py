"""Cancel, pause, resume and retry, over HTTP and on a real database."""

from typing import Any
from uuid import UUID

import pytest

from cartload_contracts.messages import Discard, GenerateChunk, Prepare, Seal
from cartload_contracts.model import StoredTotals
from support.generator_service import Generator, User, chunk_failed, discarded, failed, sealed, stored

BIG = {"spec": {"customers": 200_000}}
MANIFEST = {"users": StoredTotals(rows=77, row_hash=f"{77:032x}", bytes=770)}


async def shown(user: User, job: Any) -> tuple[str, int, int, str]:
    """What a job's dataset shows: its state, and of its users rows, bytes and hash."""
    dataset = await user.read(f"/api/datasets/{job['dataset_id']}")
    return dataset["state"], dataset["tables"]["users"], dataset["bytes"], dataset["hashes"]["users"]


async def test_a_queued_job_is_cancelled_at_once(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    answer = await user.act(job, "cancel")
    assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    (seal,) = await generator.outbox.until(Seal)
    assert not seal.complete
    await generator.prepare(job)
    await generator.hear(sealed(job))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "incomplete"
    assert not generator.outbox.of(GenerateChunk)


async def test_a_running_job_is_cancelled_when_what_is_in_flight_has_finished(generator: Generator) -> None:
    user = generator.user()
    job = await user.job(BIG)
    await generator.prepare(job)
    commands = await generator.chunks(job, 16)
    answer = await user.act(job, "cancel")
    assert answer.json()["state"] == "cancelling"
    again = await user.act(job, "cancel")
    assert (again.status_code, again.json()["version"]) == (202, answer.json()["version"])
    for action in ("pause", "resume", "retry"):
        assert (await user.act(job, action)).status_code == 409
    for command in commands:
        await generator.hear(*stored(command))
    (seal,) = await generator.outbox.until(Seal)
    assert not seal.complete
    assert len(generator.commands(job)) == 16
    await generator.hear(sealed(job, stored=MANIFEST))
    done = await user.read(f"/api/jobs/{job['id']}")
    assert (done["state"], done["chunks_done"]) == ("cancelled", 16)
    assert await shown(user, job) == ("incomplete", 77, 770, f"{77:032x}")
    for action in ("cancel", "pause", "resume", "retry"):
        assert (await user.act(job, action)).status_code == 409


async def test_a_paused_job_sends_nothing_until_it_is_resumed(generator: Generator) -> None:
    user = generator.user()
    job = await user.job(BIG)
    await generator.prepare(job)
    commands = await generator.chunks(job, 16)
    assert (await user.act(job, "pause")).json()["state"] == "paused"
    assert (await user.act(job, "pause")).status_code == 409
    for command in commands[:4]:
        await generator.hear(*stored(command))
    paused = await user.read(f"/api/jobs/{job['id']}")
    assert (paused["state"], paused["phase"], paused["chunks_done"]) == ("paused", None, 4)
    assert len(generator.commands(job)) == 16
    resumed = await user.act(job, "resume")
    assert (resumed.status_code, resumed.json()["state"]) == (202, "queued")
    await user.until(job, "running")
    positions = [command.chunk_index for command in await generator.chunks(job, 20)]
    assert positions == list(range(20))


async def test_a_job_paused_before_it_began_begins_when_it_is_resumed(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await user.act(job, "pause")
    await generator.prepare(job)
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "paused"
    assert not generator.commands(job)
    await user.act(job, "resume")
    await generator.chunks(job, job["chunks_total"])


async def test_a_job_whose_last_chunk_came_while_paused_is_sealed_when_resumed(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.prepare(job)
    commands = await generator.chunks(job, job["chunks_total"])
    await user.act(job, "pause")
    for command in commands:
        await generator.hear(*stored(command))
    assert not generator.outbox.of(Seal)
    await user.act(job, "resume")
    await generator.outbox.until(Seal)
    await generator.hear(sealed(job))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "completed"


async def test_a_paused_job_is_cancelled(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await user.act(job, "pause")
    assert (await user.act(job, "cancel")).json()["state"] == "cancelling"
    (seal,) = await generator.outbox.until(Seal)
    assert not seal.complete
    await generator.hear(sealed(job))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"


async def test_a_job_that_is_indexed_and_checked_is_left_alone(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.prepare(job)
    await generator.store_all(job)
    await generator.outbox.until(Seal)
    for action in ("cancel", "pause", "resume", "retry"):
        refused = await user.act(job, action)
        assert refused.status_code == 409
        assert "indexing" in refused.json()["detail"]


async def test_a_failed_job_is_retried_and_keeps_what_is_stored(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.prepare(job)
    commands = await generator.chunks(job, job["chunks_total"])
    await generator.hear(*stored(commands[0]))
    await generator.hear(chunk_failed(commands[1], "The disk is full."))
    broken = await user.read(f"/api/jobs/{job['id']}")
    assert (broken["state"], broken["error"]) == ("failed", "The disk is full.")
    (unfinished,) = await generator.outbox.until(Seal)
    assert not unfinished.complete
    await generator.hear(sealed(job, stored=MANIFEST))
    assert await shown(user, job) == ("incomplete", 77, 770, f"{77:032x}")
    broken = await user.read(f"/api/jobs/{job['id']}")
    assert "77 rows are stored" in broken["error"]

    retried = await user.act(job, "retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["error"]) == (202, "queued", None)
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "creating"
    prepare = (await generator.outbox.until(Prepare, 2))[1]
    assert prepare.attempt == 2
    await generator.hear(failed(job, "prepare"), sealed(job), chunk_failed(commands[0]))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "queued"
    await generator.prepare(job, 2)
    again = (await generator.chunks(job, 2 * job["chunks_total"] - 1))[job["chunks_total"] :]
    assert [command.chunk_index for command in again] == list(range(1, job["chunks_total"]))
    for command in again:
        await generator.hear(*stored(command))
    _, seal = await generator.outbox.until(Seal, 2)
    assert (seal.complete, seal.attempt, seal.expected["categories"].rows) == (True, 2, 10)
    await generator.hear(sealed(job, 2))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "completed"


async def test_a_retry_needs_the_dataset_for_itself(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.hear(failed(job, "prepare"))
    assert (await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")).status_code == 202
    assert (await user.act(job, "retry")).status_code == 409


@pytest.mark.parametrize("action", ["cancel", "pause", "resume", "retry"])
async def test_the_job_of_somebody_else_does_not_exist(generator: Generator, action: str) -> None:
    job = await generator.user().job()
    stranger = generator.user()
    refused = await stranger.act(job, action)
    assert refused.status_code == 404
    unknown = await stranger.act({"id": str(UUID(int=7))}, action)
    assert refused.json()["detail"] == unknown.json()["detail"]


async def append_to_a_dataset(generator: Generator, user: User) -> Any:
    """A job that appends to a dataset of which the writer says that 77 rows are stored."""
    job = await user.job()
    await generator.prepare(job)
    await generator.store_all(job)
    await generator.outbox.until(Seal)
    await generator.hear(sealed(job, stored=MANIFEST))
    more = await user.job({"dataset_id": job["dataset_id"], "customers": 5000})
    await generator.prepare(more)
    return more


async def test_a_cancelled_append_is_rolled_back_and_its_dataset_is_ready_again(generator: Generator) -> None:
    user = generator.user()
    more = await append_to_a_dataset(generator, user)
    (command, *_) = await generator.chunks(more, 1)
    await generator.hear(*stored(command))
    assert (await shown(user, more))[:2] == ("ready", 87)
    assert (await user.act(more, "cancel")).json()["state"] == "cancelling"
    (rollback,) = await generator.outbox.until(Discard)
    assert [(one.first_block, one.customers) for one in rollback.segments] == [(0, 100)]
    await generator.hear(discarded(more, stored=MANIFEST))
    done = await user.read(f"/api/jobs/{more['id']}")
    assert (done["state"], done["rows_done"]) == ("cancelled", 0)
    assert await shown(user, more) == ("ready", 77, 770, f"{77:032x}")
    dataset = await user.read(f"/api/datasets/{more['dataset_id']}")
    assert dataset["segments"] == [{"first_block": 0, "customers": 100}]

    again = await user.job({"dataset_id": more["dataset_id"], "customers": 10})
    prepare = (await generator.outbox.until(Prepare, 3))[2]
    assert (str(prepare.job_id), [one.first_block for one in prepare.segments]) == (again["id"], [0, 6])


async def test_an_append_cancelled_while_queued_leaves_its_dataset_ready(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    more = await user.job({"dataset_id": job["dataset_id"], "customers": 5000})
    assert (await user.act(more, "cancel")).json()["state"] == "cancelled"
    await generator.outbox.until(Discard)
    await generator.hear(discarded(more))
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "ready"


async def test_a_failed_append_says_that_nothing_is_stored_and_is_retried_from_the_beginning(
    generator: Generator,
) -> None:
    user = generator.user()
    more = await append_to_a_dataset(generator, user)
    commands = await generator.chunks(more, 1)
    await generator.hear(*stored(commands[0], ["users"]))
    await generator.hear(chunk_failed(commands[0], "The disk is full."))
    assert await shown(user, more) == ("ready", 77, 770, f"{77:032x}")
    await generator.outbox.until(Discard)
    await generator.hear(discarded(more, stored=MANIFEST))
    broken = await user.read(f"/api/jobs/{more['id']}")
    assert broken["error"].startswith("The disk is full. Nothing of this append is stored")
    assert await shown(user, more) == ("ready", 77, 770, f"{77:032x}")

    assert (await user.act(more, "retry")).status_code == 202
    await generator.prepare(more, 2)
    again = (await generator.chunks(more, len(commands) + 1))[len(commands) :]
    assert (again[0].chunk_index, again[0].attempt) == (0, 2)
    await generator.hear(*stored(commands[0]))
    assert (await user.read(f"/api/jobs/{more['id']}"))["rows_done"] == 0
    for command in again:
        await generator.hear(*stored(command))
    seal = (await generator.outbox.until(Seal, 2))[1]
    await generator.hear(sealed(more, 2))
    assert seal.attempt == 2
    assert (await user.read(f"/api/jobs/{more['id']}"))["state"] == "completed"


async def test_nobody_gets_the_dataset_while_an_append_is_rolled_back(generator: Generator) -> None:
    user = generator.user()
    more = await append_to_a_dataset(generator, user)
    await generator.hear(chunk_failed((await generator.chunks(more, 1))[0]))
    another = {"dataset_id": more["dataset_id"], "customers": 10}
    refused = await user.ask(another)
    assert (refused.status_code, refused.json()["job_id"]) == (409, more["id"])
    await generator.outbox.until(Discard)
    await generator.hear(discarded(more))
    assert (await user.ask(another)).status_code == 202


async def test_an_append_is_retried_before_it_is_rolled_back(generator: Generator) -> None:
    user = generator.user()
    more = await append_to_a_dataset(generator, user)
    await generator.hear(chunk_failed((await generator.chunks(more, 1))[0]))
    assert (await user.act(more, "retry")).json()["state"] == "queued"
    await generator.hear(discarded(more))
    assert (await user.read(f"/api/jobs/{more['id']}"))["state"] == "queued"
    assert (await user.ask({"dataset_id": more["dataset_id"], "customers": 10})).status_code == 409


async def test_an_impossible_rollback_marks_the_dataset_and_gives_it_back(
    generator: Generator,
) -> None:
    user = generator.user()
    more = await append_to_a_dataset(generator, user)
    await generator.hear(chunk_failed((await generator.chunks(more, 1))[0]))
    await generator.outbox.until(Discard)
    await generator.hear(failed(more, "discard", "The database is read-only."))
    assert await shown(user, more) == ("incomplete", 77, 770, f"{77:032x}")
    events = (await user.read(f"/api/jobs/{more['id']}/events"))["items"]
    assert (events[-1]["event"], events[-1]["detail"]) == ("gave_up", "The database is read-only.")
    assert (await user.act(more, "retry")).status_code == 202
    assert (await shown(user, more))[0] == "ready"
