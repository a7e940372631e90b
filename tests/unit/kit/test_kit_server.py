"""The real server: sockets, signals, WebSockets, and keys read over HTTP."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from fastapi import FastAPI, Request, Response, WebSocket

from cartload_kit.http import create_app
from cartload_kit.http.server import Server, server
from cartload_kit.jwks import http_fetch


def build() -> FastAPI:
    app = create_app("sample", title="Sample", max_body=100_000)

    @app.post("/json")
    async def take(value: dict[str, str]) -> int:
        return len(value)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/redirect")
    async def redirect() -> Response:
        return Response(status_code=302, headers={"location": "/keys"})

    @app.get("/keys")
    async def keys() -> dict[str, list[str]]:
        return {"keys": []}

    @app.get("/long")
    async def long() -> Response:
        return Response(b"{" + b" " * 70_000 + b"}", media_type="application/json")

    @app.get("/list")
    async def items() -> list[int]:
        return [1]

    @app.websocket("/socket")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


@asynccontextmanager
async def running(app: FastAPI, head_seconds: float = 30) -> AsyncIterator[Server]:
    """The app on a port that the system chose, until the block ends."""
    found = server(app, "127.0.0.1", 0, head_seconds=head_seconds)
    task = asyncio.create_task(found.serve())
    while not found.started:  # noqa: ASYNC110 - uvicorn says it in no other way
        await asyncio.sleep(0.01)
    try:
        yield found
    finally:
        app.state.lifecycle.stop()
        await task


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with running(build()) as found:
        yield found.bound_port


async def exchange(port: int, *pieces: bytes) -> bytes:
    """Send the pieces over a bare socket; all that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


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


async def test_a_head_that_never_ends_is_refused(port: int) -> None:
    lines = [b"x-%d: %s\r\n" % (number, b"a" * 8000) for number in range(100)]
    answer = await exchange(port, b"GET / HTTP/1.1\r\n", *lines)
    assert answer[:12] in (b"HTTP/1.1 431", b"")
    one = await exchange(port, b"GET / HTTP/1.1\r\nx: ", *[b"a" * 8000] * 100)
    assert one[:12] in (b"HTTP/1.1 431", b"")


async def test_a_head_that_stalls_is_given_up() -> None:
    async with running(build(), head_seconds=0.05) as found:
        for sent in (b"", b"GET / HT", b"GET /health/live HTTP/1.1\r\nhost: h\r\nx: "):
            assert (await exchange(found.bound_port, sent)).startswith(b"HTTP/1.1 408")


async def test_a_kept_connection_serves_again_and_stalls_no_longer() -> None:
    request = b"GET /health/live HTTP/1.1\r\nhost: h\r\n\r\n"
    async with running(build(), head_seconds=0.2) as found:
        answer = await exchange(found.bound_port, request, request, b"GET / HT")
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.count(b"HTTP/1.1 408") == 1


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
        client = await websockets.connect(f"ws://127.0.0.1:{found.bound_port}/socket")
        await client.send("hello")
        await client.recv()
    with pytest.raises(websockets.ConnectionClosed) as error:
        await client.recv()
    assert error.value.rcvd is not None
    assert error.value.rcvd.code == 1012


