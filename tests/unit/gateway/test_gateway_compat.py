"""The compat endpoints against services that answer as told: shapes, refusals, and who is asked what."""

import json
from typing import Any
from uuid import UUID, uuid5

import aiohttp
import pytest
from starlette.responses import JSONResponse

from cartload_gateway.app import describe

JOB = "0193f0a2-7d1f-7b10-8c2e-5a9d4e6c2b02"
DATASET = "0193f0a2-7d1e-7c3a-9a51-0f6f3b7f1a01"
DATASET_ITEM = {"id": DATASET, "targets": ["mysql", "files", "kafka"]}
USERS_PATH = f"/api/datasets/{DATASET}/tables/users/rows"


def job(state: str = "completed", **changes: object) -> dict[str, object]:
    seconds = {"generating": 0.25, "storing": 0.5, "indexing": 0, "checking": 0}
    return {
        "id": JOB,
        "dataset_id": DATASET,
        "kind": "create",
        "state": state,
        "error": None,
        "rows_done": 3,
        "rows_total": 9,
        "stage_seconds": seconds,
        **changes,
    }


async def read(gateway: Any, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
    async with gateway.client.request(method, path, **more) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def test_register_says_so(gateway: Any) -> None:
    gateway.services.answer("POST /api/auth/register", {"id": "u1"}, 201)
    credentials = {"username": "ada", "password": "a long password"}
    status, body, _ = await read(gateway, "POST", "/register", json=credentials)
    assert (status, body) == (201, {"msg": "User created successfully"})


async def test_a_refusal_of_auth_reaches_the_caller(gateway: Any) -> None:
    problem = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "ada is taken"}
    gateway.services.answer("POST /api/auth/register", problem, 409)
    credentials = {"username": "ada", "password": "a long password"}
    status, body, headers = await read(gateway, "POST", "/register", json=credentials)
    assert (status, body["detail"], headers["Content-Type"]) == (
        409,
        "ada is taken",
        "application/problem+json",
    )


async def test_login_opens_a_session_of_its_own_kind(gateway: Any) -> None:
    tokens = {"access_token": "A", "refresh_token": "R", "user": {"id": "u1"}}
    gateway.services.answer("POST /api/auth/login", tokens)
    status, body, _ = await read(gateway, "POST", "/login", json={"username": "ada", "password": "p"})
    assert (status, body) == (200, {"access_token": "A", "refresh_token": "R", "user_id": "u1"})
    assert b'"session":"plain"' in gateway.services.calls("POST /api/auth/login")[0].body.replace(b" ", b"")


async def test_refresh_takes_the_token_as_bearer(gateway: Any) -> None:
    gateway.services.answer("POST /api/auth/refresh", {"access_token": "B"})
    status, body, _ = await read(gateway, "POST", "/refresh", headers={"Authorization": "Bearer R"})
    assert (status, body) == (200, {"access_token": "B"})
    sent = gateway.services.calls("POST /api/auth/refresh")[0].body
    assert json.loads(sent) == {"refresh_token": "R", "session": "plain"}


@pytest.mark.parametrize(
    "call", ["POST /write_to_db", "POST /generate_raw", "GET /get_user", "GET /list_parent_jobs"]
)
async def test_signing_in_comes_first(gateway: Any, call: str) -> None:
    method, path = call.split()
    status, body, _ = await read(gateway, method, path, json={"dataCount": 1})
    assert (status, body["status"]) == (401, 401)


async def test_write_to_db_gives_one_message_and_id_for_each_customer(gateway: Any) -> None:
    gateway.services.answer("POST /api/jobs", job())
    users = [{"id": f"u{n}", "user_name": f"name{n}"} for n in range(3)]
    gateway.services.answer(f"GET {USERS_PATH}", {"items": users, "next": None})
    status, body, _ = await read(
        gateway, "POST", "/write_to_db", json={"dataCount": 3}, headers=gateway.bearer()
    )
    assert (status, body) == (
        200,
        {
            "success": True,
            "message": "your user name is : name2",
            "user_id": "u2",
            "all_messages": [f"your user name is : name{n}" for n in range(3)],
            "all_user_ids": ["u0", "u1", "u2"],
            "generation_time": 0.25,
            "commit_time": 0.5,
        },
    )
    assert gateway.services.calls("POST /api/jobs")[0].headers["prefer"] == "wait=30"


