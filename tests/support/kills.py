"""Jobs whose processes are killed or frozen in the middle, and the proof that no row is lost or doubled.

Nothing here is left to chance but by its seed: which process, at which moment. What goes wrong with the
launcher itself (a process that does not come back, say) is its own LauncherError, never a mismatch of rows.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiokafka import AIOKafkaConsumer

from cartload_contracts.topics import DEAD_LETTERS
from cartload_dev.system_client import SystemClient
from support.client import ENDED, User
from support.equality import require_equal
from support.writer_service import root

GENTLE = {"azurite": signal.SIGTERM}
"""Azurite keeps what it has acknowledged in memory for some seconds: SIGKILL would lose that by itself."""

UNREACHABLE = (aiohttp.ClientError, TimeoutError, ConnectionError)
ANSWER_SECONDS = 120.0
STILL_SECONDS = 120.0
"""How long a job may stay as it is: twice the time after which the dispatcher asks again."""


@dataclass(frozen=True)
class Kill:
    """A process that was ended, or frozen, while a job had some of its rows and not all."""

    target: str
    how: str
    rows_done: int
    rows_total: int

    def __str__(self) -> str:
        return f"{self.how} {self.target} at {self.rows_done:,} of {self.rows_total:,} rows"


@dataclass
class Killer:
    """Ends processes of a running system in the middle of its jobs, as a seed says."""

    system: SystemClient
    user: User
    seed: int
    log: Callable[[str], None] = print
    kills: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._jobs = 0

    @property
    def counts(self) -> Counter[str]:
        """Kills by target."""
        return Counter(kill.target for kill in self.kills)

    async def kill_each(self, targets: Sequence[str], *, customers: int, freeze: float = 0.0) -> None:
        """Kill each of the targets once, in random order, in the middle of as many jobs as that takes.

        With `freeze`, stop each for so many seconds instead. Each job has to complete, and to be whole.
        Raises LauncherError when a process does not come back, AssertionError when a job is not what it
        should be.
        """
        waiting = list(targets)
        self._random.shuffle(waiting)
        while waiting:
            job = await self._start(customers)
            while waiting and (found := await self._in_the_middle(job["id"])) is not None:
                await self._hit(waiting.pop(), found, freeze)
            if not freeze:
                await self._require_nothing_lost(job["id"])
            await self._require_whole(job["id"])

    async def _start(self, customers: int) -> Any:
        self._jobs += 1
        spec = {"customers": customers, "seed": self.seed * 1_000 + self._jobs}
        # One key for all tries: whether the first was accepted, a killed gateway does not tell.
        headers = {"Idempotency-Key": f"kills-{self.seed}-{self._jobs}"}
        return await self._ask("POST", "/api/jobs", json={"spec": spec}, headers=headers)

    async def _in_the_middle(self, job_id: str) -> Any:
        """The job at a random moment between its first row and its last; None when it is past that."""
        job = await self._job_when(job_id, lambda job: job["rows_done"] > 0 or job["state"] in ENDED)
        await asyncio.sleep(self._random.uniform(0.0, 0.5))
        job = await self._ask("GET", f"/api/jobs/{job_id}")
        if job["state"] in ENDED or job["rows_done"] >= job["rows_total"]:
            return None
        # Looked up after the job was: what it counts was told, and nothing is told before it is committed.
        stored = self._stored_rows(job["dataset_id"])
        assert stored >= job["rows_done"], f"{job['rows_done']} rows were told when {stored} were stored"
        return job

    async def _hit(self, target: str, job: Any, freeze: float) -> None:
        how = "freeze" if freeze else "kill"
        kill = Kill(target, how, job["rows_done"], job["rows_total"])
        self.log(f"seed {self.seed}, job {self._jobs}: {kill}")
        if freeze:
            self.system.send(target, signal.SIGSTOP)
            await asyncio.sleep(freeze)
            self.system.send(target, signal.SIGCONT)
        else:
            killed = self.system.kill(target, number=GENTLE.get(target, signal.SIGKILL))
            await asyncio.to_thread(self.system.wait_ready, target, after=killed)
        self.kills.append(kill)

    async def _require_whole(self, job_id: str) -> None:
        """MySQL, Blob, manifest and the engine hold the same rows, each once."""
        job = await self._job_when(job_id, lambda job: job["state"] in ENDED)
        assert job["state"] == "completed", job
        assert job["rows_done"] == job["rows_total"], job
        # Before the comparison: what cannot be reached is not what is wrong.
        await asyncio.to_thread(self.system.wait_ready)
        await require_equal(self.system, self.user, job["dataset_id"])
        await self._ask("DELETE", f"/api/datasets/{job['dataset_id']}")

    def _stored_rows(self, dataset_id: str) -> int:
        """How many rows the manifest has of a dataset."""
        query = "SELECT SUM(row_count) FROM cartload_writer.manifest WHERE dataset_id = %s"
        with root(self.system.endpoints.mysql_root_url) as cursor:
            cursor.execute(query, (dataset_id,))
            return int(cursor.fetchone()[0] or 0)

    async def _require_nothing_lost(self, job_id: str) -> None:
        """No message went with a process that was killed.

        The job is whole all the same, since the dispatcher asks again after a minute of silence. But it need
        not: offsets are committed last, so what a process has not finished comes again by itself. (A process
        that is frozen may be silent for so long.)
        """
        await self._job_when(job_id, lambda job: job["state"] in ENDED)
        history = await self._ask("GET", f"/api/jobs/{job_id}/events")
        again = [event for event in history["items"] if event["event"] == "repeated"]
        assert not again, f"chunks had to be asked for again: {again}"

    async def _job_when(self, job_id: str, is_so: Callable[[Any], bool]) -> Any:
        version, since = 0, time.monotonic()
        while not is_so(job := await self._ask("GET", f"/api/jobs/{job_id}")):
            if job["version"] != version:
                version, since = job["version"], time.monotonic()
            assert time.monotonic() - since < STILL_SECONDS, f"the job stands still: {job}"
            await asyncio.sleep(0.05)
        return job

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        """What a path answers when the processes behind it are there again."""
        ends, said = time.monotonic() + ANSWER_SECONDS, ""
        while time.monotonic() < ends:
            try:
                answer = await self.user.call(method, path, **more)
            except UNREACHABLE as error:
                said = repr(error)
            else:
                if answer.status < 300:
                    return answer.body
                said = f"{answer.status} {answer.body}"
                assert answer.status in (401, 429) or answer.status >= 500, said
                if answer.status == 401:
                    await self._sign_in()
            await asyncio.sleep(0.1)
        raise AssertionError(f"{method} {path} for {ANSWER_SECONDS:.0f} s: {said}")

    async def _sign_in(self) -> None:
        """A long proof outlives its access token, and auth may be away just then."""
        try:
            await self.user.sign_in()
        except (*UNREACHABLE, AssertionError) as error:
            self.log(f"not signed in yet: {error!r}")


async def dead_letters(system: SystemClient) -> int:
    """How many records have become dead letters since the system was made."""
    consumer = AIOKafkaConsumer(DEAD_LETTERS.name, bootstrap_servers=system.endpoints.kafka_bootstrap)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        return sum(ends.values())
    finally:
        await consumer.stop()
