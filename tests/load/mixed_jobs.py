"""Jobs of many users at once: small ones among large ones, fair turns, flat memory, no lost event."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from aiohttp import ClientWebSocketResponse

from bench.memory import peaks, reset_peaks
from bench.system import running
from cartload_dev.system_client import SystemClient
from load.figures import Figure, at_least, at_most
from support.client import ENDED, User, signed_up

LARGE_JOBS, LARGE_CUSTOMERS = 10, 100_000
SMALL_JOBS, SMALL_CUSTOMERS, SMALL_SECONDS = 20, 100, 3.0
MIX = {100: 20, 1_000: 15, 5_000: 10, 20_000: 5}
"""Customers, and how many users ask for a dataset of so many: fifty in all."""
SHARE = 0.5
"""Of jobs of one size that run together, the one with the fewest rows has at least so much of the most."""
PEAK_MIB = 300
SIGNING_UP_AT_ONCE = 8
PATIENCE = 900.0


def measure(large_customers: int = LARGE_CUSTOMERS, mix: dict[int, int] | None = None) -> list[Figure]:
    """Start a system and give the figures."""
    with running("load") as system:
        return asyncio.run(_measure(system, large_customers, mix or MIX))


async def _measure(system: SystemClient, large_customers: int, mix: dict[int, int]) -> list[Figure]:
    sizes = [customers for customers, users in mix.items() for _ in range(users)]
    async with AsyncExitStack() as stack:
        print(f"{len(sizes)} users sign up …", flush=True)
        limit = asyncio.Semaphore(SIGNING_UP_AT_ONCE)

        async def enter() -> User:
            async with limit:
                return await stack.enter_async_context(signed_up(system.base_url))

        users = await asyncio.gather(*(enter() for _ in sizes))
        reset_peaks(system)
        print(f"Jobs of {SMALL_CUSTOMERS} among {LARGE_JOBS} of {large_customers:,} customers …", flush=True)
        among = await _small_among_large(users[: LARGE_JOBS + 1], large_customers)
        print(f"{len(users)} users with a job each …", flush=True)
        mixed = await _mixed(dict(zip(users, sizes, strict=True)))
        memory = peaks(system)
    return [
        *among,
        *mixed,
        *(at_most(f"peak memory of {name}", memory[name], PEAK_MIB, "MiB") for name in sorted(memory)),
    ]


async def _small_among_large(users: list[User], customers: int) -> list[Figure]:
    """Small jobs of one user, one after the other, while every other user has a large one."""
    small, *others = users
    large = await asyncio.gather(*(user.start_job(customers=customers) for user in others))
    for user, job in zip(others, large, strict=True):
        await user.job_when(job["id"], lambda found: found["rows_done"] > 0, PATIENCE)
    seconds = []
    for seed in range(SMALL_JOBS):
        began = time.monotonic()
        job = await small.start_job(wait=60, customers=SMALL_CUSTOMERS, seed=seed)
        seconds.append(time.monotonic() - began)
        assert job["state"] == "completed", job
        await asyncio.sleep(1)
    running_still = 0
    for user, job in zip(others, large, strict=True):
        cancelled = await user.call("POST", f"/api/jobs/{job['id']}/cancel")
        running_still += cancelled.status == 202
        await user.finish_job(job["id"], PATIENCE)
        await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")
    title = f"job of {SMALL_CUSTOMERS} customers among {LARGE_JOBS} of {customers:,}"
    return [
        at_most(f"{title}, the slowest of {SMALL_JOBS}", max(seconds), SMALL_SECONDS, "s"),
        Figure("  p50", f"{median(seconds):.2f} s"),
        at_least("  large jobs that ran to the end of it", running_still, LARGE_JOBS),
    ]


@dataclass
class Watched:
    """A user's job, as its WebSocket tells of it."""

    customers: int
    began: float = field(default_factory=time.monotonic)
    states: list[tuple[float, Any]] = field(default_factory=list)
    """When a state came, and the job."""

    def rows_at(self, moment: float) -> int:
        """Rows stored at a moment, as far as was told by then."""
        return max((job["rows_done"] for at, job in self.states if at <= moment), default=0)

    @property
    def ended(self) -> Any:
        """The last state, when it is one that a job ends with."""
        return next((job for _, job in self.states if job["state"] in ENDED), None)

    @property
    def seconds(self) -> float:
        """From the request to the word of its end."""
        return self.states[-1][0] - self.began


async def _mixed(sizes: dict[User, int]) -> list[Figure]:
    """Every user asks for a dataset at once, and listens."""
    async with AsyncExitStack() as stack:
        sockets = {user: await stack.enter_async_context(_listening(user)) for user in sizes}
        jobs = [asyncio.create_task(_watch(user, sockets[user], size)) for user, size in sizes.items()]
        watched = await asyncio.gather(*jobs)
    found: list[Figure] = []
    for customers in sorted(set(sizes.values())):
        seconds = sorted(one.seconds for one in watched if one.customers == customers)
        times = f"p50 {median(seconds):.1f} s, longest {seconds[-1]:.1f} s"
        found.append(Figure(f"  {len(seconds)} of {customers:,} customers", times))
    completed = sum(one.ended["state"] == "completed" for one in watched)
    smallest, largest = min(sizes.values()), max(sizes.values())
    last_small = max(one.seconds for one in watched if one.customers == smallest)
    first_large = min(one.seconds for one in watched if one.customers == largest)
    return [
        at_least(f"jobs of {len(watched)} users whose end their WebSocket heard", completed, len(watched)),
        *found,
        at_most("  the last of the smallest ended after", last_small, round(first_large, 1), "s"),
        at_least(
            "  rows of the largest, the fewest by the most, halfway", _evenness(watched, largest), SHARE
        ),
    ]


def _evenness(watched: list[Watched], customers: int) -> float:
    """Halfway to the first end of jobs of one size: the fewest rows of one, as a share of the most."""
    alike = [one for one in watched if one.customers == customers]
    began, ended = min(one.began for one in alike), min(one.states[-1][0] for one in alike)
    rows = [one.rows_at((began + ended) / 2) for one in alike]
    return min(rows) / max(1, *rows)


async def _watch(user: User, socket: ClientWebSocketResponse, customers: int) -> Watched:
    """Ask for a dataset and listen until the job has ended."""
    watched = Watched(customers)
    job_id = (await user.start_job(customers=customers))["id"]
    async with asyncio.timeout(PATIENCE):
        while watched.ended is None:
            message = await socket.receive_json()
            if message["type"] == "job" and message["job"]["id"] == job_id:
                watched.states.append((time.monotonic(), message["job"]))
    return watched


@asynccontextmanager
async def _listening(user: User) -> AsyncIterator[ClientWebSocketResponse]:
    """A WebSocket of a user through the gateway, signed in."""
    async with user.http.ws_connect("/ws/jobs") as socket:
        await socket.send_json({"type": "authenticate", "token": user.token})
        assert await socket.receive_json() == {"type": "ready"}
        yield socket
