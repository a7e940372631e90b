"""A connection to a broker that a test can freeze or cut."""

import asyncio
import struct


class Line:
    """A connection to the broker that a test can freeze or cut.

    It puts its own port in place of the broker's into every answer, so that clients stay on it.
    """

    def __init__(self, broker: str) -> None:
        host, _, port = broker.rpartition(":")
        self._host, self._port = host, int(port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._own_port()}"

    def _own_port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def freeze(self) -> None:
        """Hold back every byte, in both directions."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """Close all connections and take no new ones."""
        self._refusing = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._refusing = False

    async def close(self) -> None:
        assert self._server is not None
        # Python 3.13 leaves a connection open that it takes while its server closes.
        asyncio.get_running_loop().remove_reader(self._server.sockets[0].fileno())
        await asyncio.sleep(0)
        self._server.close()
        writers = list(self._writers)
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A loop that ends before its connections have ended leaves their sockets open.
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        behind_reader, behind_writer = await asyncio.open_connection(self._host, self._port)
        if self._refusing:
            writer.transport.abort()
            behind_writer.transport.abort()
            return
        self._writers |= {writer, behind_writer}
        for pump in (self._pump(reader, behind_writer), self._pump(behind_reader, writer)):
            task = asyncio.create_task(pump)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(2**18):
                await self._flowing.wait()
                writer.write(self._redirect(data))
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    def _redirect(self, data: bytes) -> bytes:
        for host in (b"127.0.0.1", b"localhost"):
            here, there = struct.pack(">i", self._own_port()), struct.pack(">i", self._port)
            data = data.replace(host + there, host + here)
        return data
