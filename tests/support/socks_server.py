"""A real SOCKS5 server in a process of its own, which tells what it was asked for.

It alone resolves the names below `ONLY_HERE`, all to this machine: who reaches one of them has asked it.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asyncio_socks_server import Addon, Address, Connection, Flow, Server

LOOPBACK = "127.0.0.1"
ONLY_HERE = "proxy.test"
USER, PASSWORD = "ada", "p@ss:w/rd"


@dataclass(frozen=True, slots=True)
class SocksServer:
    """A running server that lets in `USER` with `PASSWORD`."""

    port: int
    _told: Path

    def url(self, scheme: str = "socks5h", password: str = "p%40ss%3Aw%2Frd") -> str:
        """What clients are told."""
        return f"{scheme}://{USER}:{password}@{LOOPBACK}:{self.port}"

    def asked(self) -> set[tuple[str, int]]:
        """The hosts, as clients named them, and ports to which connections were asked for."""
        lines = self._told.read_text(encoding="utf-8").splitlines() if self._told.exists() else ()
        return {(host, port) for host, port in map(json.loads, lines)}


class _Way(Addon):
    """Writes down where connections are to go, and finds the names that it alone knows."""

    def __init__(self, told: Path) -> None:
        self._told = told

    async def on_connect(self, flow: Flow) -> Connection | None:
        host, port = flow.dst.host, flow.dst.port
        with self._told.open("a", encoding="utf-8") as file:
            file.write(json.dumps([host, port]) + "\n")
        if not host.endswith(f".{ONLY_HERE}"):
            return None
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        return Connection(reader, writer, Address(LOOPBACK, port))


@asynccontextmanager
async def socks_server(folder: Path) -> AsyncIterator[SocksServer]:
    """A server on a port that the system chose, until the block ends."""
    from cartload_dev.ports import free_ports
    from support.listening import listens

    told, (port,) = folder / "asked.jsonl", free_ports(1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(port), str(told), stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while not await listens(port):
                assert process.returncode is None
                await asyncio.sleep(0.02)
        yield SocksServer(port, told)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


if __name__ == "__main__":
    Server(LOOPBACK, int(sys.argv[1]), [_Way(Path(sys.argv[2]))], (USER, PASSWORD)).run()
