"""A job from the request to its end, with the writer and the workers played by the test."""

from typing import Any
from uuid import UUID

from cartload.schema import CATALOGUE_TABLES
from cartload_contracts.messages import GenerateChunk, Prepare, Seal
from cartload_contracts.model import TABLES
from support.counting import counted
from support.generator_service import Generator, sealed, stored


async def test_a_job_is_prepared_generated_sealed_and_completed(generator: Generator) -> None:
    user = generator.user()
    answer = await user.ask({"spec": {"name": "first", "customers": 1500}})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    assert (job["state"], job["phase"], job["version"]) == ("queued", None, 1)

    (prepare,) = await generator.outbox.until(Prepare)
    assert (str(prepare.job_id), prepare.owner_id, prepare.kind) == (job["id"], user.id, "create")
    assert prepare.rows_expected == job["rows_total"]
    assert [(one.first_block, one.customers) for one in prepare.segments] == [(0, 1500)]
    assert not generator.outbox.of(GenerateChunk)

    await generator.prepare(job)
    commands = await generator.chunks(job, job["chunks_total"])
    assert [one.chunk_index for one in commands] == list(range(job["chunks_total"]))
    assert [one.part.type for one in commands] == ["catalogue"] * len(CATALOGUE_TABLES) + ["blocks"]
    running = await user.read(f"/api/jobs/{job['id']}")
    assert (running["state"], running["phase"]) == ("running", "generating")

    await generator.store_all(job)
    (seal,) = await generator.outbox.until(Seal)
    assert seal.complete
    assert seal.expected["users"].rows == 10
    assert seal.expected["users"].row_hash.endswith("07")
    assert (await user.read(f"/api/jobs/{job['id']}"))["phase"] == "indexing"

    await generator.hear(sealed(job))
    done = await user.read(f"/api/jobs/{job['id']}")
    assert (done["state"], done["phase"], done["error"]) == ("completed", None, None)
    assert done["rows_done"] == done["rows_total"] == 10 * len(TABLES)
    assert done["chunks_done"] == done["chunks_total"]
    assert done["stage_seconds"] == {
        "generating": 0.25 * len(TABLES),
        "storing": 0.5 * len(TABLES),
        "indexing": 1.5,
        "checking": 0.5,
    }
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]


async def test_a_completed_job_leaves_a_ready_dataset(generator: Generator) -> None:
    user = generator.user()
    job = await user.job({"spec": {"name": "shop", "customers": 100, "seed": 9}})
    creating = await user.read(f"/api/datasets/{job['dataset_id']}")
    assert (creating["state"], creating["name"]) == ("creating", "shop")
    await generator.finish(job)
    dataset = await user.read(f"/api/datasets/{job['dataset_id']}")
    assert (dataset["state"], dataset["jobs"]) == ("ready", [job["id"]])
    assert dataset["spec"]["seed"] == 9
    assert dataset["spec"]["catalogue"]["products"] is not None
    assert dataset["segments"] == [{"first_block": 0, "customers": 100}]
    assert dataset["tables"] == dict.fromkeys(dataset["tables"], 10)
    assert len(dataset["tables"]) == len(dataset["hashes"]) == len(TABLES)
    assert dataset["bytes"] == 100 * len(TABLES)


async def test_the_window_slides_as_chunks_are_stored(generator: Generator) -> None:
    user = generator.user()
    job = await user.job({"spec": {"customers": 200_000}})
    await generator.prepare(job)
    first = await generator.chunks(job, 16)
    assert len(first) == 16
    await generator.hear(*stored(first[0]), *stored(first[1]))
    assert len(await generator.chunks(job, 18)) == 18


