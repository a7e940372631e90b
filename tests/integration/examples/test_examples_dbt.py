"""examples/dbt: built on a dataset, with tests that see where the data are broken."""

import json
import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from cartload_dev import environments
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

PROJECT = checkout() / "examples" / "dbt"
BROKEN = """
COPY (
    SELECT * EXCLUDE (place) REPLACE (
        CASE WHEN place > 1 THEN email END AS email,
        CASE WHEN place > 1 THEN gender ELSE 'unheard' END AS gender
    )
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM '{part}') WHERE place <> 2
    UNION ALL (FROM '{part}' ORDER BY id DESC LIMIT 1)
) TO '{part}.new' (FORMAT parquet)
"""
"""The first user has no email and a strange gender, the second is gone, the last is there twice."""
FOUND = (
    "source_not_null_cartload_users_email",
    "source_accepted_values_cartload_users_gender",
    "source_relationships_cartload_addresses_user_id",
    "source_unique_cartload_users_id",
)


def environ(folder: Path) -> dict[str, str]:
    """Everything that dbt writes is in a folder of the test's own."""
    places = {
        "SHOP": str(folder / "shop"),
        "SHOP_DATABASE": str(folder / "shop.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    return {**os.environ, **places}


def outcomes(folder: Path) -> dict[str, str]:
    """What became of each model and test of the last run, by its name."""
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[2]: result["status"] for result in results}


@pytest.mark.timeout(400)
def test_it_builds_and_its_tests_see_what_is_broken(tmp_path: Path) -> None:
    command: list[str | Path] = [PROJECT / "run", tmp_path / "shop"]
    done = subprocess.run(command, env=environ(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = outcomes(tmp_path)
    assert {found.pop("daily_sales"), found.pop("customers")} == {"success"}
    assert len(found) > 100
    assert set(found.values()) == {"pass"}
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as database:
        orders = f"'{tmp_path}/shop/order_details/*.parquet'"
        wanted = database.sql(f"SELECT sum(total) FROM {orders} WHERE status <> 'cancelled'").fetchall()
        assert database.sql("SELECT sum(total) FROM daily_sales").fetchall() == wanted
        assert database.sql("SELECT count(*) FROM customers").fetchall() == [(1000,)]

    users = tmp_path / "shop" / "users" / "part-0.parquet"
    duckdb.sql(BROKEN.format(part=users))
    users.with_name(f"{users.name}.new").rename(users)
    dbt = environments.of_example("dbt", os.environ) / "bin" / "dbt"
    select = ["--select", "source:cartload.users", "source:cartload.addresses"]
    done = subprocess.run(
        [dbt, "test", *select],
        cwd=PROJECT,
        env=environ(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    failed = [name for name, outcome in outcomes(tmp_path).items() if outcome == "fail"]
    assert all(any(name.startswith(start) for name in failed) for start in FOUND), failed


def test_other_examples_have_no_environment_of_their_own() -> None:
    with pytest.raises(LauncherError, match="batches_to_duckdb has no environment"):
        environments.of_example("batches_to_duckdb", os.environ)
