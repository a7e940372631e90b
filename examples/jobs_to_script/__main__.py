"""Run a script for each job that ends: once, however often its events are delivered."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from examples.kafka_records import Record, Source, parser, records, run

TOPIC = "cartload.jobs"
ENDED = ("completed", "cancelled", "failed")

type Job = dict[str, Any]


class Runs:
    """The ledger: which ends of which jobs a script was run for, and how it ended."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            # A failed job can be retried and end again: its time tells the two ends apart.
            "CREATE TABLE IF NOT EXISTS runs (job_id TEXT, finished_at TEXT, state TEXT, exit_code INTEGER,"
            " PRIMARY KEY (job_id, finished_at))"
        )

    def has(self, job: Job) -> bool:
        """Return whether the script was run for this end."""
        key = (job["id"], job["finished_at"])
        found = self._connection.execute("SELECT 1 FROM runs WHERE job_id = ? AND finished_at = ?", key)
        return found.fetchone() is not None

    def add(self, job: Job, exit_code: int) -> None:
        """Keep how a script ended."""
        row = (job["id"], job["finished_at"], job["state"], exit_code)
        with self._connection:
            self._connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?)", row)


def ended_job(record: Record) -> Job | None:
    """Return the job of a record when it has ended; None also for what cannot be read."""
    try:
        job: Job = json.loads(record.value)["job"]
        return job if job["state"] in ENDED and job["id"] and job["finished_at"] else None
    except (KeyError, TypeError, ValueError) as error:
        where = f"{record.topic}, partition {record.partition}, offset {record.offset}"
        print(f"left out: {where}: {error!r}", file=sys.stderr, flush=True)
        return None


async def run_script(script: Path, job: Job, seconds: float) -> int:
    """Run the script with the job in its environment and as JSON on its input; return its exit code.

    It is killed after `seconds`, with what it started.
    """
    told = {
        "JOB_ID": job["id"],
        "DATASET_ID": job["dataset_id"],
        "STATE": job["state"],
        "ROWS": str(job["rows_done"]),
    }
    process = await asyncio.create_subprocess_exec(
        script,
        env={**os.environ, **told},
        stdin=asyncio.subprocess.PIPE,
        # Out of the terminal's reach: Ctrl-C ends this program, which waits for the script.
        start_new_session=True,
    )
    try:
        await asyncio.wait_for(process.communicate(json.dumps(job).encode()), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        print(f"job {job['id']}: the script took more than {seconds:g} s", file=sys.stderr, flush=True)
    return await process.wait()


async def main(source: Source, script: Path, ledger: Path, seconds: float) -> None:
    """Wait for ends of jobs until the program is told to stop."""
    with closing(sqlite3.connect(ledger)) as connection:
        runs = Runs(connection)
        async for found in records(source, [TOPIC], at_once=1):
            for job in filter(None, map(ended_job, found)):
                if not runs.has(job):
                    exit_code = await run_script(script, job, seconds)
                    runs.add(job, exit_code)
                    print(f"job {job['id']} {job['state']}: exit code {exit_code}", flush=True)


if __name__ == "__main__":
    arguments = parser(__doc__, group="cartload-to-script")
    arguments.add_argument(
        "script", type=Path, help="what to run; it is given JOB_ID, DATASET_ID, STATE and ROWS"
    )
    arguments.add_argument(
        "--ledger", type=Path, default="runs.sqlite", help="remembers what was run (%(default)s)"
    )
    arguments.add_argument(
        "--seconds", type=float, default=600, help="a script may take this long (%(default)s)"
    )
    given = arguments.parse_args()
    if not os.access(given.script, os.X_OK) or not given.script.is_file():
        arguments.error(f"{given.script} is not a program: write it, and chmod +x it")
    run(main(Source.given(given), given.script.resolve(), given.ledger, given.seconds))
