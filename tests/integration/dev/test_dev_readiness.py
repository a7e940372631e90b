"""Readiness over HTTP: 200 is ready, everything else is not yet."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from cartload_dev import kafka
from cartload_dev.ports import LOOPBACK, free_ports
from cartload_dev.programs import http_ready


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(respond, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "ready", "there"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False, True),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, False),
        (b"", False, False),
    ],
)
async def test_only_200_is_ready(answer: bytes, *, ready: bool, there: bool) -> None:
    async with answering(answer) as port:
        assert await http_ready(port, "/health/ready") is ready
        assert await http_ready(port, "/", any_status=True) is there


@pytest.mark.parametrize("probe", [lambda port: http_ready(port, "/"), kafka.is_ready])
async def test_nobody_listening_is_not_ready(probe: Callable[[int], Awaitable[bool]]) -> None:
    (port,) = free_ports(1)
    assert await probe(port) is False


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"short", b""],
    ids=["http", "ssh", "short", "nothing"],
)
async def test_another_server_is_not_kafka(answer: bytes) -> None:
    async with answering(answer) as port:
        assert await kafka.is_ready(port) is False


@pytest.mark.parametrize(("brokers", "ready"), [(0, False), (1, True)])
async def test_a_broker_is_ready_when_it_counts_a_live_one(brokers: int, *, ready: bool) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        request = await reader.readexactly(size)
        (correlation,) = struct.unpack(">i", request[4:8])
        writer.write(struct.pack(">iii", 8, correlation, brokers))
        writer.close()

    async with await asyncio.start_server(respond, LOOPBACK, 0) as server:
        assert await kafka.is_ready(server.sockets[0].getsockname()[1]) is ready
