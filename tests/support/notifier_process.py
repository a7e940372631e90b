"""The notifier as a process of its own, with stand-ins for auth and the generator, on a real broker."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.client import ClientConnection, connect

from cartload_contracts import envelope, topics
from cartload_contracts.jobs import JobState, JobStatus, JobView, StageSeconds
from cartload_kit.kafka import KafkaConnection, Producer, ensure_topics
from support.serving import closed_port, served
from support.signing import Issuer

SOON = 30.0
ADA, EVE = uuid4(), uuid4()
"""New in every process that runs tests: they share one broker, where users hear of all their jobs."""


def job_state(
    owner: UUID, job_id: UUID, version: int, status: JobStatus = "running", error: str | None = None
) -> JobState:
    now = datetime.now(UTC)
    job = JobView(
        id=job_id,
        dataset_id=job_id,
        kind="create",
        state=status,
        phase="generating" if status == "running" else None,
        version=version,
        rows_total=1000,
        rows_done=version,
        chunks_total=10,
        chunks_done=1,
        tables={},
        rows_per_second=1.0,
        seconds_left=1.0,
        stage_seconds=StageSeconds(),
        created_at=now,
        started_at=now,
        finished_at=None,
        error=error,
    )
    return JobState(owner_id=owner, job=job)


@dataclass
class Surroundings:
    """What stands in for auth and the generator: real HTTP, answers as a test sets them."""

    issuer: Issuer = field(default_factory=Issuer)
    unfinished: dict[str, list[JobState]] = field(default_factory=dict)

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self.issuer.jwks())

    async def jobs(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        found = self.unfinished.get(token, [])
        return JSONResponse({"items": [state.job.model_dump(mode="json") for state in found], "next": None})

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/jwks.json", self.jwks), Route("/api/jobs", self.jobs)])

    def token(self, user: UUID, **claims: object) -> str:
        token = self.issuer.token
        return token(str(user), "customer", **claims)


@dataclass
class World:
    """A running notifier, and what is around it."""

    port: int
    process: Process
    around: Surroundings
    producer: Producer

    async def publish(self, state: JobState) -> None:
        wire = envelope.encode(state, source="test", now=datetime.now(UTC))
        await self.producer.send(wire.topic, wire.key, wire.value, wire.headers)

    def open(self, **more: Any) -> Any:
        more = {"compression": None, "ping_interval": None, "close_timeout": 1, **more}
        return connect(f"ws://127.0.0.1:{self.port}/ws/jobs", open_timeout=SOON, proxy=None, **more)

    async def sign_in(self, socket: ClientConnection, user: UUID, **claims: object) -> None:
        await say(socket, type="authenticate", token=self.around.token(user, **claims))
        assert await told(socket) == {"type": "ready"}

    async def metric(self, name: str) -> float:
        async with httpx.AsyncClient(timeout=SOON) as client:
            text = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def told(socket: ClientConnection) -> dict[str, Any]:
    """The next message that is no ping."""
    async with asyncio.timeout(SOON):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] != "ping":
                return message


async def close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(SOON):
        await socket.wait_closed()
    return socket.close_code


async def until_ready(port: int, process: Process) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("the notifier ended")


@asynccontextmanager
async def notifier(bootstrap: str, url: str, **settings: str) -> AsyncIterator[tuple[int, Process]]:
    """Run a notifier until the block ends, unless the block kills it."""
    port = int(settings.get("CARTLOAD_PORT") or closed_port())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    told = {
        "CARTLOAD_PORT": str(port),
        "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "CARTLOAD_GENERATOR_URL": url,
        "CARTLOAD_JWKS_URL": f"{url}/jwks.json",
        "CARTLOAD_LOG_LEVEL": "warning",
        **settings,
    }
    command = [sys.executable, "-m", "cartload_notifier", "api"]
    process = await asyncio.create_subprocess_exec(*command, env={**kept, **told}, stdout=DEVNULL)
    try:
        await until_ready(port, process)
        yield port, process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SOON):
            assert await process.wait() in (0, -signal.SIGKILL)


@asynccontextmanager
async def surrounded(bootstrap: str) -> AsyncIterator[tuple[Surroundings, str, Producer]]:
    """Everything but the notifier."""
    await ensure_topics(KafkaConnection(bootstrap), [topics.JOBS])
    around = Surroundings()
    async with served(around.app()) as url, Producer(KafkaConnection(bootstrap), "notifier-test") as producer:
        yield around, url, producer
