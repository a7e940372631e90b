"""Whole processes: their start, their signals, their exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

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

KEPT_FROM_STARTING = """
import sys
from contextlib import asynccontextmanager
from cartload_kit.http import create_app, serve
from cartload_kit.settings import Settings, load

@asynccontextmanager
async def lifespan(app):
    if sys.argv[1] == "bug":
        raise KeyError("k")
    from cartload_kit.kafka.errors import KafkaUnavailable
    raise KafkaUnavailable("Kafka at k:9: it refuses")
    yield

serve(create_app("sample", title="Sample", lifespan=lifespan), load(Settings))
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

async def misses(stop):
    from cartload_kit.kafka.errors import KafkaUnavailable
    raise KafkaUnavailable("Kafka at k:9: it refuses the user name")

async def hangs(stop):
    try:
        await asyncio.Event().wait()
    finally:
        print("cancelled", flush=True)

role = {"main": main, "fails": fails, "misses": misses, "hangs": hangs}[sys.argv[1]]
run(role, service="sample-worker", settings=load(Settings), checks=checks, stop_seconds=0.3)
"""


COMPILED_PYTHON = {name: os.environ[name] for name in ("PYTHONPYCACHEPREFIX",) if name in os.environ}
"""Where the run keeps it; without it, each process compiles what it imports anew, or fills the checkout."""


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
        env={"CARTLOAD_PORT": str(port), **COMPILED_PYTHON},
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
    done = subprocess.run(
        [sys.executable, str(file)], env=COMPILED_PYTHON, capture_output=True, text=True, check=False
    )
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


def test_what_keeps_an_app_from_starting_is_told_in_one_line_without_a_trace(tmp_path: Path) -> None:
    with started(tmp_path, KEPT_FROM_STARTING, "outside") as (process, _):
        code, _, log = ended(process)
    assert code == 3
    messages = [line["message"] for line in log if line["level"] == "error"]
    assert messages == [
        "cannot start: Kafka at k:9: it refuses",
        "Application startup failed. Exiting.",
    ]


def test_a_mistake_that_keeps_an_app_from_starting_is_told_with_its_trace(tmp_path: Path) -> None:
    with started(tmp_path, KEPT_FROM_STARTING, "bug") as (process, _):
        code, _, log = ended(process)
    assert code == 3
    assert any("Traceback" in str(line["message"]) for line in log)


def test_a_worker_that_misses_a_server_says_so_in_one_line_without_a_trace(tmp_path: Path) -> None:
    with started(tmp_path, WORKER, "misses") as (process, _):
        code, _, log = ended(process)
    assert code == 1
    (line,) = [line for line in log if "it refuses the user name" in str(line)]
    assert "exception" not in line


def test_a_worker_that_hangs_is_cancelled(tmp_path: Path) -> None:
    with started(tmp_path, WORKER, "hangs") as (process, base):
        wait_until_alive(base)
        process.send_signal(signal.SIGTERM)
        code, out, _ = ended(process)
    assert code == 0
    assert out.splitlines() == ["cancelled"]