async def test_keys_are_read_over_http_and_nothing_else_is_taken(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    assert await http_fetch(f"{base}/keys")() == {"keys": []}
    for path, error in (("/long", ValueError), ("/list", ValueError), ("/nothing", OSError)):
        with pytest.raises(error):
            await http_fetch(base + path)()
    with pytest.raises((OSError, ValueError)):
        await http_fetch(f"{base}/redirect")()
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        await http_fetch("http://127.0.0.1:1/keys")()


PROGRAM = """
import asyncio, sys
from contextlib import asynccontextmanager
from cartload_kit.http import create_app, serve
from cartload_kit.settings import Settings, load

@asynccontextmanager
async def lifespan(app):
    yield
    print("closed", flush=True)

app = create_app("sample", title="Sample", lifespan=lifespan)

@app.get("/slow")
async def slow() -> str:
    print("begun", flush=True)
    await asyncio.sleep(0.25)
    return "done"

@app.get("/fail")
async def fail() -> str:
    app.state.lifecycle.stop(exit_code=1)
    return "failing"

serve(app, load(Settings))
"""

STUCK = """
import time
from contextlib import asynccontextmanager
from cartload_kit.http import create_app, serve
from cartload_kit.settings import Settings, load

@asynccontextmanager
async def lifespan(app):
    print("starting", flush=True)
    time.sleep(60)
    yield

serve(create_app("sample", title="Sample", lifespan=lifespan), load(Settings), stop_seconds=0.2)
"""

WORKER = """
import asyncio, sys
from cartload_kit.service import run
from cartload_kit.settings import Settings, load

async def fine():
    pass

checks = {}

async def main(stop):
    print("begun", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    checks["start"] = fine
    await stop.wait()
    print("finished", flush=True)

async def fails(stop):
    raise RuntimeError("no kafka")

async def hangs(stop):
    try:
        await asyncio.Event().wait()
    finally:
        print("cancelled", flush=True)

role = {"main": main, "fails": fails, "hangs": hangs}[sys.argv[1]]
run(role, service="sample-worker", settings=load(Settings), checks=checks, stop_seconds=0.3)
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def started(path: Path, program: str, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that runs ``program``, and where it answers; it is gone when the block ends."""
    file = path / "program.py"
    file.write_text(textwrap.dedent(program))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(file), *arguments],
        env={"CARTLOAD_PORT": str(port)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def wait_until_alive(base: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{base}/health/live").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("not alive")


def wait_until_ready(process: "subprocess.Popen[str]", base: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{base}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready: {process.poll()}")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, list[dict[str, object]]]:
    """The exit code, what was printed, and the log."""
    out, err = process.communicate(timeout=20)
    return process.returncode, out, [json.loads(line) for line in err.splitlines()]


def test_a_request_in_flight_is_finished_after_sigterm(tmp_path: Path) -> None:
    with started(tmp_path, PROGRAM) as (process, base), ThreadPoolExecutor() as pool:
        wait_until_ready(process, base)
        answer = pool.submit(httpx.get, f"{base}/slow")
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert answer.result().json() == "done"
        code, out, log = ended(process)
    assert code == 0
    assert out == "closed\n"
    assert {line["service"] for line in log} == {"sample"}
    assert "GET /slow 200" in [line["message"] for line in log]


def test_a_part_that_fails_ends_the_process_with_code_1(tmp_path: Path) -> None:
    with started(tmp_path, PROGRAM) as (process, base):
        wait_until_ready(process, base)
        assert httpx.get(f"{base}/fail").json() == "failing"
        assert ended(process)[0] == 1


def test_a_process_that_hangs_is_gone_in_time(tmp_path: Path) -> None:
    with started(tmp_path, STUCK) as (process, _):
        assert process.stdout is not None
        assert process.stdout.readline() == "starting\n"
        process.send_signal(signal.SIGTERM)
        code, _, log = ended(process)
    assert code == 70
    assert log[-1]["level"] == "critical"


def test_wrong_settings_end_the_process_with_code_2(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    done = subprocess.run([sys.executable, str(file)], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "CARTLOAD_PORT is not set: Port the process listens on; each process has its own.\n"


def test_a_worker_is_ready_when_it_says_so_and_ends_its_work_on_sigterm(tmp_path: Path) -> None:
    with started(tmp_path, WORKER, "main") as (process, base):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        wait_until_alive(base)
        assert httpx.get(f"{base}/health/ready").status_code == 503
        process.stdin.write("go on\n")
        process.stdin.flush()
        wait_until_ready(process, base)
        assert "cartload_http_requests_in_flight" in httpx.get(f"{base}/metrics").text
        process.send_signal(signal.SIGTERM)
        code, out, _ = ended(process)
    assert code == 0
    assert out == "finished\n"


def test_a_worker_that_fails_says_why_and_ends(tmp_path: Path) -> None:
    with started(tmp_path, WORKER, "fails") as (process, _):
        code, _, log = ended(process)
    assert code == 1
    assert any("no kafka" in str(line.get("exception")) for line in log)


def test_a_worker_that_hangs_is_cancelled(tmp_path: Path) -> None:
    with started(tmp_path, WORKER, "hangs") as (process, base):
        wait_until_alive(base)
        process.send_signal(signal.SIGTERM)
        code, out, _ = ended(process)
    assert code == 0
    assert out.splitlines() == ["cancelled"]
