"""Many clients, and one that never reads."""

import asyncio
import contextlib
import json
import socket as sockets
from contextlib import AsyncExitStack
from time import time
from uuid import UUID, uuid4

from support.notifier_process import (
    SOON,
    World,
    job_state,
    notifier,
    surrounded,
    told,
)


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
            await asyncio.gather(*(world.publish(job_state(user, uuid4(), round_)) for user in users[1:]))
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
