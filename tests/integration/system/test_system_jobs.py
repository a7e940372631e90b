"""Jobs through the gateway: from the request to the rows, and every way to steer or misuse one."""

import asyncio
import secrets
from typing import Any

import pytest

from support.client import TABLES, User

SMALL = {"customers": 20, "name": "small"}
LONG: dict[str, Any] = {"customers": 60_000, "name": "long"}


async def test_a_job_is_accepted_runs_and_completes(user: User) -> None:
    answer = await user.call("POST", "/api/jobs", json={"spec": SMALL})
    assert answer.status == 202
    assert answer.headers["Location"] == f"/api/jobs/{answer.body['id']}"
    assert answer.body["state"] in ("queued", "running")
    job = await user.finish_job(answer.body["id"])
    assert (job["state"], job["kind"], job["phase"], job["error"]) == ("completed", "create", None, None)
    assert job["rows_done"] == job["rows_total"] > 0
    assert job["chunks_done"] == job["chunks_total"]
    assert set(job["tables"]) == set(TABLES)
    assert all(t["rows_done"] == t["rows_total"] for t in job["tables"].values())
    assert job["tables"]["users"]["rows_done"] == 20
    assert set(job["stage_seconds"]) == {"generating", "storing", "indexing", "checking"}
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]


async def test_prefer_wait_answers_with_the_ended_job(user: User) -> None:
    answer = await user.call("POST", "/api/jobs", json={"spec": SMALL}, headers={"Prefer": "wait=30"})
    assert (answer.status, answer.body["state"]) == (200, "completed")
    assert "wait" in answer.headers["Preference-Applied"]


async def test_prefer_wait_gives_up_in_time(user: User) -> None:
    answer = await user.call("POST", "/api/jobs", json={"spec": LONG}, headers={"Prefer": "wait=1"})
    assert answer.status == 202
    assert answer.body["state"] in ("queued", "running")
    await user.call("POST", f"/api/jobs/{answer.body['id']}/cancel")


async def test_an_idempotency_key_makes_one_job(user: User) -> None:
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    calls = (user.call("POST", "/api/jobs", json={"spec": SMALL}, headers=headers) for _ in range(4))
    answers = await asyncio.gather(*calls)
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body["id"] for answer in answers}) == 1
    other = await user.call("POST", "/api/jobs", json={"spec": {"customers": 21}}, headers=headers)
    assert other.status == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spec": {"customers": 0}}, "spec.customers"),
        ({"spec": {"customers": "many"}}, "spec.customers"),
        ({"spec": {"customers": 10**9}}, "spec.customers"),
        ({"spec": {"unheard": 1}}, "spec.unheard"),
        ({"spec": {"ids": "roman"}}, "spec.ids"),
        ({"spec": {"orders": {"return_rate": 7}}}, "spec.orders.return_rate"),
        ({}, ""),
        ({"spec": SMALL, "dataset_id": "x"}, ""),
    ],
)
async def test_a_wrong_spec_is_refused_by_field(user: User, body: Any, field: str) -> None:
    answer = await user.call("POST", "/api/jobs", json=body)
    assert answer.status == 422
    assert answer.body["errors"], answer.body
    assert not field or any(error["field"].startswith(field) for error in answer.body["errors"]), answer.body


