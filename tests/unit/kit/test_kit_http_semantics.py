"""HEAD, conditional requests and Cache-Control of any route, on the real server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Response
from starlette.responses import StreamingResponse

from cartload_kit.http import create_app
from support.serving import served

TAG = '"v1"'


class Streams:
    """Counts the streams that are open, and the pieces that they gave."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self.pieces = 0

    async def endless(self) -> AsyncGenerator[bytes]:
        """Pieces without end."""
        try:
            while True:
                self.pieces += 1
                yield b"x" * 1000
        finally:
            self.closed.set()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture
async def client(streams: Streams) -> AsyncIterator[httpx.AsyncClient]:
    async with served(app(streams)) as url, httpx.AsyncClient(base_url=url, timeout=10) as made:
        yield made


def app(streams: Streams) -> FastAPI:
    made = create_app("test", title="test")

    @made.get("/tagged")
    async def tagged(response: Response) -> dict[str, str]:
        response.headers["ETag"] = TAG
        return {"a": "b"}

    @made.get("/public")
    async def public(response: Response) -> dict[str, str]:
        response.headers["Cache-Control"] = "public, max-age=60"
        return {}

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(streams.endless(), headers={"ETag": TAG})

    @made.get("/item/{number}")
    async def item(number: int) -> dict[str, int]:
        return {"number": number}

    @made.post("/item/{number}")
    async def change(number: int) -> dict[str, int]:
        return {"number": number}

    return made


async def test_head_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    for path in ("/tagged", "/public", "/item/7", "/item/x", "/nothing", "/health/live", "/openapi.json"):
        get, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        changing = ("x-request-id", "date")
        shown = {name: value for name, value in get.headers.items() if name not in changing}
        assert {name: value for name, value in head.headers.items() if name not in changing} == shown


async def test_head_of_a_stream_makes_at_most_its_first_piece(
    client: httpx.AsyncClient, streams: Streams
) -> None:
    head = await client.head("/stream")
    assert (head.status_code, head.headers["etag"], head.content) == (200, TAG, b"")
    async with asyncio.timeout(5):
        await streams.closed.wait()
    assert streams.pieces <= 1
    assert (await client.get("/tagged")).status_code == 200, "the connection can be used again"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/tagged", "/stream"])
async def test_a_client_that_has_it_is_sent_nothing(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    for known in (TAG, f"W/{TAG}", f'"old", {TAG}', "*"):
        answer = await client.request(method, path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, TAG, b"")
        assert "content-type" not in answer.headers
    assert (await client.request("GET", "/tagged", headers={"If-None-Match": '"old"'})).status_code == 200


@pytest.mark.parametrize("path", ["/tagged", "/stream", "/item/7"])
async def test_a_client_that_wants_another_version_is_told(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"If-Match": '"old"'})
    assert answer.status_code == 412
    assert answer.headers["content-type"] == "application/problem+json"
    head = await client.head(path, headers={"If-Match": '"old"'})
    assert (head.status_code, head.content) == (412, b"")


async def test_conditions_do_not_hide_errors(client: httpx.AsyncClient) -> None:
    for headers in ({"If-Match": '"old"'}, {"If-None-Match": "*"}):
        assert (await client.get("/item/x", headers=headers)).status_code == 422
        assert (await client.get("/nothing", headers=headers)).status_code == 404


async def test_a_change_of_a_version_is_refused_where_nothing_has_versions(client: httpx.AsyncClient) -> None:
    assert (await client.post("/item/7", headers={"If-Match": '"old"'})).status_code == 412
    assert (await client.post("/item/7", headers={"If-Match": "*"})).status_code == 200


async def test_caches_keep_only_what_says_so(client: httpx.AsyncClient) -> None:
    found = {path: (await client.get(path)).headers["cache-control"] for path in
             ("/tagged", "/public", "/item/7", "/item/x", "/nothing")}  # fmt: skip
    assert found == {
        "/tagged": "private, no-cache",
        "/public": "public, max-age=60",
        "/item/7": "no-store",
        "/item/x": "no-store",
        "/nothing": "no-store",
    }


async def test_405_lists_all_methods_of_the_path(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/item/7")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "GET, HEAD, POST" in answer.json()["detail"]
