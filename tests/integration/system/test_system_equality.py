"""The same rows in three places: in MySQL, in Parquet and as the engine makes them."""

import pytest

from cartload_dev.system_client import SystemClient
from support.client import User
from support.equality import engine_hashes, stored_hashes


@pytest.mark.parametrize("ids", ["uuid", "integer"])
async def test_mysql_parquet_and_the_engine_hold_the_same_rows(
    cartload: SystemClient, user: User, ids: str
) -> None:
    job = await user.make_dataset(customers=4_500, seed=3, ids=ids)
    dataset, stored = await stored_hashes(cartload, user, job["dataset_id"])
    assert stored == engine_hashes(dataset["spec"], dataset["segments"])


async def test_an_append_makes_the_dataset_that_would_have_been(cartload: SystemClient, user: User) -> None:
    job = await user.make_dataset(customers=2_000, seed=17)
    body = {"dataset_id": job["dataset_id"], "customers": 3_000}
    appended = await user.call("POST", "/api/jobs", json=body, headers={"Prefer": "wait=60"})
    assert appended.body["state"] == "completed", appended.body
    dataset, stored = await stored_hashes(cartload, user, job["dataset_id"])
    assert stored == engine_hashes(dataset["spec"], [{"first_block": 0, "customers": 5_000}])


async def test_a_shop_as_of_a_moment_is_stored_as_it_was_then(cartload: SystemClient, user: User) -> None:
    job = await user.make_dataset(customers=2_000, seed=3, as_of="2025-03-01T12:00:00+01:00")
    body = {"dataset_id": job["dataset_id"], "customers": 1_500}
    appended = await user.call("POST", "/api/jobs", json=body, headers={"Prefer": "wait=60"})
    assert appended.body["state"] == "completed", appended.body
    assert appended.body["rows_total"] == appended.body["rows_done"]
    dataset, stored = await stored_hashes(cartload, user, job["dataset_id"])
    assert dataset["spec"]["as_of"] == "2025-03-01T11:00:00Z"
    assert stored == engine_hashes(dataset["spec"], dataset["segments"])
    assert 0 < stored["users"].rows < 3_500
    path = f"/api/datasets/{job['dataset_id']}/report"
    assert (await user.call("POST", path)).status == 202
    report = await user.when(path, lambda report: report["state"] != "running")
    assert (report["kind"], report["ok"]) == ("full", True), report
