"""The plain endpoints on the running system, as an older client uses them."""

import asyncio
import secrets
from typing import Any

import pytest

from support.client import User

TABLES = {
    "user": "users",
    "address": "addresses",
    "category": "categories",
    "subcategory": "sub_categories",
    "product": "products",
    "products_sku": "products_skus",
    "wishlist": "wishlist",
    "payment": "payment_details",
    "order": "order_details",
    "order_item": "order_item",
}


async def test_an_older_client_registers_signs_in_and_refreshes(user: User) -> None:
    user.token = ""
    credentials = {"username": f"old-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
    registered = await user.call("POST", "/register", json=credentials)
    assert registered.body == {"msg": "User created successfully"}
    assert (await user.call("POST", "/register", json=credentials)).status == 409
    signed_in = (await user.call("POST", "/login", json=credentials)).body
    assert set(signed_in) == {"access_token", "refresh_token", "user_id"}
    bearer = {"Authorization": f"Bearer {signed_in['refresh_token']}"}
    for _ in range(2):
        refreshed = await user.call("POST", "/refresh", headers=bearer)
        assert set(refreshed.body) == {"access_token"}
    user.token = refreshed.body["access_token"]
    assert (await user.get("/list_parent_jobs")) == {"success": True, "parentJobIds": []}
    assert (await user.call("POST", "/api/auth/logout", headers=bearer)).status == 204
    assert (await user.call("POST", "/refresh", headers=bearer)).status == 401


async def test_write_to_db_answers_when_the_rows_are_in_mysql(user: User) -> None:
    answer = await user.call("POST", "/write_to_db", json={"dataCount": 25})
    assert answer.status == 200, answer.body
    body = answer.body
    assert set(body) == {
        "success",
        "message",
        "user_id",
        "all_messages",
        "all_user_ids",
        "generation_time",
        "commit_time",
    }
    assert body["success"] is True
    assert len(body["all_messages"]) == len(set(body["all_user_ids"])) == 25
    assert (body["message"], body["user_id"]) == (body["all_messages"][-1], body["all_user_ids"][-1])
    stored = await user.get("/get_user")
    assert {row["id"] for row in stored["user"]} == set(body["all_user_ids"])
    names = {f"your user name is : {row['user_name']}" for row in stored["user"]}
    assert names == set(body["all_messages"])
    assert body["generation_time"] > 0
    assert body["commit_time"] > 0


async def test_every_table_of_the_newest_dataset_is_read(user: User) -> None:
    job = await user.make_dataset(customers=30)
    for name, table in TABLES.items():
        body = await user.get(f"/get_{name}?limit=7")
        assert body["success"] is True
        assert len(body[name]) == min(7, job["tables"][table]["rows_done"])


async def test_the_link_header_leads_through_all_rows(user: User) -> None:
    await user.make_dataset(customers=30)
    seen: list[Any] = []
    path: str | None = "/get_user?limit=8"
    while path:
        answer = await user.call("GET", path)
        seen += [row["id"] for row in answer.body["user"]]
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert len(seen) == len(set(seen)) == 30


async def test_generate_raw_is_read_back_from_blob(user: User) -> None:
    answer = await user.call("POST", "/generate_raw", json={"dataCount": 2500})
    queued = answer.body
    assert (queued["status"], queued["total_count"], queued["batch_size"]) == ("queued", 2500, 1000)
    assert queued["total_chunks"] == len(set(queued["jobIds"])) == 3
    job = await user.finish_job(queued["parentJobId"])
    for name, table in TABLES.items():
        body = await user.get(f"/get_raw_data/{queued['parentJobId']}/{name}")
        assert body["success"] is True
        assert len(body[name]) == job["tables"][table]["rows_done"]
    users = (await user.get(f"/get_raw_data/{queued['parentJobId']}/user"))["user"]
    stored = {row["id"]: row for row in (await user.get("/get_user"))["user"]}
    assert [row for row in users if row["id"] in stored] == list(stored.values())
    assert (await user.get("/list_parent_jobs"))["parentJobIds"] == [queued["parentJobId"]]


@pytest.mark.parametrize("count", [0, -5, 1.5, "10", None, True])
async def test_counts_that_are_no_whole_numbers_are_422(user: User, count: object) -> None:
    for path in ("/write_to_db", "/generate_raw"):
        answer = await user.call("POST", path, json={"dataCount": count})
        assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")


async def test_write_to_db_above_a_thousand_points_to_generate_raw(user: User) -> None:
    answer = await user.call("POST", "/write_to_db", json={"dataCount": 1001})
    assert answer.status == 422
    assert "/generate_raw" in answer.body["detail"]


async def test_callers_at_once_get_datasets_of_their_own(user: User, stranger: User) -> None:
    calls = (one.call("POST", "/write_to_db", json={"dataCount": 5}) for one in (user, stranger))
    mine, theirs = await asyncio.gather(*calls)
    assert (mine.status, theirs.status) == (200, 200)
    assert {row["id"] for row in (await user.get("/get_user"))["user"]} == set(mine.body["all_user_ids"])
    assert {row["id"] for row in (await stranger.get("/get_user"))["user"]} == set(
        theirs.body["all_user_ids"]
    )


@pytest.mark.parametrize(
    "call", ["POST /write_to_db", "POST /generate_raw", "GET /get_user", "GET /list_parent_jobs"]
)
async def test_a_token_is_needed(user: User, call: str) -> None:
    user.token = ""
    method, path = call.split()
    assert (await user.call(method, path, json={"dataCount": 1})).status == 401
