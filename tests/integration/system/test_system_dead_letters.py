"""Dead letters in the running system: put back by an administrator, and a flood of them outlasted."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from cartload_contracts import topics
from cartload_contracts.envelope import Wire
from cartload_dev.system_client import SystemClient
from cartload_kit.kafka import KafkaConnection, Record, subscribe_latest
from support.bad_messages import committed_past, sending
from support.client import User, signed_up
from support.equality import engine_hashes, stored_hashes
from support.writer_service import root

pytestmark = pytest.mark.timeout(180)
LETTERS = "/api/admin/dead-letters"
USERS = topics.BATCHES["users"]
CONSUMER, WORKER = "writer-consumer", "generator-worker"


@pytest.fixture
async def system(unlimited: SystemClient) -> SystemClient:
    """The system with a consumer that has seen no bad message yet: of too many, it stops."""
    await asyncio.to_thread(unlimited.wait_ready)
    await asyncio.to_thread(unlimited.restart, CONSUMER)
    return unlimited


@pytest.fixture
async def user(unlimited_user: User) -> User:
    """A user of that system. The other one's topics are read by programs that expect no bad messages."""
    return unlimited_user


@pytest.fixture
async def admin(system: SystemClient) -> AsyncIterator[User]:
    async with signed_up(system.base_url) as user:
        with root(system.endpoints.mysql_root_url) as cursor:
            cursor.execute(
                "UPDATE cartload_auth.accounts SET role = 'admin' WHERE user_name = %s", (user.name,)
            )
        await user.sign_in()
        yield user


@asynccontextmanager
async def frozen(system: SystemClient, name: str) -> AsyncIterator[None]:
    system.send(name, signal.SIGSTOP)
    try:
        yield
    finally:
        system.send(name, signal.SIGCONT)


async def launcher(system: SystemClient, *arguments: str) -> tuple[int, str]:
    """Run a command of the launcher on this system; its exit code and what it says."""
    command, *rest = arguments
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cartload_dev", command, "--run-dir", str(system.run.root), "--", *rest),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, output.decode()


async def letters_about(admin: User, text: str, **query: str) -> list[Any]:
    """The letters on the first page in whose headers a text is, once there are any."""
    async with asyncio.timeout(60):
        while True:
            page = await admin.get(LETTERS, params={"limit": "50", **query})
            details = [await admin.get(f"{LETTERS}/{letter['id']}") for letter in page["items"]]
            if found := [one for one in details if text in str(one["headers"])]:
                return found
            await asyncio.sleep(0.2)


def rows_of(system: SystemClient, query: str, *values: str) -> Any:
    with root(system.endpoints.mysql_root_url) as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


async def test_a_batch_that_is_put_back_after_a_repair_is_stored_once_and_its_job_gets_whole(
    system: SystemClient, user: User, admin: User
) -> None:
    async with frozen(system, WORKER):
        job = await user.start_job(customers=10)
        path = f"/api/jobs/{job['id']}"
        await user.job_when(job["id"], lambda now: now["phase"] == "generating")
        database = (await user.get(f"/api/datasets/{job['dataset_id']}/connection"))["database"]
        # Somebody has renamed a table, so no batch of it can be stored.
        rows_of(system, f"RENAME TABLE `{database}`.users TO `{database}`.users_renamed")
    query = {"topic": USERS.name, "state": "open"}
    (letter,) = await letters_about(admin, job["dataset_id"], **query)
    assert "doesn't exist" in letter["reason"]
    rows_of(system, f"RENAME TABLE `{database}`.users_renamed TO `{database}`.users")
    failed = await user.finish_job(job["id"])
    assert (failed["state"], letter["reason"] in failed["error"]) == ("failed", True)

    def stored() -> tuple[int, int]:
        manifest = "SELECT * FROM cartload_writer.manifest WHERE dataset_id = %s AND table_name = 'users'"
        return (
            len(rows_of(system, manifest, job["dataset_id"])),
            len(rows_of(system, f"SELECT id FROM `{database}`.users")),
        )

    async with frozen(system, WORKER):
        # The writer takes nothing for a failed job. Tried again, the job waits for the worker, which would
        # make these rows anew.
        assert (await user.call("POST", f"{path}/retry")).status == 202
        await user.job_when(job["id"], lambda now: now["phase"] == "generating")
        assert stored() == (0, 0)
        assert (await admin.call("POST", f"{LETTERS}/{letter['id']}/redrive")).status == 200
        async with asyncio.timeout(30):
            while stored() != (1, 10):  # noqa: ASYNC110 - tables have no events
                await asyncio.sleep(0.1)
        assert (await admin.call("POST", f"{LETTERS}/{letter['id']}/redrive")).status == 409
        # As after a crash before the decision was committed: the letter is open, and is put back once more.
        forget = "DELETE FROM cartload_jobs.dead_letter_decisions WHERE letter_id = %s"
        rows_of(system, forget, letter["id"])
        async with subscribe_latest(
            KafkaConnection(system.endpoints.kafka_bootstrap), topics.RESULTS.name
        ) as results:
            code, said = await launcher(system, "redrive", letter["id"])
            assert (code, "1 put back, 0 not" in said) == (0, True), said
            await told_again(results, job["dataset_id"])
        assert stored() == (1, 10)
    done = await user.finish_job(job["id"])
    assert done["state"] == "completed", done
    dataset, hashes = await stored_hashes(system, user, job["dataset_id"])
    assert hashes == await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])


