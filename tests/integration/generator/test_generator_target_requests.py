"""The targets of a dataset, from the request to the commands and answers of all its jobs."""

from typing import Any

import pytest

from cartload_contracts.messages import Prepare
from cartload_generator.domain.limits import Limits
from support.generator_service import Generator, failed, running

ALL = ["mysql", "files", "kafka"]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, ALL),
        ({"targets": None}, ALL),
        ({"targets": ["kafka", "mysql"]}, ["mysql", "kafka"]),
        ({"targets": ["files"]}, ["files", "kafka"]),
        ({"targets": ["kafka"]}, ["kafka"]),
    ],
)
async def test_they_stand_in_the_answers_and_in_every_command_of_the_dataset(
    generator: Generator, asked: Any, kept: list[str]
) -> None:
    user = generator.user()
    job = await user.job({"spec": {"customers": 100}, **asked})
    await generator.finish(job)
    append = await user.job({"dataset_id": job["dataset_id"], "customers": 100})
    assert job["targets"] == append["targets"] == kept
    assert (await user.read(f"/api/datasets/{job['dataset_id']}"))["targets"] == kept
    assert (await user.read("/api/datasets"))["items"][0]["targets"] == kept
    prepares = await generator.outbox.until(Prepare, 2)
    assert [list(one.targets) for one in prepares] == [kept, kept]


async def test_a_job_that_is_retried_keeps_them(generator: Generator) -> None:
    user = generator.user()
    job = await user.job({"spec": {"customers": 100}, "targets": ["files"]})
    await generator.outbox.until(Prepare)
    await generator.hear(failed(job, "prepare"))
    again = await user.call("POST", f"/api/jobs/{job['id']}/retry")
    assert again.json()["targets"] == ["files", "kafka"]
    prepares = await generator.outbox.until(Prepare, 2)
    assert list(prepares[-1].targets) == ["files", "kafka"]


async def test_a_key_is_of_one_choice(generator: Generator) -> None:
    user, key = generator.user(), {"Idempotency-Key": "one"}
    body = {"spec": {"customers": 100}, "targets": ["files"]}
    first = await user.call("POST", "/api/jobs", json=body, headers=key)
    same = await user.call("POST", "/api/jobs", json={**body, "targets": ["kafka", "files"]}, headers=key)
    other = await user.call("POST", "/api/jobs", json={**body, "targets": ["mysql"]}, headers=key)
    assert same.json()["id"] == first.json()["id"]
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


async def test_what_is_only_in_kafka_counts_against_no_stored_bytes(jobs_database: str) -> None:
    async with running(jobs_database, limits=Limits(user_stored_bytes=1000)) as generator:
        user = generator.user()
        assert (await user.ask({"spec": {"customers": 100}, "targets": ["mysql"]})).status_code == 422
        assert (await user.ask({"spec": {"customers": 100}, "targets": ["kafka"]})).status_code == 202
