"""Our own server around an app, on a free port, and bare sockets to speak to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI

from cartload_kit.http.server import Server, server

ASK = b"GET /health/live HTTP/1.1\r\nhost: h\r\n\r\n"


def port_of(started: Server) -> int:
    """The port that the system chose for a started server."""
    return int(started.servers[0].sockets[0].getsockname()[1])


@asynccontextmanager
async def running(app: FastAPI, **options: Any) -> AsyncIterator[Server]:
    """The app on a port that the system chose, until the block ends."""
    found = server(app, "127.0.0.1", 0, **options)
    task = asyncio.create_task(found.serve())
    while not found.started:  # noqa: ASYNC110 - uvicorn says it in no other way
        await asyncio.sleep(0.01)
    try:
        yield found
    finally:
        app.state.lifecycle.stop()
        await task


class Peer:
    """A client that sends what it likes and reads when it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Send, as far as the server takes it."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def head(self) -> str:
        """The head of the next answer; empty when the server closed."""
        try:
            text = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""
        return text.decode("latin-1")

    async def status(self) -> int:
        """The status of the next answer, whose body is left; 0 when the server closed."""
        head = await self.head()
        return int(head.split()[1]) if head else 0

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        try:
            return await asyncio.wait_for(self.reader.read(), 10)
        except ConnectionError:
            return b""

    async def closed(self) -> None:
        """Return when the server has closed the connection."""
        await self.rest()


@asynccontextmanager
async def peer(port: int, limit: int = 2**16) -> AsyncIterator[Peer]:
    """A connection to a port of this machine; ``limit`` is how much is read ahead."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def exchange(port: int, *pieces: bytes) -> bytes:
    """Send the pieces; all that comes back until the server closes."""
    async with peer(port) as client:
        with suppress(ConnectionError):
            await client.send(*pieces)
        return await client.rest()
