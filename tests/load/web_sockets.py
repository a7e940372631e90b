"""Ten thousand WebSocket clients on one notifier: the memory of each, some that never read, all cut at once.

The notifier is the real one, on a real Kafka; the test's own code stands in for auth and the generator.
"""

import asyncio
import random
import re
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles
from uuid import UUID, uuid4

from bench.memory import resident_of
from bench.system import running
from load.figures import Figure, at_least, at_most
from load.socket_client import SocketClient
from support.notifier_process import World, job_state, notifier, surrounded
from support.serving import closed_port

CLIENTS = 10_000
CONNECTIONS_OF_A_USER = 10
EVENTS_A_SECOND = 200
EVENT_SECONDS = 60
EVENT_BYTES = 10_000
"""Large, so that they fill the buffers between the notifier and a client that does not read."""
WARM_UP = 100
KIB_EACH = 45
BACK_SECONDS, BACK_SHARE = 20, 0.95
LATENCY_P99 = 1.0
"""Seconds from the event to a client that reads."""
CONNECT_AT_ONCE = 50
PATIENCE = 300.0
_EVENT = re.compile(rb'"id":"([0-9a-f-]{36})"')


@dataclass
class Crowd:
    """All clients, and how late events reached those that read."""

    clients: list[SocketClient] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    sent_at: dict[bytes, float] = field(default_factory=dict)
    expected: int = 0
    """How often those that read should have heard of an event."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def enter(self, clients: list[SocketClient]) -> None:
        """Have clients connect, a few at a time, and wait until all are in."""
        for first in range(0, len(clients), CONNECT_AT_ONCE):
            some = clients[first : first + CONNECT_AT_ONCE]
            self.clients += some
            self._tasks += [asyncio.create_task(client.run()) for client in some]
            await until(lambda some=some: all(client.is_ready for client in some))  # type: ignore[misc]

    def heard(self, payload: bytes) -> None:
        """Note how late an event came."""
        found = _EVENT.search(payload)
        if found is not None:
            at = self.sent_at.get(found[1])
            if at is not None:
                self.latencies.append(time.monotonic() - at)

    @property
    def ready(self) -> int:
        """Clients that are signed in."""
        return sum(client.is_ready for client in self.clients)

    async def leave(self) -> None:
        """Have all clients go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - many clients' states together, not one event
            await asyncio.sleep(0.05)


def measure(clients: int = CLIENTS, event_seconds: float = EVENT_SECONDS) -> list[Figure]:
    """Start a Kafka and a notifier, and give the figures."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with running("load", servers_only=True) as system:
        return asyncio.run(_measure(system.endpoints.kafka_bootstrap, clients, event_seconds))


async def _measure(kafka: str, number: int, event_seconds: float) -> list[Figure]:
    port = closed_port()
    settings = {"CARTLOAD_PORT": str(port), "CARTLOAD_NOTIFIER_CONNECTIONS": str(number + WARM_UP)}
    async with surrounded(kafka) as (around, url, producer):
        users = [UUID(int=user) for user in range(1, number // CONNECTIONS_OF_A_USER + 1)]
        tokens = [around.token(user) for user in users]
        crowd = Crowd()
        # Of each user one that does not read.
        clients = [
            SocketClient(port, each, tokens[each % len(users)], crowd.heard, reads=each >= len(users))
            for each in range(number)
        ]
        random.Random(1).shuffle(clients)
        try:
            async with notifier(kafka, url, **settings) as (_, process):
                # The first connections cost what is made once: buffers, caches, code that is loaded late.
                await crowd.enter(clients[:WARM_UP])
                empty = resident_of(process.pid)
                began = time.monotonic()
                await crowd.enter(clients[WARM_UP:])
                entering = time.monotonic() - began
                full = resident_of(process.pid)
                world = World(port, process, around, producer)
                peak = await _send_events(world, crowd, users, event_seconds)
                slow = await world.metric('cartload_notifier_closed_total{reason="slow"}')
                process.kill()
                dropped = time.monotonic()
                await process.wait()
                await until(lambda: not any(client.is_ready for client in clients if client.reads))
                for client in clients:
                    if not client.reads:
                        client.read_from_now_on()
            async with notifier(kafka, url, **settings):
                await until(lambda: crowd.ready >= BACK_SHARE * number)
                back = time.monotonic() - dropped
        finally:
            await crowd.leave()
    late = quantiles(crowd.latencies, n=100)
    kib_each = 2**10 / (number - WARM_UP)
    return [
        Figure("WebSocket clients on one notifier", f"{number:,}, in after {entering:.0f} s"),
        at_most("  memory of each", (full - empty) * kib_each, KIB_EACH, "KiB"),
        Figure("  memory of the notifier: without, with them", f"{empty:.0f}, {full:.0f} MiB"),
        Figure(
            "  at most while a tenth does not read",
            f"{peak:.0f} MiB, {(peak - empty) * kib_each:.0f} KiB each",
        ),
        Figure("  of them cut", f"{slow:,.0f} of {len(users):,}"),
        at_least("  events that the others heard, of those sent", len(crowd.latencies) / crowd.expected, 1.0),
        Figure("  how late, p50, p99", f"{late[49] * 1000:.0f}, {late[98] * 1000:.0f} ms"),
        at_most("  p99 of that", late[98], LATENCY_P99, "s"),
        at_most(f"  {BACK_SHARE:.0%} back after the notifier was killed", back, BACK_SECONDS, "s"),
    ]


async def _send_events(world: World, crowd: Crowd, users: list[UUID], seconds: float) -> float:
    """Tell each user in turn of a new job, at a steady rate, and wait until those who read heard of all.

    Gives the most memory that the notifier had meanwhile, in MiB.
    """
    text, peak, began = "x" * EVENT_BYTES, 0.0, time.monotonic()
    for event in range(int(EVENTS_A_SECOND * seconds)):
        await asyncio.sleep(max(0.0, began + event / EVENTS_A_SECOND - time.monotonic()))
        # Each of another job: of one, states in between would be left out.
        user, job = users[event % len(users)], uuid4()
        crowd.sent_at[str(job).encode()] = time.monotonic()
        crowd.expected += CONNECTIONS_OF_A_USER - 1
        await world.publish(job_state(user, job, 1, error=text))
        if event % EVENTS_A_SECOND == 0:
            peak = max(peak, resident_of(world.process.pid))
    await until(lambda: len(crowd.latencies) >= crowd.expected)
    return max(peak, resident_of(world.process.pid))