async def test_write_to_db_that_takes_too_long_is_504_with_the_job(gateway: Any) -> None:
    gateway.services.answer("POST /api/jobs", job("running"), 202)
    status, _, headers = await read(
        gateway, "POST", "/write_to_db", json={"dataCount": 3}, headers=gateway.bearer()
    )
    assert (status, headers["Location"]) == (504, f"/api/jobs/{JOB}")


async def test_write_to_db_of_a_failed_job_says_why(gateway: Any) -> None:
    gateway.services.answer("POST /api/jobs", job("failed", error="disk full"))
    status, body, _ = await read(
        gateway, "POST", "/write_to_db", json={"dataCount": 3}, headers=gateway.bearer()
    )
    assert (status, body["detail"]) == (500, "disk full")


@pytest.mark.parametrize("count", [0, -1, 1.5, "3", True, None, 10**9, [1]])
@pytest.mark.parametrize("path", ["/write_to_db", "/generate_raw"])
async def test_counts_that_are_not_allowed_are_422(gateway: Any, path: str, count: object) -> None:
    status, body, headers = await read(
        gateway, "POST", path, json={"dataCount": count}, headers=gateway.bearer()
    )
    assert (status, headers["Content-Type"]) == (422, "application/problem+json")
    assert body["errors"][0]["field"] == "dataCount"
    assert gateway.services.calls("POST /api/jobs") == []


async def test_write_to_db_above_one_block_points_to_generate_raw(gateway: Any) -> None:
    status, body, _ = await read(
        gateway, "POST", "/write_to_db", json={"dataCount": 1001}, headers=gateway.bearer()
    )
    assert status == 422
    assert "/generate_raw" in body["errors"][0]["message"]


async def test_generate_raw_names_its_chunks_the_same_each_time(gateway: Any) -> None:
    gateway.services.answer("POST /api/jobs", job("queued"), 202)
    status, body, _ = await read(
        gateway, "POST", "/generate_raw", json={"dataCount": 2500}, headers=gateway.bearer()
    )
    assert status == 202
    assert body == {
        "parentJobId": JOB,
        "jobIds": [str(uuid5(UUID(JOB), str(block))) for block in range(3)],
        "status": "queued",
        "total_count": 2500,
        "batch_size": 1000,
        "total_chunks": 3,
    }


async def test_a_table_of_the_newest_dataset_comes_in_pages(gateway: Any) -> None:
    gateway.services.answer("GET /api/datasets", {"items": [DATASET_ITEM], "next": None})
    rows = [{"id": "u1", "user_name": "ada"}]
    gateway.services.answer(f"GET {USERS_PATH}", {"items": rows, "next": "abc"})
    status, body, headers = await read(gateway, "GET", "/get_user?limit=1", headers=gateway.bearer())
    assert (status, body) == (200, {"success": True, "user": rows})
    assert headers["Link"] == '</get_user?limit=1&cursor=abc>; rel="next"'
    assert gateway.services.calls("GET /api/datasets")[0].query == "state=ready&limit=100"


async def test_a_dataset_without_tables_in_mysql_is_passed_over(gateway: Any) -> None:
    files_only = {"id": JOB, "targets": ["files", "kafka"]}

    def page(asked: Any) -> Any:
        if "cursor=older" in asked.query:
            return JSONResponse({"items": [DATASET_ITEM], "next": None})
        return JSONResponse({"items": [files_only], "next": "older"})

    gateway.services.answers["GET /api/datasets"] = page
    gateway.services.answer(f"GET {USERS_PATH}", {"items": [{"id": "u1"}], "next": None})
    status, body, _ = await read(gateway, "GET", "/get_user", headers=gateway.bearer())
    assert (status, body["user"]) == (200, [{"id": "u1"}])


