"""Asking for jobs: what is refused, limits, idempotency, waiting, lists, previews."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from cartload.schema import TABLE_NAMES
from cartload_contracts.messages import Prepare
from cartload_generator.domain.limits import Limits
from support.counting import counted
from support.generator_service import FakeOutbox, Generator, running

SPEC = {"spec": {"customers": 100}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spec": {"customers": 0}}, "spec.customers"),
        ({"spec": {"customers": "many"}}, "spec.customers"),
        ({"spec": {"orders": {"items": 99}}}, "spec.orders.items"),
        ({"spec": {"orders": {"unheard": 1}}}, "spec.orders.unheard"),
        ({"spec": {"season": {"events": [{"name": "x"}]}}}, "spec.season.events.0"),
        ({"spec": []}, "spec"),
        ({"spec": None}, "body"),
        ({}, "body"),
        ({"spec": {}, "customers": 5}, "body"),
        ({"customers": 5}, "body"),
        ({"dataset_id": str(uuid4())}, "body"),
        ({"dataset_id": "x", "customers": 5}, "dataset_id"),
        ({"dataset_id": str(uuid4()), "customers": 0}, "customers"),
        ({"dataset_id": str(uuid4()), "customers": "5"}, "customers"),
        ({"dataset_id": str(uuid4()), "customers": True}, "customers"),
        ({"spec": {}, "unheard": 1}, "unheard"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(generator: Generator, body: Any, field: str) -> None:
    answer = await generator.user().call("POST", "/api/jobs", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(error["field"].startswith(field) for error in answer.json()["errors"]), answer.text
    assert not generator.outbox.sent


async def test_an_empty_spec_is_good(generator: Generator) -> None:
    assert (await generator.user().call("POST", "/api/jobs", json={"spec": {}})).status_code == 202


async def test_without_a_token_nothing_is_told(generator: Generator) -> None:
    for method, path in [
        ("GET", "/api/jobs"),
        ("POST", "/api/jobs"),
        ("GET", f"/api/jobs/{uuid4()}"),
        ("GET", f"/api/jobs/{uuid4()}/events"),
        ("GET", "/api/datasets"),
        ("DELETE", f"/api/datasets/{uuid4()}"),
        ("GET", "/api/spec"),
        ("POST", "/api/spec/preview"),
    ]:
        assert (await generator.http.request(method, path)).status_code == 401, path


async def test_the_limits_are_named_when_they_are_passed(jobs_database: str, tmp_path: Any) -> None:
    limits = Limits(job_customers=500, user_unfinished_jobs=2, user_stored_bytes=20_000_000)
    async with running(jobs_database, limits=limits) as generator:
        user = generator.user()
        refused = counted("cartload_limits_refused_total", limit="job_customers")
        large = await user.ask({"spec": {"customers": 501}})
        assert counted("cartload_limits_refused_total", limit="job_customers") == refused + 1
        assert (large.status_code, large.json()["limit"], large.json()["maximum"]) == (
            422,
            "job_customers",
            500,
        )
        assert large.json()["errors"][0]["field"] == "spec.customers"
        first = await user.job()
        await user.job()
        third = await user.ask()
        assert (third.status_code, third.json()["limit"]) == (422, "user_unfinished_jobs")
        assert (await generator.user().ask()).status_code == 202
        await generator.finish(first)
        append = await user.ask({"dataset_id": first["dataset_id"], "customers": 501})
        assert (append.status_code, append.json()["errors"][0]["field"]) == (422, "customers")
    async with running(jobs_database, limits=Limits(user_stored_bytes=1000)) as generator:
        full = await generator.user().ask()
        assert (full.status_code, full.json()["limit"]) == (422, "user_stored_bytes")
    async with running(
        jobs_database, limits=Limits(disk_path=tmp_path, disk_reserve_bytes=2**60)
    ) as generator:
        full = await generator.user().ask()
        assert (full.status_code, full.json()["limit"]) == (422, "free_disk")


async def test_what_is_stored_counts_until_it_is_deleted(jobs_database: str) -> None:
    async with running(jobs_database, limits=Limits(user_stored_bytes=600_000)) as generator:
        user = generator.user()
        first = await user.job()
        refused = await user.ask()
        assert refused.json()["limit"] == "user_stored_bytes"
        await generator.finish(first)
        assert (await user.ask()).status_code == 202


async def test_two_requests_at_once_cannot_pass_a_limit_together(jobs_database: str) -> None:
    async with running(jobs_database, limits=Limits(user_unfinished_jobs=3)) as generator:
        user = generator.user()
        answers = await asyncio.gather(*(user.ask() for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [422] * 5


async def test_a_key_makes_one_job_and_gives_the_first_answer_again(generator: Generator) -> None:
    user = generator.user()
    headers = {"Idempotency-Key": "order 66".replace(" ", "-")}
    answers = await asyncio.gather(*(user.ask(SPEC, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    job = answers[0].json()
    assert all(answer.json() == job for answer in answers)
    assert {answer.headers["location"] for answer in answers} == {f"/api/jobs/{job['id']}"}
    assert len((await user.read("/api/jobs"))["items"]) == 1
    await generator.finish(job)
    assert (await user.ask(SPEC, headers=headers)).json() == job
    ended = await user.ask(SPEC, headers={**headers, "Prefer": "wait=5"})
    assert (ended.status_code, ended.json()["state"]) == (200, "completed")

    other = await user.ask({"spec": {"customers": 101}}, headers=headers)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert (await generator.user().ask(SPEC, headers=headers)).json()["id"] != job["id"]


async def test_a_key_of_a_refused_request_is_free_again(jobs_database: str) -> None:
    async with running(jobs_database, limits=Limits(user_unfinished_jobs=1)) as generator:
        user, headers = generator.user(), {"Idempotency-Key": "k"}
        first = await user.job()
        assert (await user.ask(SPEC, headers=headers)).status_code == 422
        await user.act(first, "cancel")
        assert (await user.ask(SPEC, headers=headers)).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256, "with blank", "ümlaut"])
async def test_a_key_must_be_plain_text(generator: Generator, key: str) -> None:
    answer = await generator.user().ask(SPEC, headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422


async def test_an_answer_waits_for_the_end_when_asked_to(generator: Generator) -> None:
    user = generator.user()

    async def play() -> None:
        (prepare,) = await generator.outbox.until(Prepare)
        job = await user.read(f"/api/jobs/{prepare.job_id}")
        await generator.finish(job)

    playing = asyncio.create_task(play())
    answer = await user.ask(SPEC, headers={"Prefer": "respond-async, wait=20"})
    await playing
    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.headers["location"] == f"/api/jobs/{answer.json()['id']}"


async def test_an_answer_does_not_wait_longer_than_asked(generator: Generator) -> None:
    answer = await generator.user().ask(SPEC, headers={"Prefer": "wait=0"})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert answer.headers["preference-applied"] == "wait=0"


async def test_jobs_are_listed_newest_first_in_pages_and_filtered(generator: Generator) -> None:
    user = generator.user()
    made = [await user.job() for _ in range(5)]
    ids = [job["id"] for job in reversed(made)]
    first = await user.call("GET", "/api/jobs?limit=2")
    assert [job["id"] for job in first.json()["items"]] == ids[:2]
    assert first.headers["link"].endswith('rel="next"')
    found, cursor = [], ""
    while True:
        page = await user.read(f"/api/jobs?limit=2{cursor}")
        found += [job["id"] for job in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == ids
    await user.act(made[0], "cancel")
    assert [job["id"] for job in (await user.read("/api/jobs?state=cancelled"))["items"]] == [made[0]["id"]]
    unfinished = await user.read("/api/jobs?state=queued,running,paused,cancelling")
    assert [job["id"] for job in unfinished["items"]] == ids[:4]
    of_one = await user.read(f"/api/jobs?dataset_id={made[2]['dataset_id']}")
    assert [job["id"] for job in of_one["items"]] == [made[2]["id"]]
    assert (await generator.user().read("/api/jobs"))["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "state=sleeping",
        "state=",
        "cursor=nonsense",
        "cursor=eyJuIjoteH0",
        "limit=0",
        "limit=201",
        "dataset_id=7",
    ],
)
async def test_a_wrong_filter_is_refused(generator: Generator, query: str) -> None:
    answer = await generator.user().call("GET", f"/api/jobs?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_datasets_are_listed_newest_first_and_by_state(generator: Generator) -> None:
    user = generator.user()
    made = [await user.job() for _ in range(3)]
    await generator.finish(made[1])
    ids = [job["dataset_id"] for job in reversed(made)]
    page = await user.read("/api/datasets?limit=2")
    rest = await user.read(f"/api/datasets?limit=2&cursor={page['next']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == ids
    ready = await user.read("/api/datasets?state=ready&limit=1")
    assert [one["id"] for one in ready["items"]] == [made[1]["dataset_id"]]
    assert (await user.call("GET", "/api/datasets?state=deleting")).status_code == 422


async def test_what_belongs_to_somebody_else_does_not_exist(generator: Generator) -> None:
    job, stranger = await generator.user().job(), generator.user()
    for path in (
        f"/api/jobs/{job['id']}",
        f"/api/jobs/{job['id']}/events",
        f"/api/datasets/{job['dataset_id']}",
    ):
        answer = await stranger.call("GET", path)
        assert answer.status_code == 404
        assert answer.json()["title"] == "Not found"


async def test_a_preview_shows_rows_and_stores_nothing(generator: Generator) -> None:
    user = generator.user()
    answer = await user.call("POST", "/api/spec/preview", json={"spec": {"customers": 5000}, "rows": 3})
    assert answer.status_code == 200
    shown = answer.json()
    assert list(shown["tables"]) == list(TABLE_NAMES)
    users = shown["tables"]["users"]
    assert (len(users["rows"]), users["total_rows"]) == (3, 5000)
    assert [column["name"] for column in users["columns"]] == list(users["rows"][0])
    assert users["rows"][0]["created_at"].endswith("Z")
    assert shown["total_rows"] == sum(table["total_rows"] for table in shown["tables"].values())
    assert shown["estimated_bytes"] > 0
    assert (await user.read("/api/jobs"))["items"] == []
    for body in ({"spec": {"customers": 0}}, {"spec": {}, "rows": 0}, {"spec": {}, "rows": 101}, {}):
        assert (await user.call("POST", "/api/spec/preview", json=body)).status_code == 422


async def test_the_spec_schema_has_meaning_defaults_and_presets(generator: Generator) -> None:
    schema = await generator.user().read("/api/spec")
    customers = schema["properties"]["customers"]
    assert {"default", "description", "minimum", "maximum"} <= set(customers)
    assert schema["presets"]["tiny"]["customers"] == 100


async def test_a_job_is_accepted_while_kafka_is_away_and_goes_on_when_it_is_back(jobs_database: str) -> None:
    outbox = FakeOutbox()
    outbox.away = True
    async with running(jobs_database, outbox=outbox) as generator:
        job = await generator.user().job()
        await generator.dispatcher.settle_sends()
        outbox.away = False
        generator.clock.advance(11)
        await generator.dispatcher.sweep()
        (prepare,) = outbox.of(Prepare)
        assert str(prepare.job_id) == job["id"]
