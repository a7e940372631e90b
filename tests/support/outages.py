"""A server goes away in the middle of a job and comes back: what users see meanwhile, and what is left."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from support.client import ENDED, User, signed_up
from support.equality import require_equal
from support.linked_system import LinkedSystem

WITHOUT: Mapping[str, frozenset[str]] = {
    "kafka": frozenset(
        {
            *("generator-api", "generator-player", "generator-worker"),
            *("writer-consumer", "writer-tasks", "shop-worker"),
        }
    ),
    "database": frozenset(
        {
            *("auth", "generator-api", "generator-player", "shop-api", "shop-worker"),
            *("writer-consumer", "writer-tasks", "writer-api"),
        }
    ),
    "azurite": frozenset({"writer-consumer", "writer-tasks", "writer-api"}),
}
"""The processes that say they are not ready without a server. The notifier goes on with its connections."""

SETTINGS = {"CARTLOAD_USER_UNFINISHED_JOBS": "1000", "CARTLOAD_USER_REQUESTS_PER_MINUTE": "1000000"}
"""What a system is told that is asked for jobs all the time."""

CUSTOMERS = 20_000
SMALL = 100
PAUSE_SECONDS = 2.0
READY_SECONDS = 180.0
STEADY_CHECKS = 5
"""How often in a row, a second apart, all have to be ready. MariaDB may end itself just after its disk has
space again, over what it could not roll back; one that starts on a full disk tries again after a minute.
"""
NOTICED_SECONDS = 60.0
"""Within which somebody has to notice that something is away: a refused job, or a process not ready."""
JOB_SECONDS = 600.0
MEMORY_MIB = 400.0
"""What a process may take, its full buffers included: in `make bench` the largest has some 300."""


@dataclass
class Seen:
    """What was seen while a server was away."""

    unready: set[str] = field(default_factory=set)
    accepted: list[str] = field(default_factory=list)
    refused: int = 0
    waiting_for: set[str] = field(default_factory=set)
    """What the first job said that it waits for."""
    slowest: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)
    """MiB by process, at the end of the outage."""


async def outlast(
    system: LinkedSystem,
    user: User,
    outage: AbstractAsyncContextManager[None],
    seconds: float,
    *,
    customers: int = CUSTOMERS,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
    log: Callable[[str], None] = print,
) -> Seen:
    """Break something for so long in the middle of a job, and ask for further jobs and `meanwhile`.

    It lasts longer where nobody has noticed it by then. Every new job is accepted or refused with 503 and
    `Retry-After`, and no process takes more than `MEMORY_MIB`. Afterwards the first and every accepted job
    complete, the first and the last of them are compared row by row, and a refused one left nothing. Raises
    AssertionError where that is not so.
    """
    seen = Seen()
    known = {job["id"] for job in await _jobs(user)}
    first = await user.start_job(customers=customers)
    await user.job_when(first["id"], lambda job: job["rows_done"] > 0)

    async def look() -> None:
        if meanwhile is not None:
            await meanwhile()
        answer = await user.call("GET", f"/api/jobs/{first['id']}")
        if answer.status == 200 and answer.body["waiting_for"] is not None:
            seen.waiting_for.add(answer.body["waiting_for"])

    async with outage:
        await _ask_until(time.monotonic() + seconds, system, user, seen, look)
        seen.memory = await _memory(system)
    log(
        f"{len(seen.accepted)} accepted, {seen.refused} refused, the slowest answer {seen.slowest:.2f} s; "
        f"it waited for {sorted(seen.waiting_for)}"
    )
    assert max(seen.memory.values()) < MEMORY_MIB, seen.memory
    await _steady(system)
    # A long outage outlasts the access token.
    await user.sign_in()
    job = await user.job_when(first["id"], lambda job: job["state"] in ENDED, JOB_SECONDS)
    assert job["state"] == "completed", job
    await require_equal(system.client, user, job["dataset_id"])
    for job_id in seen.accepted:
        job = await user.job_when(job_id, lambda job: job["state"] in ENDED, JOB_SECONDS)
        assert (job["state"], job["rows_done"]) == ("completed", job["rows_total"]), job
    if seen.accepted:
        await require_equal(system.client, user, job["dataset_id"])
    made = {job["id"] for job in await _jobs(user)} - known
    assert made == {first["id"], *seen.accepted}
    return seen


async def _ask_until(
    ends: float,
    system: LinkedSystem,
    user: User,
    seen: Seen,
    look: Callable[[], Awaitable[None]],
) -> None:
    latest = ends + NOTICED_SECONDS
    while time.monotonic() < ends or not (seen.unready or seen.refused):
        assert time.monotonic() < latest, "nobody noticed"
        await look()
        await _ask_for_a_job(user, seen)
        seen.unready |= await _unready(system)
        await asyncio.sleep(PAUSE_SECONDS)


async def _steady(system: LinkedSystem) -> None:
    async with asyncio.timeout(READY_SECONDS):
        in_a_row = 0
        while in_a_row < STEADY_CHECKS:
            in_a_row = 0 if await _unready(system) else in_a_row + 1
            await asyncio.sleep(1.0)


async def _ask_for_a_job(user: User, seen: Seen) -> None:
    began = time.monotonic()
    answer = await user.call("POST", "/api/jobs", json={"spec": {"customers": SMALL}})
    seen.slowest = max(seen.slowest, time.monotonic() - began)
    if answer.status == 202:
        seen.accepted.append(answer.body["id"])
        return
    seen.refused += 1
    assert answer.status == 503, answer
    assert int(answer.headers["Retry-After"]) > 0


async def _jobs(user: User) -> list[Any]:
    """All jobs of the user: ten minutes of asking make more than one page."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await user.get("/api/jobs", params={"limit": 200, **cursor})
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def _unready(system: LinkedSystem) -> set[str]:
    """The processes that say of themselves that they are not ready."""
    urls = system.client.endpoints.services
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
        statuses = await asyncio.gather(*(_status(http, f"{url}/health/ready") for url in urls.values()))
    return {name for name, status in zip(urls, statuses, strict=True) if status != 200}


async def _status(http: aiohttp.ClientSession, url: str) -> int:
    """0 for a process that has ended."""
    try:
        async with http.get(url) as answer:
            return answer.status
    except aiohttp.ClientConnectorError:
        return 0


async def _memory(system: LinkedSystem) -> dict[str, float]:
    """MiB of each process, by its metrics.

    Without those that have just ended: a producer that does not know what became of its messages ends its
    process, which is started again until Kafka is there.
    """
    found = {}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
        for name, url in system.client.endpoints.metrics.items():
            with suppress(aiohttp.ClientConnectorError):
                async with http.get(url) as answer:
                    lines = (await answer.text()).splitlines()
                (bytes_,) = (
                    line.split()[1] for line in lines if line.startswith("process_resident_memory_bytes ")
                )
                found[name] = float(bytes_) / 2**20
    return found


@asynccontextmanager
async def somebody_who_reads(system: LinkedSystem) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Another user with a dataset; gives what reads rows and a file of it, where the servers are there.

    MariaDB ends itself when it cannot even roll back for want of space, and is started again: then 503.
    """
    async with signed_up(system.base_url) as reader:
        dataset = f"/api/datasets/{(await reader.make_dataset(customers=SMALL))['dataset_id']}"

        async def read() -> None:
            for path in ("tables/users/rows?limit=5", "files/users/0"):
                answer = await reader.call("GET", f"{dataset}/{path}")
                assert answer.status in (200, 503), answer

        yield read
