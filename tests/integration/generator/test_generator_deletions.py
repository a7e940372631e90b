"""Deleting datasets, over HTTP and on a real database."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from cartload_contracts.messages import Delete, Deleted, Discard, Seal
from cartload_kit.kafka import KafkaUnavailable
from support.generator_service import Generator, chunk_failed, running, sealed, stored

BIG = {"spec": {"customers": 200_000}}


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


async def test_deleting_cancels_a_queued_job(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    assert len(generator.outbox.of(Delete)) == 1
    assert not generator.outbox.of(Seal)


async def test_the_delete_of_a_running_jobs_dataset_is_sent_before_it_is_answered(
    generator: Generator,
) -> None:
    user = generator.user()
    job = await user.job(BIG)
    await generator.prepare(job)
    commands = await generator.chunks(job, 16)
    assert (await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")).status_code == 202
    assert len(generator.outbox.of(Delete)) == 1
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"
    for command in commands:
        await generator.hear(*stored(command))
    assert (await user.read(f"/api/jobs/{job['id']}"))["chunks_done"] == 0
    assert len(generator.commands(job)) == 16
    assert not generator.outbox.of(Seal)


async def test_a_dataset_is_deleted_at_once_while_it_is_sealed(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.prepare(job)
    await generator.store_all(job)
    await generator.outbox.until(Seal)
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    assert len(generator.outbox.of(Delete)) == 1
    await generator.hear(sealed(job))
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"


async def test_a_delete_is_answered_when_the_writer_has_read_it(generator: Generator) -> None:
    """Until then it would go on serving rows and files of the dataset."""
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    generator.backlog.commands_are_read.clear()
    answer = asyncio.create_task(user.call("DELETE", f"/api/datasets/{job['dataset_id']}"))
    await generator.outbox.until(Delete)
    await asyncio.sleep(0.2)
    assert not answer.done()
    generator.backlog.commands_are_read.set()
    assert (await answer).status_code == 202


async def test_a_delete_is_answered_whatever_the_wait_for_the_writer_meets(generator: Generator) -> None:
    """The dataset is marked by then: the request cannot be made a second time."""
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    generator.backlog.error = RuntimeError("the client broke")
    assert (await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")).status_code == 202


async def test_a_delete_that_cannot_be_sent_is_sent_later(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    generator.outbox.away = True
    assert (await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")).status_code == 202
    generator.outbox.away = False
    generator.dispatcher.deletions.wake.set()
    await generator.outbox.until(Delete)


async def test_a_delete_is_accepted_and_ends_the_job_whatever_happens_to_its_message(
    jobs_database: str,
) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        job = await user.job()
        generator.outbox.error = ValueError("no message at all")
        path = f"/api/datasets/{job['dataset_id']}"
        assert (await user.call("DELETE", path)).status_code == 202
        assert (await user.call("GET", path)).status_code == 404
        assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"


async def test_jobs_of_deleted_datasets_end_while_kafka_is_away(jobs_database: str) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        job = await user.job()
        await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
        async with generator.app.state.services.engine.begin() as connection:
            await connection.execute(text("UPDATE jobs SET state = 'queued', finished_at = NULL"))
            await connection.execute(
                text("UPDATE datasets SET active_job_id = :id, delete_due_at = created_at"), {"id": job["id"]}
            )
        generator.outbox.away = True
        with pytest.raises(KafkaUnavailable):
            await generator.dispatcher.deletions.send_due()
        assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "cancelled"


async def test_a_dataset_whose_row_cannot_be_read_keeps_no_other_from_being_removed(
    jobs_database: str,
) -> None:
    async with running(jobs_database, dispatching=False) as generator:
        user = generator.user()
        broken, good = [await user.job() for _ in range(2)]
        generator.outbox.away = True
        for job in (broken, good):
            await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
        async with generator.app.state.services.engine.begin() as connection:
            statement = text("UPDATE datasets SET tables = '{\"users\": 5}' WHERE id = :id")
            await connection.execute(statement, {"id": broken["dataset_id"]})
        generator.outbox.away = False
        await generator.dispatcher.deletions.send_due()
        assert [str(one.dataset_id) for one in generator.outbox.of(Delete)] == [good["dataset_id"]]


async def test_deleting_ends_the_rollback_of_an_append_too(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    more = await user.job({"dataset_id": job["dataset_id"], "customers": 10})
    await generator.prepare(more)
    await generator.hear(chunk_failed((await generator.chunks(more, 1))[0]))
    await generator.outbox.until(Discard)
    await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    version = (await user.read(f"/api/jobs/{more['id']}"))["version"]
    generator.clock.advance(700)
    await generator.dispatcher.deletions.send_due()
    await generator.dispatcher.sweep()
    assert len(generator.outbox.of(Discard)) == 1
    assert (await user.read(f"/api/jobs/{more['id']}"))["version"] == version


async def test_a_deleted_account_loses_all_datasets_and_gets_no_more(generator: Generator) -> None:
    user, other = generator.user(), generator.user()
    ready, running_one, theirs = await user.job(), await user.job(BIG), await other.job()
    await generator.finish(ready)
    await generator.prepare(running_one)
    await generator.chunks(running_one, 16)
    for _ in range(2):
        assert (await user.call("DELETE", "/internal/owner")).status_code == 204
    assert (await user.read("/api/datasets"))["items"] == []
    await user.until(running_one, "cancelled")
    deletes = await generator.outbox.until(Delete, 2)
    assert {str(one.dataset_id) for one in deletes} == {ready["dataset_id"], running_one["dataset_id"]}
    assert (await user.ask()).status_code == 401
    append = {"dataset_id": ready["dataset_id"], "customers": 1}
    assert (await user.ask(append)).status_code == 404
    assert len((await other.read("/api/datasets"))["items"]) == 1
    assert (await other.read(f"/api/jobs/{theirs['id']}"))["state"] != "cancelled"
    assert (await other.ask()).status_code == 202


async def test_a_job_made_while_its_account_is_deleted_is_refused_or_deleted(generator: Generator) -> None:
    user = generator.user()
    asked = [user.ask() for _ in range(5)]
    *answers, deleted = await asyncio.gather(*asked, user.call("DELETE", "/internal/owner"))
    assert deleted.status_code == 204
    assert {answer.status_code for answer in answers} <= {202, 401}
    assert (await user.read("/api/datasets"))["items"] == []


async def test_what_an_account_owns_is_deleted_with_its_own_token_only(generator: Generator) -> None:
    assert (await generator.http.delete("/internal/owner")).status_code == 401
