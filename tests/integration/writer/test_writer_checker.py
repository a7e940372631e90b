"""Full reports: asked for, made by a process of its own, kept with the answers."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cartload.answers import questions
from cartload.schema import BLOCK_TABLES
from cartload_writer.repository.task_queue import CHECK, TaskQueue
from cartload_writer.tasks.examination import child
from cartload_writer.tasks.examination.check import Checking, Examine
from cartload_writer.tasks.examination.child import ExaminationFailed
from cartload_writer.tasks.examination.examine import Found, Request
from cartload_writer.tasks.workers import Workers
from support.writer_service import Load, Place, Writer, running

EXAMINE = partial(child.examine, seconds=60)


@pytest.fixture(autouse=True)
def no_tasks(writer: Writer) -> None:
    """Checks that other tests left behind would come first once their leases have run out."""
    writer.query("DELETE FROM tasks")


def now() -> datetime:
    return datetime.now(UTC)


async def never(_: Request) -> Found:
    await asyncio.Event().wait()
    raise AssertionError


@contextlib.asynccontextmanager
async def checker(writer: Writer, examine: Examine = EXAMINE, url: str = "") -> AsyncIterator[None]:
    """The role, at work."""
    meta = writer.context.meta
    checking = Checking(meta, url or writer.place.url, 256, examine, now)
    queue = TaskQueue(meta, "checker", (CHECK,), now)
    runner = Workers(queue, {CHECK: checking.run}, checking.refuse, at_once=1)
    work = asyncio.create_task(runner.run(asyncio.Event()))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def report(writer: Writer, load: Load) -> Any:
    return (await writer.get(load, "/report")).json()


async def until(writer: Writer, load: Load, done: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(60):
        while not done(found := await report(writer, load)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


async def asked(writer: Writer, load: Load) -> Any:
    answer = await writer.call("POST", load, "/report")
    assert answer.status_code == 202
    return answer.json()


def ready(found: Any) -> bool:
    return bool(found["state"] == "ready")


def checks_of(writer: Writer, load: Load) -> Any:
    which = "SELECT state, error FROM tasks WHERE kind = 'check' AND dataset_id = %s"
    return writer.query(which, str(load.dataset_id))


async def test_a_full_report_checks_every_invariant_and_brings_the_answers(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    assert (await writer.get(load, "/answers")).json() == {"state": "none", "items": []}
    wanted = await asked(writer, load)
    assert (wanted["state"], wanted["kind"]) == ("running", "seal")
    async with checker(writer):
        found = await until(writer, load, ready)
    assert (found["kind"], found["ok"]) == ("full", True)
    assert [invariant["number"] for invariant in found["invariants"]] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert {check["invariant"] for check in found["checks"]} == {1, 2, 3, 4, 5, 6, 7, 8, 9}
    assert sum(check["rows_checked"] for check in found["checks"]) > 0
    answers = (await writer.get(load, "/answers")).json()
    assert answers["state"] == "ready"
    assert len(answers["items"]) == len(questions())
    assert all(item["question"] and item["sql"] and item["columns"] for item in answers["items"])


async def test_what_is_broken_is_told_with_examples(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    writer.query(f"UPDATE {writer.database(load)}.order_details SET total = total + 1 LIMIT 1")
    await asked(writer, load)
    async with checker(writer):
        found = await until(writer, load, ready)
    assert found["ok"] is False
    broken = [check for check in found["checks"] if check["violations"]]
    assert {check["invariant"] for check in broken} == {2}
    assert any(check["samples"] for check in broken)


async def listed(writer: Writer, owner: object, query: str = "") -> Any:
    answer = await writer.http.get(f"/api/reports{query}", headers={"Authorization": f"Bearer {owner}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_one_list_says_what_the_reports_of_all_datasets_come_to(writer: Writer) -> None:
    whole, broken, other = Load.of(customers=60), Load.of(customers=60), Load.of(customers=10)
    broken.owner_id = whole.owner_id
    for load in (whole, broken, other):
        await writer.make(load)
    loads = {one["dataset_id"]: one for one in (await listed(writer, whole.owner_id))["items"]}
    assert set(loads) == {str(whole.dataset_id), str(broken.dataset_id)}
    for load in (whole, broken):
        sealed, checks = loads[str(load.dataset_id)], (await report(writer, load))["checks"]
        assert (sealed["state"], sealed["kind"]) == ("ready", "seal")
        assert (sealed["checked"], sealed["broken"]) == (len(checks), 0)
    writer.query(f"UPDATE {writer.database(broken)}.order_details SET total = total + 1 LIMIT 1")
    for load in (whole, broken):
        await asked(writer, load)
        running = {one["dataset_id"]: one for one in (await listed(writer, whole.owner_id))["items"]}
        assert running[str(load.dataset_id)]["state"] == "running"
    async with checker(writer):
        for load in (whole, broken):
            await until(writer, load, ready)
    full = {one["dataset_id"]: one for one in (await listed(writer, whole.owner_id))["items"]}
    assert [full[str(load.dataset_id)]["kind"] for load in (whole, broken)] == ["full", "full"]
    assert [full[str(load.dataset_id)]["checked"] for load in (whole, broken)] == [9, 9]
    assert [full[str(load.dataset_id)]["broken"] for load in (whole, broken)] == [0, 1]


async def test_the_list_of_reports_comes_in_pages_and_forgets_what_is_deleted(writer: Writer) -> None:
    loads = [Load.of(customers=10) for _ in range(3)]
    for load in loads:
        load.owner_id = loads[0].owner_id
        await writer.make(load)
    first = await listed(writer, loads[0].owner_id, "?limit=2")
    second = await listed(writer, loads[0].owner_id, f"?limit=2&cursor={first['next']}")
    assert second["next"] is None
    found = [one["dataset_id"] for one in first["items"] + second["items"]]
    assert found == sorted(str(load.dataset_id) for load in loads)
    await writer.run(loads[0].delete())
    left = (await listed(writer, loads[0].owner_id))["items"]
    assert {one["dataset_id"] for one in left} == {str(load.dataset_id) for load in loads[1:]}
    foreign = await writer.http.get(
        "/api/reports?cursor=eyJhIjoxfQ", headers={"Authorization": f"Bearer {loads[0].owner_id}"}
    )
    assert foreign.status_code == 422


async def test_a_report_of_an_earlier_version_is_counted_by_the_names_of_then(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    writer.query(
        "UPDATE reports SET document = %s WHERE dataset_id = %s",
        '{"kind": "full", "truths": [{"ok": true}, {"ok": false}], "checks": []}',
        str(load.dataset_id),
    )
    (only,) = (await listed(writer, load.owner_id))["items"]
    assert (only["kind"], only["checked"], only["broken"]) == ("full", 2, 1)


async def test_only_small_datasets_get_their_report_unasked(
    place: Place, blob_connection_string: str, container: str
) -> None:
    small, large = Load.of(customers=10), Load.of(customers=200)
    async with running(place, blob_connection_string, container, report_rows=1_000) as writer:
        await writer.make(small)
        await writer.make(large)
        assert checks_of(writer, small) == (("open", None),)
        assert checks_of(writer, large) == ()
        assert (await report(writer, small))["state"] == "ready"
        async with checker(writer):
            await until(writer, small, lambda found: found["kind"] == "full")


async def test_asking_twice_is_asking_once(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    await asked(writer, load)
    await asked(writer, load)
    assert checks_of(writer, load) == (("open", None),)
    async with checker(writer):
        await until(writer, load, ready)
        await asked(writer, load)
        await until(writer, load, ready)


async def test_a_dataset_in_the_making_has_no_report_yet(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.run(load.prepare())
    answer = await writer.call("POST", load, "/report")
    assert answer.status_code == 409
    assert "being made" in answer.json()["detail"]


async def test_others_can_neither_ask_nor_read(writer: Writer) -> None:
    load, other = Load.of(customers=10), Load.of(customers=10)
    await writer.make(load)
    for method, path in (("POST", "/report"), ("GET", "/report"), ("GET", "/answers")):
        answer = await writer.call(method, load, path, user=other.owner_id)
        assert answer.status_code == 404
    assert checks_of(writer, load) == ()


async def test_an_examination_is_given_up_when_its_dataset_is_deleted(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    await asked(writer, load)
    async with checker(writer, never):
        await writer.run(load.delete())
        async with asyncio.timeout(30):
            while checks_of(writer, load)[0][0] != "done":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert "deleted" in checks_of(writer, load)[0][1]


@pytest.mark.parametrize(("said", "meant"), [("?tls=off", "off"), ("", "verify")])
async def test_an_examination_is_encrypted_where_the_writer_is(writer: Writer, said: str, meant: str) -> None:
    load, seen = Load.of(customers=10), list[Request]()
    await writer.make(load)
    await asked(writer, load)

    async def look(request: Request) -> Found:
        seen.append(request)
        return Found(error="seen")

    async with checker(writer, look, f"mysql://writer:secret@mysql:3306/meta{said}"):
        await until(writer, load, lambda found: found["state"] == "failed")
    assert seen[0].url == f"mysql://writer:secret@mysql:3306/{writer.database(load)}?tls={meant}"


async def test_an_examination_that_fails_is_tried_again(writer: Writer) -> None:
    load, tries = Load.of(customers=10), list[Request]()
    await writer.make(load)
    await asked(writer, load)

    async def fails_once(request: Request) -> Found:
        tries.append(request)
        if len(tries) == 1:
            raise ExaminationFailed("for once")
        return await EXAMINE(request)

    async with checker(writer, fails_once):
        await until(writer, load, lambda found: found["kind"] == "full")
    assert len(tries) == 2


async def test_a_dataset_that_cannot_be_read_has_a_failed_report_with_the_reason(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    database = writer.database(load)
    for table in reversed(BLOCK_TABLES):  # children first
        writer.query(f"DROP TABLE {database}.{table}")
    await asked(writer, load)
    async with checker(writer):
        found = await until(writer, load, lambda found: found["state"] == "failed")
    assert "order_details" in found["reason"]
    assert found["kind"] == "seal"


async def test_an_examination_that_takes_too_long_is_ended(writer: Writer) -> None:
    with pytest.raises(ExaminationFailed, match="took more than"):
        await child.examine(Request(url=writer.place.url, memory_mb=256), seconds=0.01)


async def test_an_examination_ends_with_the_process_that_asked_for_it() -> None:
    """Killed, that cannot end it any more: it has to notice by itself."""
    begun = asyncio.Event()
    connections: list[asyncio.StreamWriter] = []

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        begun.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    program = (
        "import asyncio; from cartload_writer.tasks.examination import child, examine; "
        f"request = examine.Request(url='mysql://u:p@127.0.0.1:{port}/shop', memory_mb=256); "
        "asyncio.run(child.examine(request, seconds=60))"
    )
    asking = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    try:
        async with asyncio.timeout(30):
            await begun.wait()
        (examining,) = children(asking.pid)
        asking.kill()
        async with asyncio.timeout(3):
            while is_running(examining):  # noqa: ASYNC110 it is no child of this process
                await asyncio.sleep(0.02)
    finally:
        with contextlib.suppress(ProcessLookupError):
            asking.kill()
        await asking.wait()
        server.close()
        for connection in connections:
            connection.transport.abort()
        # A loop that ends before its connections have ended leaves their sockets open.
        await server.wait_closed()


def children(pid: int) -> list[str]:
    """The processes that a process started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def is_running(pid: str) -> bool:
    """Whether a process runs, a dead one whose parent has not asked for it aside."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
