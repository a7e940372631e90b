"""The notifier as a process of its own, with a real broker and real sockets."""

import asyncio
import contextlib
import json
import os
import signal
import socket as sockets
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cartload_contracts import envelope, topics
from cartload_contracts.jobs import Job, JobState, JobStatus, StageSeconds
from cartload_kit.kafka import Producer, ensure_topics
from support.serving import closed_port, served
from support.signing import Issuer

SOON = 30.0
ADA, EVE = UUID(int=1), UUID(int=2)


def job_state(
    owner: UUID, job_id: UUID, version: int, status: JobStatus = "running", error: str | None = None
) -> JobState:
    now = datetime.now(UTC)
    job = Job(
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
    """Run a notifier until the block ends."""
    port = closed_port()
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
            assert await process.wait() == 0


@asynccontextmanager
async def surrounded(bootstrap: str) -> AsyncIterator[tuple[Surroundings, str, Producer]]:
    """Everything but the notifier."""
    await ensure_topics(bootstrap, [topics.JOBS])
    around = Surroundings()
    async with served(around.app()) as url, Producer(bootstrap, "notifier-test") as producer:
        yield around, url, producer


@pytest.fixture
async def world(kafka_bootstrap: str) -> AsyncIterator[World]:
    """A notifier as it is by default."""
    async with (
        surrounded(kafka_bootstrap) as (around, url, producer),
        notifier(kafka_bootstrap, url) as (port, process),
    ):
        yield World(port, process, around, producer)


async def test_current_states_then_changes_of_the_users_own_jobs(world: World) -> None:
    job = uuid4()
    around, token = world.around, world.around.token(ADA)
    around.unfinished[token] = [job_state(ADA, job, 3)]
    async with world.open() as socket, world.open() as other:
        await world.sign_in(other, EVE)
        await say(socket, type="authenticate", token=token)
        assert await told(socket) == {"type": "ready"}
        current = await told(socket)
        assert (current["type"], current["job"]["version"]) == ("job", 3)
        await world.publish(job_state(ADA, job, 4))
        change = await told(socket)
        assert change["job"]["id"] == str(job)
        assert change["job"]["version"] == 4
        assert "owner_id" not in change["job"]
        await world.publish(job_state(EVE, uuid4(), 1))
        assert (await told(other))["job"]["version"] == 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await socket.recv()


async def test_a_burst_of_changes_comes_as_few_messages_and_ends_with_the_last(world: World) -> None:
    job = uuid4()
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        for version in range(1, 301):
            await world.publish(job_state(ADA, job, version))
        await world.publish(job_state(ADA, job, 301, "completed"))
        seen: list[int] = []
        while not seen or seen[-1] != 301:
            seen.append((await told(socket))["job"]["version"])
        assert seen == sorted(set(seen))
        assert len(seen) < 150


async def test_two_replicas_both_tell(world: World, kafka_bootstrap: str) -> None:
    async with (
        served(world.around.app()) as url,
        notifier(kafka_bootstrap, url) as (port, process),
    ):
        second = World(port, process, world.around, world.producer)
        async with world.open() as here, second.open() as there:
            await world.sign_in(here, ADA)
            await second.sign_in(there, ADA)
            await world.publish(job_state(ADA, uuid4(), 1))
            assert (await told(here))["job"] == (await told(there))["job"]


async def test_bad_tokens_and_pages_of_other_sites_are_refused_with_their_codes(world: World) -> None:
    for token in ("", "nonsense", world.around.token(ADA, exp=1), Issuer().token(str(ADA))):
        async with world.open() as socket:
            await say(socket, type="authenticate", token=token)
            assert await close_code(socket) == 4401
    async with world.open(origin="http://evil.example") as socket:
        assert await close_code(socket) == 4403
    async with world.open(origin=f"http://127.0.0.1:{world.port}") as socket:
        await world.sign_in(socket, ADA)


async def test_whoever_says_nothing_is_closed_after_five_seconds(world: World) -> None:
    async with world.open() as socket:
        began = time()
        assert await close_code(socket) == 4401
        assert 4 < time() - began < 10


async def test_when_the_token_ends_the_connection_is_closed_unless_renewed(world: World) -> None:
    async with world.open() as renewed, world.open() as ended:
        soon = int(time()) + 3
        await world.sign_in(ended, ADA, exp=soon)
        await world.sign_in(renewed, ADA, exp=soon)
        await world.sign_in(renewed, ADA)
        assert await close_code(ended) == 4401
        assert time() - soon < 5
        await world.publish(job_state(ADA, uuid4(), 1))
        assert (await told(renewed))["type"] == "job"


async def test_messages_that_are_too_large_or_binary_end_the_connection(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        with contextlib.suppress(ConnectionClosed):
            await socket.send("x" * 20_000)
        assert await close_code(socket) == 1009
    async with world.open() as socket:
        await socket.send(b"\x00")
        assert await close_code(socket) == 1003


async def test_messages_are_not_compressed(world: World) -> None:
    async with world.open(compression="deflate") as socket:
        assert socket.protocol.extensions == []


async def test_a_bad_event_stops_nothing(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        await world.producer.send(topics.JOBS.name, b"key", b"\xff not JSON", [])
        await world.publish(job_state(ADA, uuid4(), 1))
        assert (await told(socket))["type"] == "job"


async def test_a_stop_tells_clients_to_come_back(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        world.process.send_signal(signal.SIGTERM)
        assert await close_code(socket) == 1012


async def test_connections_are_limited_per_user_and_in_all(kafka_bootstrap: str) -> None:
    limits = {"CARTLOAD_NOTIFIER_CONNECTIONS": "3", "CARTLOAD_NOTIFIER_CONNECTIONS_USER": "2"}
    async with (
        surrounded(kafka_bootstrap) as (around, url, producer),
        notifier(kafka_bootstrap, url, **limits) as (port, process),
        AsyncExitStack() as stack,
    ):
        world = World(port, process, around, producer)
        for _ in range(2):
            await world.sign_in(await stack.enter_async_context(world.open()), ADA)
        async with world.open() as third:
            await say(third, type="authenticate", token=around.token(ADA))
            assert await close_code(third) == 4429
        await world.sign_in(await stack.enter_async_context(world.open()), EVE)
        async with world.open() as fourth:
            assert await close_code(fourth) == 4429


class Deaf:
    """A client that signs in and then never reads: a plain socket with a small buffer, left alone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer


async def deaf_client(world: World, user: UUID) -> Deaf:
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2048)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", world.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(
        b"GET /ws/jobs HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    message = json.dumps({"type": "authenticate", "token": world.around.token(user)}).encode()
    writer.write(bytes([0x81, 0x80 | 126]) + len(message).to_bytes(2) + bytes(4) + message)
    await writer.drain()
    return Deaf(reader, writer)


async def test_among_hundreds_one_that_never_reads_is_cut_and_holds_nobody_up(kafka_bootstrap: str) -> None:
    users = [UUID(int=number) for number in range(100, 400)]
    async with (
        surrounded(kafka_bootstrap) as (around, url, producer),
        notifier(kafka_bootstrap, url, CARTLOAD_NOTIFIER_CONNECTIONS_USER="5") as (port, process),
        AsyncExitStack() as stack,
    ):
        world = World(port, process, around, producer)
        sockets = []
        for user in users:
            sockets.append(await stack.enter_async_context(world.open()))
            await world.sign_in(sockets[-1], user)
        deaf = await deaf_client(world, users[0])
        assert await world.metric("cartload_notifier_connections ") == len(users) + 1
        flood = asyncio.create_task(_flood(world, users[0]))
        for round_ in range(3):
            began = time()
            for user in users[1:]:
                await world.publish(job_state(user, uuid4(), round_))
            answers = await asyncio.gather(*(told(socket) for socket in sockets[1:]))
            assert [answer["job"]["version"] for answer in answers] == [round_] * len(answers)
            assert time() - began < SOON
        async with asyncio.timeout(60):
            while await world.metric('cartload_notifier_closed_total{reason="slow"}') < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.25)
            while await world.metric("cartload_notifier_connections ") > len(users):  # noqa: ASYNC110
                await asyncio.sleep(0.25)
            with contextlib.suppress(ConnectionError):
                while await deaf.reader.read(65536):
                    pass
        flood.cancel()
        deaf.writer.close()


async def _flood(world: World, user: UUID) -> None:
    """Enough for one user to fill whatever buffers there are between us and a client that does not read."""
    version = 0
    jobs, long = [uuid4() for _ in range(100)], "x" * 10_000
    while True:
        version += 1
        await asyncio.gather(*(world.publish(job_state(user, job, version, error=long)) for job in jobs))
