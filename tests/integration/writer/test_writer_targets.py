"""Datasets of every choice of targets: exactly what was chosen is stored, and what is not there says so."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cartload import schema
from cartload_contracts.messages import Deleted, Discarded, Sealed, Stored
from cartload_contracts.model import TARGETS, TargetName
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository.task_queue import Task
from cartload_writer.tasks.examination.check import Checking
from support.writer_service import NOW, Load, Writer

MYSQL: tuple[TargetName, ...] = ("mysql", "kafka")
FILES: tuple[TargetName, ...] = ("files", "kafka")
KAFKA: tuple[TargetName, ...] = ("kafka",)
CHOICES = pytest.mark.parametrize("targets", [TARGETS, MYSQL, FILES, KAFKA], ids="+".join)

OF_ROWS = [
    ("GET", "/tables/users/rows"),
    ("GET", "/tables/users/export"),
    ("GET", "/report"),
    ("POST", "/report"),
    ("GET", "/answers"),
    ("GET", "/connection"),
    ("POST", "/connection"),
]
OF_FILES = [("GET", "/files"), ("GET", "/files/users/0"), ("GET", "/raw/users")]


def shop(targets: tuple[TargetName, ...]) -> Load:
    load = Load.of(customers=60)
    load.targets = targets
    return load


def manifest(writer: Writer, load: Load) -> Any:
    """Rows and hash of every batch that the manifest has."""
    query = "SELECT table_name, chunk, row_count, row_hash FROM manifest WHERE dataset_id = %s"
    return sorted(writer.query(query, str(load.dataset_id)))


def databases(writer: Writer, load: Load) -> Any:
    query = "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s"
    return writer.query(query, writer.database(load))[0][0]


def rows_in_mysql(writer: Writer, load: Load) -> int:
    database = writer.database(load)
    counts = [writer.query(f"SELECT COUNT(*) FROM `{database}`.`{name}`") for name in schema.TABLE_NAMES]
    return sum(rows[0][0] for rows in counts)


@CHOICES
async def test_rows_and_parts_are_where_they_were_chosen_and_the_manifest_always(
    writer: Writer, targets: tuple[TargetName, ...]
) -> None:
    load = shop(targets)
    records = await writer.make(load, rows=100)
    (sealed,) = writer.told.of(Sealed)
    assert sealed.stored is not None
    assert {name: found.row_hash for name, found in sealed.stored.items()} == {
        name: found.hex for name, found in load.totals.items()
    }
    assert writer.state(load) == "ready"
    assert len(manifest(writer, load)) == len(records)
    assert databases(writer, load) == ("mysql" in targets)
    if "mysql" in targets:
        assert rows_in_mysql(writer, load) == sum(found.rows for found in load.totals.values())
    assert len(await writer.parts(load)) == (len(records) if "files" in targets else 0)
    assert all((told.bytes > 0) is ("files" in targets) for told in writer.told.of(Stored))


async def test_the_manifest_is_the_same_whatever_the_targets(writer: Writer) -> None:
    loads = [shop(targets) for targets in (TARGETS, MYSQL, FILES, KAFKA)]
    for load in loads:
        await writer.make(load)
    first, *others = [manifest(writer, load) for load in loads]
    assert first
    assert all(other == first for other in others)


@CHOICES
async def test_a_batch_that_comes_again_changes_nothing_and_is_told_again(
    writer: Writer, targets: tuple[TargetName, ...]
) -> None:
    load = shop(targets)
    await writer.run(load.prepare())
    first, *_ = load.records()
    # Killed after the commit and before the answer: the offset is not committed, and the batch comes again.
    writer.told.losing = RuntimeError("killed")
    with pytest.raises(RuntimeError, match="killed"):
        await writer.handler(first)
    writer.told.losing = None
    before = manifest(writer, load), await writer.parts(load)
    await writer.handler(first)
    assert (manifest(writer, load), await writer.parts(load)) == before
    assert len(writer.told.of(Stored)) == len(before[0]) == 1


@CHOICES
async def test_a_dataset_that_is_not_what_was_made_is_not_sealed(
    writer: Writer, targets: tuple[TargetName, ...]
) -> None:
    load = shop(targets)
    await writer.run(load.prepare())
    for record in list(load.records())[1:]:
        await writer.handler(record)
    with pytest.raises(PermanentFailure, match="Number and hash of the rows"):
        await writer.run(load.seal())
    assert writer.state(load) == "incomplete"


@CHOICES
async def test_an_append_has_the_targets_of_its_dataset_and_is_rolled_back(
    writer: Writer, targets: tuple[TargetName, ...]
) -> None:
    load = shop(targets)
    await writer.make(load)
    before = manifest(writer, load), await writer.parts(load)
    load.segments = (*load.segments, replace(load.segments[0], first_block=1, customers=300))
    # What is stored decides, whatever a command that was written before targets were says.
    await writer.run(load.prepare(kind="append").model_copy(update={"targets": TARGETS}))
    records = await writer.store(load)
    after = manifest(writer, load), await writer.parts(load)
    assert len(after[0]) == len(before[0]) + len(records)
    assert len(after[1]) == len(before[1]) + (len(records) if "files" in targets else 0)
    assert databases(writer, load) == ("mysql" in targets)
    await writer.run(load.discard())
    assert len(writer.told.of(Discarded)) == 1
    assert (manifest(writer, load), await writer.parts(load)) == before


@CHOICES
async def test_a_deletion_leaves_nothing(writer: Writer, targets: tuple[TargetName, ...]) -> None:
    load = shop(targets)
    await writer.make(load)
    late = next(load.records())
    await writer.run(load.delete())
    await writer.handler(late)
    assert databases(writer, load) == 0
    assert await writer.parts(load) == set()
    assert manifest(writer, load) == []
    assert writer.query("SELECT 1 FROM reports WHERE dataset_id = %s", str(load.dataset_id)) == ()
    assert writer.told.of(Deleted) == [Deleted(dataset_id=load.dataset_id)]


@pytest.mark.parametrize("targets", [FILES, KAFKA, MYSQL], ids="+".join)
async def test_what_is_not_there_is_409_and_says_what_to_do(
    writer: Writer, targets: tuple[TargetName, ...]
) -> None:
    load = shop(targets)
    await writer.make(load)
    missing = {"mysql": OF_ROWS, "files": OF_FILES}
    for target, routes in missing.items():
        for method, path in routes:
            answer = await writer.call(method, load, path)
            if target in targets:
                assert answer.status_code < 300, (path, answer.text)
                continue
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (409, f"dataset_without_{target}"), path
            assert problem["targets"] == list(targets)
            assert "make a dataset with" in problem["detail"]
    tables = (await writer.get(load, "/tables")).json()["items"]
    assert {table["name"]: table["rows"] for table in tables} == {
        name: found.rows for name, found in load.totals.items()
    }
    headers = {"Authorization": f"Bearer {load.owner_id}"}
    listed = await writer.http.get("/api/reports", headers=headers)
    assert [(one["kind"], one["broken"]) for one in listed.json()["items"]] == [("seal", 0)]


async def test_the_owners_user_is_given_no_database_that_is_not_there(writer: Writer) -> None:
    with_rows, without = shop(TARGETS), shop(FILES)
    without.owner_id = with_rows.owner_id
    await writer.make(with_rows)
    await writer.run(without.prepare())
    made = (await writer.call("POST", with_rows, "/connection")).json()
    later = shop(KAFKA)
    later.owner_id = with_rows.owner_id
    await writer.run(later.prepare())
    grants = writer.query("SELECT Db FROM mysql.db WHERE User = %s", made["user"])
    assert grants == ((writer.database(with_rows),),)


async def test_without_rows_no_full_report_is_made_and_one_asked_for_says_why(writer: Writer) -> None:
    load = shop(FILES)
    writer = replace(writer, context=replace(writer.context, report_rows=10**6))
    await writer.make(load)
    assert writer.query("SELECT 1 FROM tasks WHERE dataset_id = %s", str(load.dataset_id)) == ()
    checking = Checking(writer.context.meta, writer.place.url, 256, None, lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(PermanentFailure, match="no tables in MySQL"):
        await checking.run(Task(1, load.dataset_id, "check", {}, None, 0))
    kept = writer.query("SELECT document FROM reports WHERE dataset_id = %s", str(load.dataset_id))
    checks = {check["name"] for check in json.loads(kept[0][0])["checks"]}
    assert checks == {f"hash_{name}" for name in schema.TABLE_NAMES}
