"""The real server: bodies over sockets, and WebSockets."""

from collections.abc import AsyncIterator

import httpx
import pytest
import websockets
from fastapi import FastAPI, Request, WebSocket

from cartload_kit.http import create_app
from support.http_server import exchange, port_of, running


def build() -> FastAPI:
    app = create_app("sample", title="Sample", max_body=100_000)

    @app.post("/json")
    async def take(value: dict[str, str]) -> int:
        return len(value)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.websocket("/socket")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with running(build()) as found:
        yield port_of(found)


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_a_body_without_length_is_refused_and_the_client_hears_it(port: int, kind: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    async with httpx.AsyncClient() as client:
        headers = {"content-type": kind}
        answer = await client.post(f"http://127.0.0.1:{port}/raw", content=pieces(), headers=headers)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_without_end_is_cut_off(port: int) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 100_000

    async with httpx.AsyncClient() as client:
        try:
            answer = await client.post(f"http://127.0.0.1:{port}/raw", content=endless())
            assert answer.status_code == 413
        except httpx.TransportError:
            pass  # cut off while it was still sending


async def test_a_declared_length_is_refused_before_the_body_comes(port: int) -> None:
    head = b"POST /json HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n"
    answer = await exchange(port, head + b"content-length: 100001\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


async def test_websockets_talk_without_compression_and_within_bounds(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/socket", compression="deflate") as client:
        assert not client.response.headers.get("sec-websocket-extensions")  # type: ignore[union-attr]
        await client.send("hello")
        assert await client.recv() == "hello"
        await client.send("x" * 70_000)
        with pytest.raises(websockets.ConnectionClosed) as error:
            await client.recv()
        assert error.value.rcvd is not None
        assert error.value.rcvd.code == 1009


async def test_a_websocket_is_closed_when_the_process_stops() -> None:
    app = build()
    async with running(app) as found:
        client = await websockets.connect(f"ws://127.0.0.1:{port_of(found)}/socket")
        await client.send("hello")
        await client.recv()
    with pytest.raises(websockets.ConnectionClosed) as error:
        await client.recv()
    assert error.value.rcvd is not None
    assert error.value.rcvd.code == 1012
