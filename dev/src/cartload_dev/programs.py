"""What the supervisor runs: programs that stay, and one-shot tasks."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

Ready = Callable[[], Awaitable[bool]]


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
    prepare: Callable[[], object] | None = None
    """Blocking work to do once before the first start, in a thread."""
    start_seconds: float = 180.0
    """How long a start may take until it counts as failed."""
    stop_seconds: float = 20.0
    """How long it may take to end after SIGTERM before it is killed."""


@dataclass(frozen=True)
class Task:
    """One command that has to succeed before the programs of the next stage start."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 120.0


@dataclass(frozen=True)
class Stage:
    """Programs and tasks that start side by side; the next stage waits for all of them."""

    title: str
    programs: tuple[Program, ...] = ()
    tasks: tuple[Task, ...] = ()


async def http_ready(url: str, *, any_status: bool = False) -> bool:
    """Return whether the URL answers 200 (or answers at all) within two seconds."""
    try:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return any_status or answer.status == 200
    except (TimeoutError, aiohttp.ClientError, OSError):
        return False