@pytest.mark.parametrize(
    "text", ['{"spec": {"seed": NaN}}', '{"spec": {"seed": 1e999}}', "{", "[]", "nonsense"]
)
async def test_what_is_not_json_is_refused(user: User, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await user.call("POST", "/api/jobs", data=text, headers=headers)
    assert answer.status in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_jobs_are_listed_newest_first_in_pages(user: User) -> None:
    made = [(await user.start_job(wait=20, **SMALL))["id"] for _ in range(3)]
    first = await user.call("GET", "/api/jobs?limit=2")
    assert [job["id"] for job in first.body["items"]] == [made[2], made[1]]
    assert 'rel="next"' in first.headers["Link"]
    second = await user.get(f"/api/jobs?limit=2&cursor={first.body['next']}")
    assert [job["id"] for job in second["items"]] == [made[0]]
    assert second["next"] is None
    assert len((await user.get("/api/jobs?state=completed"))["items"]) == 3
    assert (await user.get("/api/jobs?state=failed"))["items"] == []
    assert (await user.call("GET", "/api/jobs?state=sleeping")).status == 422
    assert (await user.call("GET", "/api/jobs?cursor=nonsense")).status == 422


async def test_the_history_of_a_job_is_told(user: User) -> None:
    job = await user.make_dataset(**SMALL)
    events = (await user.get(f"/api/jobs/{job['id']}/events"))["items"]
    assert events[0]["state"] == "queued"
    assert any(event["state"] == "completed" for event in events)


async def test_a_job_is_cancelled_in_the_middle(user: User) -> None:
    job = await user.start_job(**LONG)
    await user.job_when(job["id"], lambda job: job["rows_done"] > 0)
    answer = await user.call("POST", f"/api/jobs/{job['id']}/cancel")
    assert answer.status == 202
    ended = await user.finish_job(job["id"])
    assert ended["state"] == "cancelled"
    assert 0 < ended["rows_done"] < ended["rows_total"]
    dataset = await user.get(f"/api/datasets/{job['dataset_id']}")
    assert dataset["state"] == "incomplete"
    users = await user.get(f"/api/datasets/{job['dataset_id']}/tables/users/rows?limit=5")
    assert len(users["items"]) == 5
    for step in ("cancel", "pause", "resume", "retry"):
        assert (await user.call("POST", f"/api/jobs/{job['id']}/{step}")).status == 409


async def test_a_job_is_paused_and_resumed(user: User) -> None:
    job = await user.start_job(customers=30_000)
    await user.job_when(job["id"], lambda job: job["rows_done"] > 0)
    assert (await user.call("POST", f"/api/jobs/{job['id']}/pause")).status == 202
    paused = await user.get(f"/api/jobs/{job['id']}")
    assert paused["state"] == "paused"
    assert (await user.call("POST", f"/api/jobs/{job['id']}/pause")).status == 409
    assert (await user.call("POST", f"/api/jobs/{job['id']}/resume")).status == 202
    ended = await user.finish_job(job["id"])
    assert (ended["state"], ended["rows_done"]) == ("completed", ended["rows_total"])


async def test_an_append_adds_customers_to_the_dataset(user: User) -> None:
    job = await user.make_dataset(customers=1000, seed=5)
    body = {"dataset_id": job["dataset_id"], "customers": 500}
    answer = await user.call("POST", "/api/jobs", json=body, headers={"Prefer": "wait=30"})
    assert (answer.status, answer.body["kind"]) == (200, "append")
    dataset = await user.get(f"/api/datasets/{job['dataset_id']}")
    assert dataset["segments"] == [
        {"first_block": 0, "customers": 1000},
        {"first_block": 1, "customers": 500},
    ]
    assert dataset["tables"]["users"] == 1500


@pytest.mark.parametrize("finished", [True, False], ids=["a finished one", "one whose job runs"])
async def test_a_dataset_is_gone_as_soon_as_it_is_deleted(user: User, finished: bool) -> None:
    if finished:
        job = await user.make_dataset(**SMALL)
    else:
        job = await user.start_job(customers=20_000)
        await user.job_when(job["id"], lambda now: now["rows_done"] > 0)
    path = f"/api/datasets/{job['dataset_id']}"
    assert (await user.call("DELETE", path)).status == 202
    served = ("/tables/users/rows", "/files", "/tables", "/tables/users/export", "/report", "/connection")
    answers = [await user.call("GET", path + one) for one in served]
    assert {answer.status for answer in answers} == {404}
    assert (await user.call("GET", path)).status == 404
    assert (await user.call("DELETE", path)).status == 404
    assert (await user.get("/api/datasets"))["items"] == []


async def test_preview_shows_rows_and_stores_nothing(user: User) -> None:
    answer = await user.call("POST", "/api/spec/preview", json={"spec": {"customers": 5000}, "rows": 3})
    assert answer.status == 200
    assert set(answer.body["tables"]) == set(TABLES)
    users = answer.body["tables"]["users"]
    assert (len(users["rows"]), users["total_rows"]) == (3, 5000)
    assert answer.body["total_rows"] > 5000
    assert answer.body["estimated_bytes"] > 0
    assert (await user.get("/api/jobs"))["items"] == []
    wrong = await user.call("POST", "/api/spec/preview", json={"spec": {"customers": -1}})
    assert wrong.status == 422


async def test_the_schema_of_a_spec_has_defaults_and_presets(user: User) -> None:
    schema = await user.get("/api/spec")
    customers = schema["properties"]["customers"]
    assert {"default", "description", "minimum", "maximum"} <= set(customers)


async def test_unknown_jobs_and_datasets_are_404(user: User) -> None:
    for path in (
        "/api/jobs/nonsense",
        f"/api/jobs/{user.id}",
        "/api/datasets/x",
        f"/api/datasets/{user.id}/tables",
    ):
        assert (await user.call("GET", path)).status in (404, 422), path


async def test_without_a_token_nothing_is_told(user: User) -> None:
    user.token = ""
    for path in ("/api/jobs", "/api/datasets", "/api/auth/me", f"/api/datasets/{user.id}/tables"):
        assert (await user.call("GET", path)).status == 401, path
