"""examples/ beside the whole system, by the commands of their pages."""

import signal
import subprocess
import sys
from pathlib import Path

import duckdb

from cartload_contracts import topics
from cartload_dev.paths import checkout
from cartload_dev.system_client import SystemClient
from support.client import User
from support.example_programs import begin_at_end, read_by_group, running
from support.pages import snippets

TOPICS = [topic.name for topic in (*topics.BATCHES.values(), topics.DATASETS)]
ADDRESS = '"$(make kafka-address)"'


def page_command(name: str, heading: str, system: SystemClient) -> list[str]:
    """The arguments of the one command on an example's page."""
    (command,) = snippets(checkout() / "examples" / name / "README.md", heading, "sh")
    program, _, arguments = command.strip().partition(f" {ADDRESS} ")
    assert program == f".venv/bin/python -m examples.{name}"
    asked = [sys.executable, "-m", "cartload_dev", "kafka-address", "--run-dir", str(system.run.root)]
    address = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return [address.strip(), *arguments.split()]


def rows_of(path: Path, dataset_id: str) -> dict[str, int]:
    """Rows of a dataset in each table of a DuckDB file."""
    with duckdb.connect(str(path), read_only=True) as database:
        tables = [name for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            table: database.execute(
                f"SELECT count(*) FROM {table} WHERE dataset_id = ?", [dataset_id]
            ).fetchall()[0][0]
            for table in tables
            if table != "deleted_datasets"
        }


async def test_duckdb_follows_jobs_and_deletions(cartload: SystemClient, user: User, tmp_path: Path) -> None:
    arguments = page_command("batches_to_duckdb", "Batches into DuckDB", cartload)
    path = tmp_path / arguments[1]

    async def all_read() -> None:
        await read_by_group(arguments[0], user.name, TOPICS)

    # What other tests have had made would be read and stored first.
    await begin_at_end(arguments[0], user.name, TOPICS)
    async with running("batches_to_duckdb", *arguments, "--group", user.name, folder=tmp_path) as program:
        kept, gone = [await user.make_dataset(customers=1500, seed=seed) for seed in (1, 2)]
        await all_read()
        assert (await user.call("DELETE", f"/api/datasets/{gone['dataset_id']}")).status == 202
        await all_read()
        assert await program.end(signal.SIGINT) == (0, "")
    wanted = {table: told["rows_done"] for table, told in kept["tables"].items()}
    assert rows_of(path, kept["dataset_id"]) == wanted
    assert rows_of(path, gone["dataset_id"]) == dict.fromkeys(wanted, 0)
    with duckdb.connect(str(path), read_only=True) as database:
        ((orders,),) = database.execute("SELECT count(*) FROM order_details").fetchall()
    assert f" order_details {orders:,}, " in program.lines[-1]


async def test_the_script_hears_of_a_finished_job(cartload: SystemClient, user: User, tmp_path: Path) -> None:
    servers, script = page_command("jobs_to_script", "Job events to a script", cartload)
    arguments = [servers, str(checkout() / script), "--group", user.name]
    job = await user.make_dataset(customers=20)
    async with running("jobs_to_script", *arguments, folder=tmp_path) as program:
        await program.printed(lambda line: line == f"job {job['id']} completed: exit code 0")
        assert (await program.end(signal.SIGTERM))[0] == 0
    assert f"dataset {job['dataset_id']} is whole: {job['rows_done']} rows" in program.lines