async def told_again(results: Any, dataset_id: str) -> Record:
    """What says once more that a dataset's batch is stored."""
    async with asyncio.timeout(30):
        async for record in results:
            if dataset_id.encode() in record.value and b'"stored"' in record.value:
                return record  # type: ignore[no-any-return]
    raise AssertionError("the reader ended")


async def test_letters_are_shown_and_put_back_from_the_command_line(system: SystemClient) -> None:
    mark = uuid4().hex
    bad = Wire(USERS.name, b"key", b"bad", (("content-type", mark.encode()), ("ce_specversion", b"1.0")))
    async with (
        sending(system.endpoints.kafka_bootstrap) as sender,
        subscribe_latest(
            KafkaConnection(system.endpoints.kafka_bootstrap), topics.DEAD_LETTERS.name
        ) as letters,
    ):
        for _ in range(3):
            await sender.send(bad)
        await of_mark(letters, mark, 3)
        code, shown = await launcher(system, "dead-letters", "--reason", mark)
        assert code == 0
        assert [line.split()[3] for line in shown.splitlines()] == ["open"] * 3
        code, said = await launcher(system, "redrive", "--topic", USERS.name, "--reason", mark)
        assert (code, said.splitlines()[-1]) == (0, "3 put back, 0 not")
        again = await of_mark(letters, mark, 3)
    # They are as bad as before, and say in what letter they were.
    assert {one.headers["x-redriven-from"].decode() for one in again} == {
        line.split()[0] for line in shown.splitlines()
    }
    code, said = await launcher(system, "redrive", shown.split()[0])
    assert code == 1
    assert "was redriven by command line" in said
    assert (await launcher(system, "redrive"))[0] == 2
    assert (await launcher(system, "redrive", "nonsense"))[0] == 2


async def of_mark(letters: Any, mark: str, count: int) -> list[Record]:
    """So many dead letters with a mark in their headers."""
    found: list[Record] = []
    async with asyncio.timeout(30):
        async for letter in letters:
            if letter.headers.get("content-type") == mark.encode():
                found.append(letter)
                if len(found) == count:
                    return found
    raise AssertionError("the reader ended")


async def test_a_flood_stops_the_consumer_and_a_command_lets_it_go_on_behind_the_bad_ones(
    system: SystemClient, user: User
) -> None:
    url, mark = system.endpoints.services[CONSUMER], uuid4().hex
    bad = Wire(USERS.name, b"key", b"bad", (("content-type", mark.encode()),))
    kafka = system.endpoints.kafka_bootstrap
    async with (
        sending(kafka) as sender,
        subscribe_latest(KafkaConnection(kafka), topics.DEAD_LETTERS.name) as letters,
    ):
        # The consumer stops at the twentieth, so fewer than twenty are left for its successor.
        offsets = [await sender.send(bad) for _ in range(30)]
        said = await not_ready(user, url)
        assert "records were bad" in said
        async with user.http.get(system.endpoints.metrics[CONSUMER]) as answer:
            # What the alert CartloadNotReady looks at.
            assert (
                'cartload_ready_check{check="consumer",service="writer-consumer"} 0.0' in await answer.text()
            )
        code, output = await launcher(system, "restart", CONSUMER)
        assert (code, "runs anew" in output) == (0, True), output
        group = topics.GROUPS["writer consumer"]
        await committed_past(kafka, group, USERS.name, offsets[-1])
        found = await of_mark(letters, mark, len(offsets))
    assert sorted(int(one.headers["dlq-offset"]) for one in found) == offsets
    async with user.http.get(f"{url}/health/ready") as answer:
        assert answer.status == 200
    await user.make_dataset(customers=10)


async def not_ready(user: User, url: str) -> str:
    """What a process says once it is not ready."""
    async with asyncio.timeout(60):
        while True:
            async with user.http.get(f"{url}/health/ready") as answer:
                if answer.status == 503:
                    return await answer.text()
            await asyncio.sleep(0.1)