async def test_an_append_continues_the_dataset(generator: Generator) -> None:
    user = generator.user()
    job = await user.job({"spec": {"customers": 1500}})
    await generator.finish(job)
    more = await user.job({"dataset_id": job["dataset_id"], "customers": 700})
    assert (more["kind"], more["dataset_id"]) == ("append", job["dataset_id"])
    assert "users" in more["tables"]
    assert more["tables"]["categories"] == {"rows_total": 0, "rows_done": 0}
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["state"] == "ready"

    prepare = (await generator.outbox.until(Prepare, 2))[1]
    assert prepare.kind == "append"
    assert [(one.first_block, one.customers) for one in prepare.segments] == [(0, 1500), (2, 700)]
    await generator.finish(more)
    assert {one.part.type for one in generator.commands(more)} == {"blocks"}
    assert generator.commands(more)[0].chunk == 2
    seal = generator.outbox.of(Seal)[1]
    assert (seal.expected["users"].rows, seal.expected["categories"].rows) == (20, 10)
    dataset = await user.read(f"/api/datasets/{job['dataset_id']}")
    assert (dataset["tables"]["users"], dataset["tables"]["categories"]) == (20, 10)
    assert dataset["jobs"] == [job["id"], more["id"]]


async def test_an_append_is_refused_while_a_job_runs_or_when_the_dataset_is_not_whole(
    generator: Generator,
) -> None:
    user = generator.user()
    job = await user.job()
    append = {"dataset_id": job["dataset_id"], "customers": 10}
    assert (await user.ask(append)).status_code == 409
    assert (await user.act(job, "cancel")).json()["state"] == "cancelled"
    refused = await user.ask(append)
    assert refused.status_code == 409
    assert "incomplete" in refused.json()["detail"]
    assert (await generator.user().ask(append)).status_code == 404


async def test_an_append_to_another_vintage_is_refused(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    await run_sql(generator, "UPDATE datasets SET vintage = vintage + 1")
    refused = await user.ask({"dataset_id": job["dataset_id"], "customers": 10})
    assert refused.status_code == 409
    assert "vintage" in refused.json()["detail"]


async def test_the_history_says_what_happened(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    events = await user.read(f"/api/jobs/{job['id']}/events")
    told = [(event["event"], event["state"], event["phase"]) for event in events["items"]]
    assert told == [
        ("created", "queued", None),
        ("generating", "running", "generating"),
        ("indexing", "running", "indexing"),
        ("completed", "completed", None),
    ]
    versions = [event["version"] for event in events["items"]]
    assert versions == sorted(set(versions))
    page = await user.read(f"/api/jobs/{job['id']}/events?limit=3")
    rest = await user.read(f"/api/jobs/{job['id']}/events?cursor={page['next']}")
    assert [one["event"] for one in page["items"] + rest["items"]] == [one[0] for one in told]


async def test_every_state_is_published_with_its_owner_and_versions_rise(generator: Generator) -> None:
    user = generator.user()
    job = await user.job()
    await generator.finish(job)
    await generator.dispatcher.publisher.publish_due()
    states = [one for one in generator.outbox.states if one.job.id == UUID(job["id"])]
    versions = [one.job.version for one in states]
    assert versions == sorted(set(versions))
    assert {one.owner_id for one in states} == {user.id}
    assert states[-1].job.state == "completed"


async def run_sql(generator: Generator, statement: str) -> Any:
    """Change something behind the service's back."""
    from sqlalchemy import text

    async with generator.app.state.services.engine.begin() as connection:
        return await connection.execute(text(statement))


async def test_a_job_is_measured_from_its_request_to_its_end(generator: Generator) -> None:
    ended = {"state": "completed", "size": "small"}
    before = (
        counted("cartload_job_start_seconds_count"),
        counted("cartload_job_duration_seconds_count", **ended),
        counted("cartload_generator_chunk_stored_seconds_count"),
    )
    job = await generator.user().job({"spec": {"customers": 100}})
    await generator.dispatcher.sweep()
    assert counted("cartload_jobs_queued") >= 1
    assert counted("cartload_jobs_oldest_queued_seconds") > 0
    await generator.finish(job)
    after = (
        counted("cartload_job_start_seconds_count"),
        counted("cartload_job_duration_seconds_count", **ended),
        counted("cartload_generator_chunk_stored_seconds_count"),
    )
    chunks = job["chunks_total"]
    assert [late - early for late, early in zip(after, before, strict=True)] == [1, 1, chunks]
