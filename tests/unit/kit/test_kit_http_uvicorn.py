"""What our protocol relies on in uvicorn, seen from outside: ends of requests, upgrades, timers, the stop."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import websockets
from fastapi import FastAPI, Request, Response, WebSocket
from starlette.responses import StreamingResponse
from websockets.exceptions import InvalidStatus

from cartload_kit.http import create_app
from cartload_kit.http.connections import ConnectionLimits, HttpLimits
from support.http_server import ASK, Peer, exchange, peer, port_of, running

SECRET = b"part of an answer"


class Heard:
    """What the routes were told."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.left = asyncio.Event()
        self.go_on = asyncio.Event()


def build(heard: Heard) -> FastAPI:
    app = create_app("sample", title="Sample", strict_json=False)

    async def broken() -> AsyncIterator[bytes]:
        yield SECRET
        raise RuntimeError("in the middle")

    @app.get("/broken")
    async def fails_in_its_middle() -> Response:
        return StreamingResponse(broken())

    @app.get("/slow")
    async def slow() -> str:
        heard.begun.set()
        await heard.go_on.wait()
        return "done"

    @app.post("/body")
    async def takes_a_body(request: Request) -> None:
        heard.begun.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        heard.left.set()

    @app.websocket("/socket")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def is_served(port: int) -> bool:
    """Whether a new connection is taken; it is closed again."""
    answer = await exchange(port, ASK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    return answer.startswith(b"HTTP/1.1 200")


async def until_served(port: int) -> None:
    """Wait until the server has noticed that another connection was closed."""
    async with asyncio.timeout(5):
        while not await is_served(port):  # noqa: ASYNC110 - nothing tells the client
            await asyncio.sleep(0.01)


async def test_an_upgrade_that_is_not_known_is_answered_as_if_it_were_not_asked_for(
    heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(build(heard)) as server, peer(port_of(server)) as client:
        upgrade = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n"
        await client.send(ASK[:-2] + upgrade)
        assert await client.status() == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_websocket_is_a_connection_until_it_is_closed(heard: Heard) -> None:
    limits = ConnectionLimits(total=1, per_address=1)
    async with running(build(heard), connections=limits) as server:
        port = port_of(server)
        async with websockets.connect(f"ws://127.0.0.1:{port}/socket") as client:
            await client.send("hello")
            await client.recv()
            assert not await is_served(port)
        await until_served(port)


async def test_a_refused_websocket_is_no_connection_any_more(heard: Heard) -> None:
    limits = ConnectionLimits(total=1, per_address=1)
    async with running(build(heard), connections=limits) as server:
        port = port_of(server)
        for _ in range(2):
            with pytest.raises(InvalidStatus, match=r"403|404"):
                await websockets.connect(f"ws://127.0.0.1:{port}/nowhere")
            await until_served(port)


async def test_an_answer_that_breaks_off_ends_the_connection_without_an_end(heard: Heard) -> None:
    async with running(build(heard)) as server, peer(port_of(server)) as client:
        await client.send(b"GET /broken HTTP/1.1\r\nhost: h\r\n\r\n" + ASK)
        assert await client.status() == 200
        rest = await client.rest()
    assert SECRET in rest
    assert not rest.endswith(b"0\r\n\r\n")
    assert b"HTTP/1.1" not in rest


async def test_a_broken_answer_that_nobody_reads_is_cut_in_the_end(heard: Heard) -> None:
    app = build(heard)

    async def large() -> AsyncIterator[bytes]:
        yield b"x" * 60_000
        raise RuntimeError("in the middle")

    @app.get("/large")
    async def fails_after_much() -> Response:
        return StreamingResponse(large())

    limits = HttpLimits(abort_seconds=0.1, send_seconds=60)
    async with (
        running(app, limits=limits, connections=ConnectionLimits(total=1, per_address=1)) as server,
        peer(port_of(server), limit=1024) as client,
    ):
        await client.send(b"GET /large HTTP/1.1\r\nhost: h\r\n\r\n")
        await until_served(port_of(server))


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_noticed(heard: Heard) -> None:
    async with running(build(heard)) as server:
        async with peer(port_of(server)) as client:
            await client.send(b"POST /body HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\nabc")
            await asyncio.wait_for(heard.begun.wait(), 5)
        await asyncio.wait_for(heard.left.wait(), 5)


async def test_a_body_that_is_refused_is_noticed_by_its_route_too(heard: Heard) -> None:
    limits = HttpLimits(body_overhead_bytes=100)
    async with running(build(heard), limits=limits) as server, peer(port_of(server)) as client:
        await client.send(b"POST /body HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n")
        await asyncio.wait_for(heard.begun.wait(), 5)
        await client.send(b"1;" + b"e" * 2000)
        await asyncio.wait_for(heard.left.wait(), 5)


async def test_uvicorns_own_timer_does_not_end_an_idle_connection(heard: Heard) -> None:
    async with running(build(heard)) as server:
        server.config.timeout_keep_alive = 0
        async with peer(port_of(server)) as client:
            for _ in range(3):
                assert await answers(client)


async def answers(client: Peer) -> bool:
    """Whether the connection serves one request more; its body is read, so that it is idle then."""
    await client.send(ASK)
    head = await client.head()
    length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0] or 0)
    await client.reader.readexactly(length)
    return head.startswith("HTTP/1.1 200")


async def test_a_stop_lets_the_request_finish_and_then_closes(heard: Heard) -> None:
    app = build(heard)
    async with running(app) as server, peer(port_of(server)) as busy, peer(port_of(server)) as idle:
        assert await answers(idle)
        await busy.send(b"GET /slow HTTP/1.1\r\nhost: h\r\n\r\n")
        await asyncio.wait_for(heard.begun.wait(), 5)
        app.state.lifecycle.stop()
        await idle.closed()
        heard.go_on.set()
        assert "connection: close" in (await busy.head()).lower()
        assert await busy.rest() == b'"done"'