async def test_without_a_dataset_a_table_is_404(gateway: Any) -> None:
    gateway.services.answer("GET /api/datasets", {"items": [], "next": None})
    status, _, _ = await read(gateway, "GET", "/get_order", headers=gateway.bearer())
    assert status == 404


@pytest.mark.parametrize("path", ["/get_user?limit=0", "/get_user?limit=1001", "/get_user?limit=x"])
async def test_a_page_size_that_is_not_allowed_is_422(gateway: Any, path: str) -> None:
    status, _, _ = await read(gateway, "GET", path, headers=gateway.bearer())
    assert status == 422


async def test_raw_rows_stream_out_of_blob(gateway: Any) -> None:
    gateway.services.answer(f"GET /api/jobs/{JOB}", job())
    gateway.services.answer(f"GET /api/datasets/{DATASET}/raw/order_details", [{"id": 1}, {"id": 2}])
    status, body, _ = await read(gateway, "GET", f"/get_raw_data/{JOB}/order", headers=gateway.bearer())
    assert (status, body) == (200, {"success": True, "order": [{"id": 1}, {"id": 2}]})


async def test_raw_rows_of_a_running_job_are_409(gateway: Any) -> None:
    gateway.services.answer(f"GET /api/jobs/{JOB}", job("running"))
    status, body, _ = await read(gateway, "GET", f"/get_raw_data/{JOB}/order", headers=gateway.bearer())
    assert status == 409
    assert "3 of 9 rows" in body["detail"]


@pytest.mark.parametrize("path", [f"/get_raw_data/{JOB}/passwords", "/get_raw_data/nonsense/user"])
async def test_raw_rows_of_an_unknown_table_or_job_are_404(gateway: Any, path: str) -> None:
    status, _, _ = await read(gateway, "GET", path, headers=gateway.bearer())
    assert status == 404
    assert gateway.services.asked == []


async def test_parent_jobs_are_listed_over_all_pages(gateway: Any) -> None:
    def page(asked: Any) -> Any:
        if "cursor=second" in asked.query:
            return JSONResponse({"items": [job(id="c", kind="append"), job(id="d")], "next": None})
        return JSONResponse({"items": [job(id="a"), job(id="b")], "next": "second"})

    gateway.services.answers["GET /api/jobs"] = page
    status, body, _ = await read(gateway, "GET", "/list_parent_jobs", headers=gateway.bearer())
    assert (status, body) == (200, {"success": True, "parentJobIds": ["a", "b", "d"]})


NAVIGATIONS = ({"Accept": "text/html,*/*;q=0.8"}, {"Accept": "*/*", "Sec-Fetch-Mode": "navigate"})
DATA = ({"Accept": "application/json"}, {"Accept": "*/*"}, {"Accept": "text/html", "Sec-Fetch-Mode": "cors"})
POSTS = ("/register", "/login", "/refresh", "/write_to_db", "/generate_raw")


