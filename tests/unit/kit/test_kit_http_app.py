"""The app that every service begins with: its errors, ids, logs and metrics."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict, Field

from cartload_kit import tracing
from cartload_kit.errors import Conflict, TooManyRequests, Unavailable
from cartload_kit.http import create_app
from cartload_kit.logging import bound


class Thing(BaseModel):
    """A body with one field of each kind that matters here."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=10)
    amount: int = Field(default=1, ge=1, le=1000)
    password: str = Field(default="longenough", min_length=8)
    parts: list[dict[str, int]] = []


def build(*, strict_json: bool = True) -> FastAPI:
    app = create_app("sample", title="Sample", strict_json=strict_json)
    router = APIRouter(prefix="/api")

    @router.post("/things/{number}", status_code=201)
    async def make(number: int, thing: Thing, limit: int = 10) -> Thing:
        return thing

    @router.get("/conflict")
    async def conflict() -> None:
        raise Conflict("It is running.", state="running")

    @router.get("/busy")
    async def busy() -> None:
        raise TooManyRequests(1.4)

    @router.get("/away")
    async def away() -> None:
        raise Unavailable("The database is away.")

    @router.get("/broken")
    async def broken() -> None:
        raise KeyError("SELECT secret FROM things")

    @router.get("/context")
    async def context() -> dict[str, str]:
        return {**bound(), "traceparent": tracing.current_traceparent()}

    @router.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.close(4401)

    app.include_router(router)
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build())
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as found:
        yield found


def told(answer: httpx.Response) -> dict[str, Any]:
    """The problem that an answer tells of."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.request.url.path
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    return body


async def test_each_wrong_field_is_named_with_its_value(client: httpx.AsyncClient) -> None:
    wrong = {"name": "x" * 11, "amount": 0, "password": "short", "parts": [{"a": "b"}]}
    problem = told(await client.post("/api/things/seven?limit=many", json=wrong))
    errors = {error.pop("field"): error for error in problem["errors"]}
    assert errors["number"]["value"] == "seven"
    assert errors["limit"]["value"] == "many"
    assert errors["amount"] == {"message": "Input should be greater than or equal to 1", "value": 0}
    assert errors["parts.0.a"]["value"] == "b"
    assert "value" not in errors["password"]
    assert problem["status"] == 422
    assert "amount: Input should be greater" in problem["detail"]


@pytest.mark.parametrize("unknown", ["pasword", "pin", "Passw0rd", "note"])
async def test_what_came_under_an_unknown_field_is_not_repeated(
    client: httpx.AsyncClient, unknown: str
) -> None:
    answer = await client.post("/api/things/1", json={"name": "a", unknown: "hunter2hunter2"})
    assert [error["field"] for error in told(answer)["errors"]] == [unknown]
    assert "hunter2" not in answer.text


async def test_a_missing_field_has_no_value(client: httpx.AsyncClient) -> None:
    problem = told(await client.post("/api/things/1", json={}))
    assert problem["errors"] == [{"field": "name", "message": "Field required"}]


async def test_a_long_value_is_not_echoed(client: httpx.AsyncClient) -> None:
    problem = told(await client.post("/api/things/1", json={"name": "x" * 5000}))
    assert "value" not in problem["errors"][0]


async def test_a_thousand_errors_are_told_in_few_words(client: httpx.AsyncClient) -> None:
    parts = [{"a": "b"}] * 1000
    answer = await client.post("/api/things/1", json={"name": "a", "parts": parts, "x" * 5000: 1})
    assert len(told(answer)["errors"]) == 50
    assert "and 45 more" in answer.json()["detail"]
    assert len(answer.content) < 10_000


@pytest.mark.parametrize("body", ['{"name": NaN}', '{"name": 1e999}', '{"name": "' + "\\ud800" * 20 + '"}'])
async def test_what_json_cannot_say_is_not_said_back(body: str) -> None:
    transport = httpx.ASGITransport(build(strict_json=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        headers = {"content-type": "application/json"}
        assert told(await client.post("/api/things/1", content=body, headers=headers))["status"] == 422


async def test_a_missing_body_and_one_of_another_type(client: httpx.AsyncClient) -> None:
    assert told(await client.post("/api/things/1"))["errors"][0]["field"] == "body"
    assert told(await client.post("/api/things/1", content=b'{"name": "a"}'))["status"] == 415
    form = await client.post("/api/things/1", data={"name": "a"})
    assert told(form)["status"] == 415


@pytest.mark.parametrize("path", ["/nothing", "/api/", "/api/things/1/", "/api/%2e%2e/x", "/"])
async def test_an_unknown_path_is_a_problem_too(client: httpx.AsyncClient, path: str) -> None:
    assert told(await client.get(path))["status"] == 404


async def test_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/things/1")
    assert told(answer)["status"] == 405
    assert answer.headers["allow"] == "POST"


async def test_problems_carry_their_members_and_headers(client: httpx.AsyncClient) -> None:
    assert told(await client.get("/api/conflict"))["state"] == "running"
    busy, away = await client.get("/api/busy"), await client.get("/api/away")
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "2")
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")


async def test_an_unexpected_error_is_logged_and_tells_nothing(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/api/broken")
    assert told(answer)["status"] == 500
    assert "SELECT" not in answer.text
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


async def test_a_request_id_is_kept_when_it_is_harmless(client: httpx.AsyncClient) -> None:
    kept = await client.get("/api/context", headers={"x-request-id": "abc-1.2_3"})
    assert kept.headers["x-request-id"] == kept.json()["request_id"] == "abc-1.2_3"
    for bad in ("", "a b", "x" * 65, '"><'):
        answer = await client.get("/api/context", headers={"x-request-id": bad})
        assert len(answer.headers["x-request-id"]) == 32


async def test_the_trace_goes_on(client: httpx.AsyncClient) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await client.get("/api/context", headers={"traceparent": parent})
    assert answer.json()["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


def seconds_counted(route: str, status: str) -> float:
    labels = {"service": "sample", "method": "GET", "route": route, "status": status}
    return REGISTRY.get_sample_value("cartload_http_request_duration_seconds_count", labels) or 0.0


async def test_requests_are_counted_by_route_template(client: httpx.AsyncClient) -> None:
    before = seconds_counted("/api/conflict", "409"), seconds_counted("unmatched", "404")
    await client.get("/api/conflict")
    await client.get("/nothing/1")
    await client.get("/nothing/2")
    assert seconds_counted("/api/conflict", "409") == before[0] + 1
    assert seconds_counted("unmatched", "404") == before[1] + 2


async def test_each_request_is_one_log_line(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cartload.http")
    await client.get("/api/conflict?token=secret")
    await client.get("/health/live")
    (record,) = [record for record in caplog.records if record.name == "cartload.http"]
    assert record.getMessage() == "GET /api/conflict 422"
    assert record.__dict__["route"] == "/api/conflict"
    assert record.__dict__["duration_ms"] >= 0


async def test_odd_methods_do_not_make_new_series(client: httpx.AsyncClient) -> None:
    await client.request("BREW", "/api/conflict")
    text = (await client.get("/metrics")).text
    assert "BREW" not in text
    assert 'method="OTHER"' in text
