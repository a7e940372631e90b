"""What a body may be: its size while it streams, and JSON to the letter."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_kit.errors import BadRequest, PayloadTooLarge
from cartload_kit.http import create_app, loads
from cartload_kit.http.limits import BodyLimits

LIMIT = 1000
JSON = {"content-type": "application/json"}


class Seen:
    """What the routes of the app under test have seen."""

    def __init__(self) -> None:
        self.calls = 0
        self.chunks = 0


def build(seen: Seen, **more: Any) -> FastAPI:
    app = create_app("sample", title="Sample", max_body=LIMIT, **more)

    @app.post("/json")
    async def take(value: dict[str, Any]) -> dict[str, Any]:
        seen.calls += 1
        return value

    @app.post("/raw")
    async def raw(request: Request) -> int:
        seen.calls += 1
        return len(await request.body())

    @app.post("/stream")
    async def stream(request: Request) -> int:
        size = 0
        async for chunk in request.stream():
            seen.chunks += 1
            size += len(chunk)
        return size

    return app


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def client(seen: Seen) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build(seen))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as found:
        yield found


async def pieces(count: int, size: int = 100) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


@pytest.mark.parametrize("path", ["/json", "/raw", "/stream"])
async def test_a_body_declared_too_long_is_refused_unread(
    client: httpx.AsyncClient, seen: Seen, path: str
) -> None:
    answer = await client.post(path, content=b"x" * (LIMIT + 1), headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["limit"] == LIMIT
    assert answer.headers["connection"] == "close"
    assert seen.calls == 0


@pytest.mark.parametrize("path", ["/json", "/raw", "/stream"])
@pytest.mark.parametrize("headers", [JSON, {}])
async def test_a_body_that_grows_too_long_is_refused(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await client.post(path, content=pieces(11), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_limit_itself_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/raw", content=b"x" * LIMIT)).text == str(LIMIT)
    assert (await client.post("/stream", content=pieces(10))).text == str(LIMIT)


async def test_what_is_no_json_streams_through_in_pieces(client: httpx.AsyncClient, seen: Seen) -> None:
    await client.post("/stream", content=pieces(5))
    assert seen.chunks >= 5


async def test_json_streams_through_where_it_must(seen: Seen) -> None:
    transport = httpx.ASGITransport(build(seen, strict_json=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        assert (await client.post("/stream", content=pieces(5), headers=JSON)).text == "500"
        assert (await client.post("/stream", content=pieces(11), headers=JSON)).status_code == 413
    assert seen.chunks >= 5


async def test_a_wrong_content_length_does_not_help(client: httpx.AsyncClient) -> None:
    headers = {**JSON, "content-length": "10"}
    assert (await client.post("/raw", content=pieces(11), headers=headers)).status_code == 413


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "gzip, gzip", "aes"])
@pytest.mark.parametrize("path", ["/json", "/raw", "/stream"])
async def test_a_compressed_body_is_refused_and_never_unpacked(
    client: httpx.AsyncClient, seen: Seen, path: str, coding: str
) -> None:
    headers = {**JSON, "content-encoding": coding}
    answer = await client.post(path, content=gzip.compress(b'{"a": 1}'), headers=headers)
    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert seen.calls == seen.chunks == 0


async def test_a_body_that_says_it_is_plain_is_taken(client: httpx.AsyncClient) -> None:
    headers = {**JSON, "content-encoding": "identity"}
    assert (await client.post("/json", content=b'{"a": 1}', headers=headers)).json() == {"a": 1}


async def test_too_late_for_an_answer_the_error_goes_on_to_the_server() -> None:
    async def eager(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive()).get("more_body"):
            pass

    limits = BodyLimits(eager, service="sample", max_body=LIMIT, strict_json=False, body_seconds=1)
    pieces: list[Message] = [
        {"type": "http.request", "body": b" " * 400, "more_body": True} for _ in range(3)
    ]
    with pytest.raises(PayloadTooLarge):
        await call(limits, list(pieces), "/")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000])
@pytest.mark.parametrize("form", ['{"a": %s}', '{"a": [{"b": %s}]}'])
async def test_numbers_that_are_none_are_refused(seen: Seen, number: str, form: str) -> None:
    transport = httpx.ASGITransport(build(seen))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        content = (form % number)[:LIMIT]
        answer = await client.post("/json", content=content, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert seen.calls == 0


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'a': 1}", b"\xff\xfe", b'{"a": 1} {"b": 2}', b'{"a": 01}', b"[" * 900, b'{"a":"\x01"}'],
)
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/json", content=body, headers=JSON)
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"] or "UTF-8" in answer.json()["detail"]


async def test_half_a_character_is_refused_and_a_whole_one_is_not(client: httpx.AsyncClient) -> None:
    half = await client.post("/json", content=b'{"a": "\\ud83d"}', headers=JSON)
    assert half.status_code == 422
    whole = await client.post("/json", content=b'{"a": "\\ud83d\\ude00"}', headers=JSON)
    assert whole.json() == {"a": "\N{GRINNING FACE}"}


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"]
)
async def test_every_spelling_of_the_type_is_strict(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/json", content=b'{"a": NaN}', headers={"content-type": kind})
    assert answer.status_code == 400


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(BadRequest, match="nested"):
        loads(b"[" * 1_000_000)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_what_json_can_say_is_read_as_it_is(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value


async def call(app: ASGIApp, messages: list[Message], path: str) -> list[Message]:
    """Send a JSON request piece by piece; the client waits forever after the last piece."""
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await app(scope, receive, send)
    return sent


async def test_a_body_that_stalls_is_given_up(seen: Seen) -> None:
    app = build(seen, body_seconds=0.05)
    start, *_ = await call(app, [{"type": "http.request", "body": b"{", "more_body": True}], "/json")
    assert start["status"] == 408
    assert seen.calls == 0


async def test_a_client_that_goes_away_is_not_answered(seen: Seen) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert await call(build(seen), messages, "/json") == []
    assert seen.calls == 0
