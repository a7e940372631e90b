"""examples/jobs_to_script: one run of the script for each end of a job."""

import json
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cartload_contracts import examples
from cartload_dev.paths import checkout
from cartload_dev.ports import free_ports
from cartload_kit.kafka import Record
from support.example_programs import ExampleTopics, running
from support.kafka_place import until
from support.writer_service import as_record

SHOWN = checkout() / "examples" / "jobs_to_script" / "on-job-ended"


def event(state: str, job_id: str = "", **changes: Any) -> Record:
    """A job's state as the generator tells it."""
    wire = examples.load("job-state")
    value = json.loads(wire.value)
    finished = None if state in ("queued", "running") else datetime.now(UTC).isoformat()
    value["job"] |= {"id": job_id or str(uuid4()), "state": state, "finished_at": finished} | changes
    return as_record(replace(wire, value=json.dumps(value).encode()))


def script(folder: Path, text: str) -> Path:
    path = folder / "script"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def runs(folder: Path) -> list[tuple[str, int]]:
    """State and exit code of each run in the ledger."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as connection:
        return connection.execute("SELECT state, exit_code FROM runs ORDER BY rowid").fetchall()


async def begun(folder: Path) -> None:
    """Return when a script has made the file that says it runs."""
    await until((folder / "begun").exists)


async def run_all(
    place: ExampleTopics, program: Path, *more: str, number: signal.Signals = signal.SIGTERM
) -> None:
    """Run the example until it has read everything."""
    async with running("jobs_to_script", *place.arguments, program, *more, folder=program.parent) as example:
        await place.read_by_group()
        assert (await example.end(number))[0] == 0


async def test_each_end_runs_the_script_once(place: ExampleTopics, tmp_path: Path) -> None:
    """Not for a job under way, not again for an event that comes again, but again after a retry."""
    path = script(tmp_path, 'echo "$JOB_ID $DATASET_ID $STATE $ROWS $(grep -c rows_total)" >> told')
    done, failed = event("completed"), event("failed")
    job = json.loads(done.value)["job"]
    await place.send([event("running", job["id"]), done, done, failed])
    await run_all(place, path)
    again = event("completed", json.loads(failed.value)["job"]["id"])
    await place.send([done, failed, again])
    await run_all(place, path, number=signal.SIGINT)
    told = (tmp_path / "told").read_text().splitlines()
    assert len(told) == 3
    assert f"{job['id']} {job['dataset_id']} completed {job['rows_done']} 1" in told
    assert sorted(runs(tmp_path)) == [("completed", 0), ("completed", 0), ("failed", 0)]


async def test_a_killed_program_runs_what_it_had_not_finished(place: ExampleTopics, tmp_path: Path) -> None:
    path = script(tmp_path, 'echo "$JOB_ID" >> told; touch begun; while [ ! -e go ]; do sleep 0.05; done')
    await place.send([event("completed"), event("completed")])
    async with running("jobs_to_script", *place.arguments, path, folder=tmp_path) as example:
        await begun(tmp_path)
        example.process.kill()
        # The script outlives the program, and holds its output.
        (tmp_path / "go").touch()
    await run_all(place, path)
    assert runs(tmp_path) == [("completed", 0), ("completed", 0)]
    told = (tmp_path / "told").read_text().split()
    assert (len(told), len(set(told))) == (3, 2)


async def test_a_signal_waits_for_the_script(place: ExampleTopics, tmp_path: Path) -> None:
    """The other job is left for the next start."""
    path = script(tmp_path, "touch begun; while [ ! -e go ]; do sleep 0.05; done")
    await place.send([event("completed"), event("completed")])
    async with running("jobs_to_script", *place.arguments, path, folder=tmp_path) as example:
        await begun(tmp_path)
        example.process.send_signal(signal.SIGINT)
        (tmp_path / "go").touch()
        assert (await example.ended())[0] == 0
    assert runs(tmp_path) == [("completed", 0)]
    await run_all(place, path)
    assert runs(tmp_path) == [("completed", 0)] * 2


async def test_a_script_that_fails_or_hangs_holds_up_no_other(place: ExampleTopics, tmp_path: Path) -> None:
    path = script(tmp_path, "case $STATE in failed) exit 3;; cancelled) sleep 60;; esac")
    await place.send([event("failed")])
    await run_all(place, path)
    await place.send([event("cancelled")])
    await run_all(place, path, "--seconds", "0.5")
    await place.send([replace(event("completed"), value=b"{"), event("completed")])
    await run_all(place, path)
    assert runs(tmp_path) == [("failed", 3), ("cancelled", -signal.SIGKILL), ("completed", 0)]


async def test_the_script_that_is_shown_runs(place: ExampleTopics, tmp_path: Path) -> None:
    done, failed = event("completed", rows_done=1234), event("failed")
    await place.send([done, failed])
    async with running("jobs_to_script", *place.arguments, SHOWN, folder=tmp_path) as example:
        await place.read_by_group()
        assert await example.end(signal.SIGTERM) == (0, "")
    dataset = json.loads(done.value)["job"]["dataset_id"]
    assert f"dataset {dataset} is whole: 1234 rows" in example.lines
    assert sum("left alone" in line for line in example.lines) == 1


async def test_it_says_what_is_wrong(place: ExampleTopics, tmp_path: Path) -> None:
    servers = f"127.0.0.1:{free_ports(1)[0]}"
    async with running("jobs_to_script", servers, SHOWN, folder=tmp_path) as example:
        code, errors = await example.ended()
    assert code == 1
    assert errors.splitlines()[-1].startswith(f"Kafka cannot be reached at {servers}: ")
    async with running("jobs_to_script", *place.arguments, tmp_path / "none", folder=tmp_path) as example:
        code, errors = await example.ended()
    assert code == 2
    assert "none is not a program" in errors
