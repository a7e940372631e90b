"""A TCP connection to a server that can be cut, made to swallow everything, or slowed down."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from cartload_dev.ports import LOOPBACK

_PIECE = 64 * 1024
_PIECES_ON_THE_WAY = 256


class FaultyLink:
    """Passes connections to a port of this machine on; what is broken is whole again after the block."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener: socket.socket | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._delay = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepting: asyncio.Task[None] | None = None
        self.port = self._listen(0)

    @asynccontextmanager
    async def cut(self) -> AsyncIterator[None]:
        """Connections end, and new ones are refused: the server has stopped."""
        await self.close()
        try:
            yield
        finally:
            self._listen(self.port)

    @asynccontextmanager
    async def swallowing(self) -> AsyncIterator[None]:
        """Nothing passes in either direction, nothing is refused: a network that drops all packets."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @asynccontextmanager
    async def slowed(self, seconds: float = 2.0) -> AsyncIterator[None]:
        """Every answer comes so many seconds later."""
        self._delay = seconds
        try:
            yield
        finally:
            self._delay = 0.0

    async def close(self) -> None:
        """End all connections and take no more."""
        running = [task for task in (self._accepting, *self._tasks) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _listen(self, port: int) -> int:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        # A short queue: while nobody takes from it, the kernel drops what else knocks, like a dead network.
        listener.listen(8)
        listener.setblocking(False)
        self._listener = listener
        self._accepting = asyncio.create_task(self._accept(listener))
        return int(listener.getsockname()[1])

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            await self._open.wait()
            client, _ = await asyncio.get_running_loop().sock_accept(listener)
            task = asyncio.create_task(self._serve(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: socket.socket) -> None:
        from_client, to_client = await asyncio.open_connection(sock=client)
        with _closing(to_client), suppress(OSError):
            from_server, to_server = await asyncio.open_connection(LOOPBACK, self._target)
            with _closing(to_server):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pass_on(from_client, to_server, answers=False))
                    group.create_task(self._pass_on(from_server, to_client, answers=True))

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        """Until the source ends; what is on its way is bounded, so a slow sink slows the source."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_PIECES_ON_THE_WAY)
        clock = asyncio.get_running_loop().time

        async def read() -> None:
            while piece := await source.read(_PIECE):
                await on_the_way.put((clock() + (self._delay if answers else 0.0), piece))
            await on_the_way.put((clock(), b""))

        async def write() -> None:
            while True:
                due, piece = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - clock()))
                await self._open.wait()
                if not piece:
                    # Half a connection may go on: the other direction ends by itself.
                    sink.write_eof()
                    return
                sink.write(piece)
                await sink.drain()

        with suppress(OSError):
            async with asyncio.TaskGroup() as group:
                group.create_task(read())
                group.create_task(write())


@contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        # At once: an orderly end would wait for a peer that may not answer.
        writer.transport.abort()