@pytest.mark.parametrize("path", POSTS)
async def test_only_a_browsers_navigation_to_a_post_endpoint_is_the_page(gateway: Any, path: str) -> None:
    for headers in NAVIGATIONS:
        async with gateway.client.get(path, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
    for method, allowed in (("GET", "POST"), ("HEAD", "POST"), ("DELETE", "GET, HEAD, POST")):
        for headers in DATA:
            async with gateway.client.request(method, path, headers=headers) as answer:
                assert (answer.status, answer.headers["Allow"]) == (405, allowed)
                assert answer.content_type == "application/problem+json"


async def test_write_to_db_of_a_cancelled_job_is_a_conflict(gateway: Any) -> None:
    gateway.services.answer("POST /api/jobs", job("cancelled"))
    status, body, headers = await read(
        gateway, "POST", "/write_to_db", json={"dataCount": 3}, headers=gateway.bearer()
    )
    assert (status, headers["Location"]) == (409, f"/api/jobs/{JOB}")
    assert "cancelled" in body["detail"]


@pytest.mark.parametrize(
    ("status", "header", "value"),
    [(429, "Retry-After", "17"), (503, "Retry-After", "4"), (401, "WWW-Authenticate", 'Bearer error="x"')],
)
async def test_a_refusal_keeps_its_headers(gateway: Any, status: int, header: str, value: str) -> None:
    problem = {"title": "No", "status": status, "detail": "not now"}
    gateway.services.answer("POST /api/auth/login", problem, status, **{header: value})
    found, body, headers = await read(
        gateway, "POST", "/login", json={"username": "ada", "password": "a long password"}
    )
    assert (found, body["detail"]) == (status, "not now")
    assert headers.getall(header) == [value]
    assert headers.getall("Content-Type") == ["application/problem+json"]
    assert headers.getall("Cache-Control") == ["no-store"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"dataCount": NaN}', 400),
        (b'{"dataCount": 1, "dataCount": 2}', 422),
        (b'{"dataCount": 1e999}', 422),
        (b'{"dataCount": 1}' + b" " * 70_000, 413),
    ],
)
async def test_bodies_are_small_and_json_to_the_letter(gateway: Any, body: bytes, status: int) -> None:
    headers = gateway.bearer() | {"Content-Type": "application/json"}
    found, _, answered = await read(gateway, "POST", "/write_to_db", data=body, headers=headers)
    assert (found, answered["Content-Type"]) == (status, "application/problem+json")
    assert "X-Content-Type-Options" in answered
    assert "X-Request-Id" in answered
    assert gateway.services.asked == []


@pytest.mark.parametrize("path", ["/list_parent_jobs", f"/get_raw_data/{JOB}/order"])
async def test_the_rate_limit_is_told_here_too(gateway: Any, path: str) -> None:
    gateway.services.answer("GET /api/jobs", {"items": [], "next": None})
    gateway.services.answer(f"GET /api/jobs/{JOB}", job())
    gateway.services.answer(f"GET /api/datasets/{DATASET}/raw/order_details", [])
    _, _, headers = await read(gateway, "GET", path, headers=gateway.bearer())
    assert headers["RateLimit-Policy"] == '"user";q=1200;w=60'


@pytest.mark.parametrize("path", ["/get_user", "/list_parent_jobs", f"/get_raw_data/{JOB}/order"])
async def test_head_is_answered_wherever_get_is(gateway: Any, path: str) -> None:
    gateway.services.answer("GET /api/datasets", {"items": [DATASET_ITEM], "next": None})
    gateway.services.answer(f"GET {USERS_PATH}", {"items": [], "next": None})
    gateway.services.answer("GET /api/jobs", {"items": [], "next": None})
    gateway.services.answer(f"GET /api/jobs/{JOB}", job())
    gateway.services.answer(f"GET /api/datasets/{DATASET}/raw/order_details", [])
    async with gateway.client.head(path, headers=gateway.bearer()) as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
    async with gateway.client.head(path) as answer:
        assert answer.status == 401


async def test_a_client_that_leaves_ends_the_wait_for_its_job(gateway: Any) -> None:
    gateway.services.held.add("POST /api/jobs")
    with pytest.raises(TimeoutError):
        await read(
            gateway,
            "POST",
            "/write_to_db",
            json={"dataCount": 3},
            headers=gateway.bearer(),
            timeout=aiohttp.ClientTimeout(0.3),
        )
    assert len(gateway.services.calls("POST /api/jobs")) == 1
    await gateway.services.open_when("/api/jobs", 0)


def test_the_document_says_who_may_ask() -> None:
    paths = describe().openapi()["paths"]
    for path, item in paths.items():
        for operation in item.values():
            schemes = {name for scheme in operation.get("security", []) for name in scheme}
            wanted = {"/register": set(), "/login": set(), "/refresh": {"refresh_token"}}
            assert schemes == wanted.get(path, {"access_token"})
            assert ("401" in operation["responses"]) == bool(schemes)
