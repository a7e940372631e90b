"""Cancel, pause, resume, retry and delete, over HTTP and on a real database."""

from uuid import UUID

import pytest

from cartload_contracts.messages import Delete, Deleted, GenerateChunk, Prepare, Seal
from support.generator_service import Generator, failed, sealed, stored

BIG = {"spec": {"customers": 200_000}}


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
    await generator.hear(sealed(job))
    done = await user.read(f"/api/jobs/{job['id']}")
    assert (done["state"], done["chunks_done"]) == ("cancelled", 16)
    dataset = await user.read(f"/api/datasets/{job['dataset_id']}")
    assert dataset["state"] == "incomplete"
    assert sum(dataset["tables"].values()) == done["rows_done"] > 0
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
    await generator.hear(failed(job, "store", "The disk is full.", chunk_index=1))
    broken = await user.read(f"/api/jobs/{job['id']}")
    assert (broken["state"], broken["error"]) == ("failed", "The disk is full.")
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "incomplete"

    retried = await user.act(job, "retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["error"]) == (202, "queued", None)
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "creating"
    prepare = (await generator.outbox.until(Prepare, 2))[1]
    assert prepare.attempt == 2
    await generator.hear(failed(job, "store", "Of the first attempt.", chunk_index=1))
    await generator.prepare(job, attempt=2)
    again = (await generator.chunks(job, 2 * job["chunks_total"] - 1))[job["chunks_total"] :]
    assert [command.chunk_index for command in again] == list(range(1, job["chunks_total"]))
    for command in again:
        await generator.hear(*stored(command))
    (seal,) = await generator.outbox.until(Seal)
    assert (seal.complete, seal.attempt, seal.expected["categories"].rows) == (True, 2, 10)
    await generator.hear(sealed(job, attempt=2))
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


async def test_a_deleted_dataset_is_gone_at_once_and_removed_until_that_is_answered(
    generator: Generator,
) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    path = f"/api/datasets/{job['dataset_id']}"
    assert (await generator.user().call("DELETE", path)).status_code == 404
    answer = await user.call("DELETE", path)
    assert (answer.status_code, answer.json()) == (202, {"id": job["dataset_id"], "state": "deleting"})
    assert (await user.call("GET", path)).status_code == 404
    assert (await user.call("DELETE", path)).status_code == 404
    assert (await user.read("/api/datasets"))["items"] == []
    assert (await user.ask({"dataset_id": job["dataset_id"], "customers": 1})).status_code == 404
    (delete,) = await generator.outbox.until(Delete)
    assert (str(delete.dataset_id), delete.owner_id) == (job["dataset_id"], user.id)

    await generator.dispatcher.deletions.send_due()
    assert len(generator.outbox.of(Delete)) == 1
    generator.clock.advance(61)
    await generator.dispatcher.deletions.send_due()
    assert len(generator.outbox.of(Delete)) == 2
    await generator.hear(Deleted(dataset_id=UUID(job["dataset_id"])))
    generator.clock.advance(600)
    await generator.dispatcher.deletions.send_due()
    assert len(generator.outbox.of(Delete)) == 2


async def test_deleting_cancels_a_queued_job_first(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    await generator.outbox.until(Delete)
    assert not generator.outbox.of(Seal)


async def test_deleting_goes_out_at_once_and_ends_a_running_job(generator: Generator) -> None:
    user = generator.user()
    job = await user.job(BIG)
    await generator.prepare(job)
    await generator.chunks(job, 16)
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    await generator.outbox.until(Delete)
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    assert not generator.outbox.of(Seal)


async def test_deleting_while_sealing_ends_the_job_with_its_dataset(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.prepare(job)
    await generator.store_all(job)
    await generator.outbox.until(Seal)
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    await generator.outbox.until(Delete)
    assert (await user.read(f"/api/jobs/{job['id']}"))["phase"] == "indexing"
    await generator.hear(Deleted(dataset_id=UUID(job["dataset_id"])))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    generator.clock.advance(600)
    await generator.dispatcher.deletions.send_due()
    assert len(generator.outbox.of(Delete)) == 1
