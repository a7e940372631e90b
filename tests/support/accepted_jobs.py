"""Replicas of the generator's API that are killed right after they accepted a job, or before they said so.

Which of the two, and after how many milliseconds, is left to a seed.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp

from cartload_dev.ports import LOOPBACK, free_ports
from cartload_dev.system_client import SystemClient
from support import api_process
from support.client import ENDED, User, signed_up
from support.engine import launcher_environment

CUSTOMERS = 1
MOST = 200
"""Jobs of one call: what one page of a list holds."""

START_SECONDS = 60.0
JOB_SECONDS = 180.0
AFTER_ANSWER_SECONDS = 0.05
BEFORE_ANSWER_SECONDS = 0.03
"""An answer takes about half of that."""

BROKEN = (aiohttp.ClientError, TimeoutError, ConnectionError)


@dataclass
class Seen:
    """What became of the requests."""

    accepted: list[str] = field(default_factory=list)
    """Ids of the jobs that were answered 202, each followed by a kill."""
    unanswered: int = 0
    """Requests that a kill left without an answer, and that were repeated."""


@dataclass
class Replica:
    """A process of the generator's API, which is started anew for a request when it was killed."""

    system: SystemClient
    port: int
    log: Path
    _process: BaseProcess | None = None

    @property
    def url(self) -> str:
        """Where it takes jobs."""
        return f"http://{LOOPBACK}:{self.port}/api/jobs"

    async def ask(self, user: User, spec: dict[str, Any], key: str | None) -> str:
        """Ask for a job; the id of the one that was accepted. Raises what a broken connection raises."""
        await self.start()
        headers = {"Authorization": f"Bearer {user.token}"} | ({"Idempotency-Key": key} if key else {})
        # A connection for each request: the one before ended with its process.
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.url, json={"spec": spec}, headers=headers) as answer,
        ):
            body = await answer.json()
            assert answer.status == 202, body
            return str(body["id"])

    async def kill(self) -> None:
        """End it with SIGKILL, if it runs."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)
            self._process = None

    async def start(self) -> None:
        """Return when it takes connections; Kafka it may know later."""
        if self._process is not None:
            return
        ends = self.system.endpoints
        environment = {
            **launcher_environment(),
            "CARTLOAD_HOST": LOOPBACK,
            "CARTLOAD_PORT": str(self.port),
            "CARTLOAD_GENERATOR_DATABASE_URL": ends.databases["cartload_generator"],
            "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": ends.kafka_bootstrap,
            "CARTLOAD_JWKS_URL": f"{ends.services['auth']}/.well-known/jwks.json",
            "CARTLOAD_USER_UNFINISHED_JOBS": "1000",
        }
        self._process = await asyncio.to_thread(api_process.started, environment, self.log)
        async with asyncio.timeout(START_SECONDS):
            while not await self._listens():
                assert self._process.is_alive(), f"it ended by itself; see {self.log}"
                await asyncio.sleep(0.02)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self.port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def replicas(system: SystemClient, folder: Path, count: int) -> AsyncIterator[list[Replica]]:
    """Replicas beside those of a running system, on the same servers."""
    found = [Replica(system, port, folder / f"generator-api-{port}.log") for port in free_ports(count)]
    try:
        yield found
    finally:
        for replica in found:
            await replica.kill()


async def kill_after_accepting(
    system: SystemClient, folder: Path, *, kills: int, seed: int, at_once: int = 2
) -> Seen:
    """Ask replicas for jobs and kill each one 0-50 ms after its 202, so many times in all.

    A third of the requests has no key, a third a key and is repeated after the kill, and a third is killed
    before its answer and repeated until it has one. Each job that was accepted is there once, is found by its
    id and completes. Raises AssertionError where that is not so. Deletes the datasets in the end.
    """
    seen, numbers = Seen(), iter(range(kills))
    async with signed_up(system.base_url) as user, replicas(system, folder, at_once) as some:

        async def ask_and_kill(replica: Replica) -> None:
            for number in numbers:
                await _ask_and_kill(replica, user, seed, number, seen)

        async with asyncio.TaskGroup() as group:
            for replica in some:
                group.create_task(ask_and_kill(replica))
        await _require_each_once(user, seen)
    return seen


async def _ask_and_kill(replica: Replica, user: User, seed: int, number: int, seen: Seen) -> None:
    moments = random.Random(f"{seed} {number}")
    spec = {"customers": CUSTOMERS, "seed": number, "name": f"job {number} of seed {seed}"}
    key = f"accepted-{seed}-{number}" if number % 3 else None
    if number % 3 == 2 and not await _broken_off(replica, user, spec, key, moments):
        seen.unanswered += 1
    job_id = await replica.ask(user, spec, key)
    await asyncio.sleep(moments.uniform(0.0, AFTER_ANSWER_SECONDS))
    await replica.kill()
    seen.accepted.append(job_id)
    if key is not None:
        assert await replica.ask(user, spec, key) == job_id


async def _broken_off(
    replica: Replica, user: User, spec: dict[str, Any], key: str | None, moments: random.Random
) -> bool:
    """Kill a replica while it has a request; whether it answered all the same."""
    await replica.start()
    asked = asyncio.create_task(replica.ask(user, spec, key))
    await asyncio.sleep(moments.uniform(0.0, BEFORE_ANSWER_SECONDS))
    await replica.kill()
    try:
        await asked
    except BROKEN:
        return False
    return True


async def _require_each_once(user: User, seen: Seen) -> None:
    """The jobs of the user are those that were accepted, each with a dataset of its own, and complete."""

    def have_ended(page: Any) -> bool:
        return all(job["state"] in ENDED for job in page["items"])

    jobs = (await user.when(f"/api/jobs?limit={MOST}", have_ended, JOB_SECONDS))["items"]
    assert sorted(job["id"] for job in jobs) == sorted(seen.accepted)
    for job_id in seen.accepted:
        job = await user.get(f"/api/jobs/{job_id}")
        assert (job["state"], job["rows_done"]) == ("completed", job["rows_total"]), job
    datasets = (await user.get("/api/datasets", params={"limit": MOST}))["items"]
    assert sorted(one["id"] for one in datasets) == sorted(job["dataset_id"] for job in jobs)
    for one in datasets:
        answer = await user.call("DELETE", f"/api/datasets/{one['id']}")
        assert answer.status == 202, answer
