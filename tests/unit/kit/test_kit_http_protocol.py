"""What one connection may cost: heads, bodies, trailers, pipelines and silence, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from cartload_kit.http import create_app
from cartload_kit.http.connections import ConnectionLimits, HttpLimits
from support.http_server import ASK, Peer, exchange, peer, port_of, running

POST = b"POST /raw HTTP/1.1\r\nhost: h\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
EARLY = b"POST /early HTTP/1.1\r\nhost: h\r\ncontent-length: 1000000\r\n\r\n"


class Seen:
    """What the routes saw."""

    def __init__(self) -> None:
        self.asked = 0
        self.left = asyncio.Event()
        self.headers: list[str] = []


def build(seen: Seen) -> FastAPI:
    app = create_app("sample", title="Sample", max_body=1_000_000)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        size = len(await request.body())
        seen.headers = request.headers.keys()
        return size

    @app.post("/early")
    async def early() -> Response:
        return Response(status_code=202)

    @app.get("/count")
    async def count() -> Response:
        seen.asked += 1
        return Response(b"x" * 50_000)

    @app.get("/wait")
    async def wait(request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        seen.left.set()

    return app


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def serve(seen: Seen) -> AsyncIterator[Callable[..., Any]]:
    """Starts servers with the limits that a test wants changed; gives the port."""
    async with AsyncExitStack() as stack:

        async def start(connections: ConnectionLimits | None = None, **limits: Any) -> int:
            options = {"connections": connections, "answer_headers": {"X-Safe": "yes"}}
            found = await stack.enter_async_context(
                running(build(seen), limits=HttpLimits(**limits), **options)
            )
            return port_of(found)

        yield start


async def refused(client: Peer) -> tuple[int, dict[str, Any], str]:
    """Status, problem and head of an answer after which the server closes."""
    head = await client.head()
    body = await client.rest()
    return int(head.split()[1]), json.loads(body), head.lower()


async def test_a_head_without_end_is_refused(serve: Any) -> None:
    port = await serve(head_bytes=10_000)
    for pieces in ([b"x-%d: %s\r\n" % (n, b"a" * 100) for n in range(150)], [b"x: ", *[b"a" * 1000] * 15]):
        async with peer(port) as client:
            await client.send(b"GET / HTTP/1.1\r\nhost: h\r\n", *pieces)
            status, problem, head = await refused(client)
            assert (status, problem["limit"]) == (431, 10_000)
            assert "x-safe: yes" in head
            assert "application/problem+json" in head


async def test_blank_lines_without_end_are_refused(serve: Any) -> None:
    answer = await exchange(await serve(head_bytes=10_000), *[b"\r\n" * 1000] * 10)
    assert answer.startswith(b"HTTP/1.1 431")


async def test_a_target_that_is_too_long_is_414(serve: Any) -> None:
    async with peer(await serve(target_bytes=8000)) as client:
        await client.send(b"GET /health/live?q=" + b"a" * 8220 + b" HTTP/1.1\r\nhost: h\r\n\r\n")
        status, problem, _ = await refused(client)
    assert (status, problem["limit"]) == (414, 8000)


@pytest.mark.parametrize(
    "hosts", [b"", b"host: a\r\nhost: b\r\n", b"host: a\r\nHost: a\r\n", b"host: \r\n", b"host: a b\r\n"]
)
async def test_a_host_that_is_missing_doubled_or_none_is_refused(serve: Any, hosts: bytes) -> None:
    async with peer(await serve()) as client:
        await client.send(b"GET /health/live HTTP/1.1\r\n" + hosts + b"\r\n")
        status, problem, head = await refused(client)
    assert (status, "Host" in problem["detail"]) == (400, True)
    assert "x-safe: yes" in head


async def test_what_is_no_http_is_told_so(serve: Any) -> None:
    async with peer(await serve()) as client:
        await client.send(b"EHLO mail.example\r\n\r\n")
        status, _, head = await refused(client)
    assert status == 400
    assert "x-safe: yes" in head


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /health/live HTTP/1.1\r\nhost: h\r\nx: ", b"\r\n"])
@pytest.mark.parametrize("before", [b"", ASK])
async def test_a_head_that_stalls_is_given_up(serve: Any, before: bytes, sent: bytes) -> None:
    port = await serve(head_seconds=0.1, idle_seconds=0.1)
    answer = await exchange(port, before + sent)
    assert answer.count(b"HTTP/1.1 200") == (1 if before else 0)
    assert answer.count(b"HTTP/1.1 408") == (1 if sent or not before else 0)


async def test_a_head_that_trickles_is_given_up(serve: Any) -> None:
    async with peer(await serve(head_seconds=0.2)) as client:
        await client.send(b"GET / HTTP/1.1\r\nhost: h\r\nx: ")
        async with trickling(client, b"x"):
            assert await client.status() == 408


@pytest.mark.parametrize("head", [POST + b"content-length: 900000\r\n\r\n", CHUNKED + b"ffff\r\n"])
async def test_a_body_that_trickles_or_never_comes_is_given_up(serve: Any, head: bytes) -> None:
    port = await serve(body_grace_seconds=0.2, body_bytes_per_second=10_000)
    async with peer(port) as silent, peer(port) as slow:
        await silent.send(head)
        await slow.send(head)
        async with trickling(slow, b"x"):
            assert await silent.status() == 408
            assert await slow.status() == 408


async def test_a_body_that_comes_well_may_take_longer_than_the_grace(serve: Any) -> None:
    port = await serve(body_grace_seconds=0.05, body_bytes_per_second=1000)
    async with peer(port) as client:
        await client.send(POST + b"content-length: 600\r\n\r\n")
        for _ in range(6):
            await client.send(b"x" * 100)
            await asyncio.sleep(0.02)
        assert await client.status() == 200


async def test_a_body_may_not_take_for_ever_at_any_rate(serve: Any) -> None:
    async with peer(await serve(body_seconds=0.2, body_grace_seconds=0.1, body_bytes_per_second=1)) as client:
        await client.send(POST + b"content-length: 900000\r\n\r\n")
        async with trickling(client, b"x" * 100):
            assert await client.status() == 408


async def test_after_an_early_answer_the_body_is_drained_for_a_while_only(serve: Any) -> None:
    port = await serve(drain_seconds=0.1)
    for piece in (b"", b"x"):
        async with peer(port) as client:
            await client.send(EARLY)
            async with trickling(client, piece):
                assert await client.status() == 202
                await client.closed()


async def test_after_an_early_answer_and_the_whole_body_the_connection_goes_on(serve: Any) -> None:
    async with peer(await serve()) as client:
        await client.send(EARLY)
        assert await client.status() == 202
        await client.send(b"x" * 1_000_000, ASK)
        assert await client.status() == 200


@pytest.mark.parametrize("piece", [b"1;" + b"e" * 2000, b"e" * 2000])
async def test_chunk_extensions_without_end_are_refused(serve: Any, piece: bytes) -> None:
    async with peer(await serve(body_overhead_bytes=10_000)) as client:
        await client.send(CHUNKED + b"1;", *[piece] * 50)
        assert await client.status() == 400


@pytest.mark.parametrize("piece", [b"x" * 2000, b"x: y\r\n" * 300])
async def test_trailers_without_end_are_refused(serve: Any, piece: bytes) -> None:
    async with peer(await serve(body_overhead_bytes=10_000)) as client:
        await client.send(CHUNKED + b"1\r\na\r\n0\r\nx: ", *[piece] * 50)
        assert await client.status() == 400


async def test_trailers_are_no_headers(serve: Any, seen: Seen) -> None:
    async with peer(await serve()) as client:
        await client.send(CHUNKED + b"1\r\na\r\n0\r\nauthorization: Bearer x\r\n\r\n", ASK)
        assert await client.status() == 200
    assert "authorization" not in seen.headers


async def test_small_chunks_are_no_attack(serve: Any) -> None:
    async with peer(await serve(body_overhead_bytes=100)) as client:
        await client.send(CHUNKED, b"1\r\na\r\n" * 5000, b"0\r\n\r\n")
        assert await client.status() == 200


async def test_pipelined_requests_are_answered_in_turn(serve: Any) -> None:
    port = await serve(idle_seconds=0.2)
    body = POST + b"content-length: 3\r\n\r\nabc"
    answer = await exchange(port, (ASK + body + CHUNKED + b"2\r\nab\r\n0\r\n\r\n") * 20)
    assert answer.count(b"HTTP/1.1 200") == 60


async def test_pipelined_requests_whose_answers_nobody_reads_wait_unparsed(serve: Any, seen: Seen) -> None:
    port = await serve(send_seconds=0.5)
    async with peer(port, limit=1024) as client:
        with suppress(ConnectionError):
            await client.send(b"GET /count HTTP/1.1\r\nhost: h\r\n\r\n" * 10_000)
        await _cut(client)
    # Buffers of the system take some megabytes of answers; all 10,000 would be 500 MB.
    assert 0 < seen.asked < 1000


async def test_a_client_that_reads_nothing_is_cut(serve: Any) -> None:
    async with peer(await serve(send_seconds=0.2), limit=1024) as client:
        await client.send(b"GET /count HTTP/1.1\r\nhost: h\r\n\r\n" * 300)
        await _cut(client)


async def test_a_client_that_leaves_is_noticed_also_behind_a_pipeline(serve: Any, seen: Seen) -> None:
    port = await serve()
    async with peer(port) as client:
        await client.send(b"GET /wait HTTP/1.1\r\nhost: h\r\n\r\n" + ASK * 10)
    await asyncio.wait_for(seen.left.wait(), 5)


async def test_connections_of_one_address_are_counted(serve: Any) -> None:
    port = await serve(ConnectionLimits(total=10, per_address=2))
    async with peer(port) as first:
        async with peer(port) as second:
            for client in (first, second):
                await client.send(ASK)
                assert await client.status() == 200
            async with peer(port) as third:
                status, _, head = await refused(third)
            assert status == 429
            assert "retry-after: 5" in head
            await first.send(ASK)
        last = ASK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
        async with asyncio.timeout(5):
            while b" 200 " not in await exchange(port, last):  # noqa: ASYNC110 - the server counts it soon after
                await asyncio.sleep(0.01)


def test_a_trusted_proxy_may_have_all_connections_but_no_more() -> None:
    limits = ConnectionLimits(total=3, per_address=1, trusted=(ip_network("10.0.0.0/8"),))
    release = [limits.open("10.0.0.1") for _ in range(3)]
    assert getattr(limits.open("10.0.0.1"), "status", None) == 503
    assert callable(release[0])
    release[0]()
    assert callable(limits.open("192.0.2.1"))


@asynccontextmanager
async def trickling(client: Peer, piece: bytes) -> AsyncIterator[None]:
    """Send ``piece`` again and again, a hundred times a second."""

    async def trickle() -> None:
        with suppress(ConnectionError):
            while True:
                await client.send(piece)
                await asyncio.sleep(0.01)

    task = asyncio.create_task(trickle())
    try:
        yield
    finally:
        task.cancel()


async def _cut(client: Peer) -> None:
    """Return when the server has cut the connection of a client that reads nothing: sending fails then."""
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            while True:
                await client.send(ASK * 100)
                await asyncio.sleep(0.01)
