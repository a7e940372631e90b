"""What the supervisor runs: programs that stay, and one-shot tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cartload_dev.ports import LOOPBACK

Ready = Callable[[], Awaitable[bool]]
READY_SECONDS = 2.0


@dataclass(frozen=True)
class Task:
    """One command that has to succeed before what follows starts."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 120.0


RunTask = Callable[[Task], Awaitable[None]]
"""Runs a task so that it never outlives the supervisor; raises LauncherError with the end of its log."""


@dataclass(frozen=True)
class Program:
    """One process that is started, watched and restarted."""

    name: str
    command: tuple[str, ...]
    ready: Ready
    """Answers whether the program serves; may not raise and takes at most a few seconds."""
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    """Working folder; the checkout unless named."""
    prepare: Callable[[RunTask], Awaitable[None]] | None = None
    """Work to do once before the first start."""
    start_seconds: float = 180.0
    """How long a start may take until it counts as failed."""
    stop_seconds: float = 20.0
    """How long it may take to end after SIGTERM before it is killed."""


@dataclass(frozen=True)
class Stage:
    """Programs and tasks that start side by side; the next stage waits for all of them."""

    title: str
    programs: tuple[Program, ...] = ()
    tasks: tuple[Task, ...] = ()


async def http_ready(port: int, path: str, *, any_status: bool = False) -> bool:
    """Return whether the loopback port answers a GET with 200 (or answers at all) within two seconds."""
    try:
        status = await asyncio.wait_for(_status(port, path), READY_SECONDS)
    except (TimeoutError, OSError, ValueError):
        return False
    return any_status or status == 200


async def _status(port: int, path: str) -> int:
    """Return the status of an HTTP answer; raises ValueError when it is none."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
    protocol, _, rest = line.partition(b" ")
    if not protocol.startswith(b"HTTP/1."):
        raise ValueError("not an HTTP answer")
    return int(rest[:3])
