"""examples/spark: what Spark computes of the files is what DuckDB does."""

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from cartload_dev.paths import checkout

RUN = checkout() / "examples" / "spark" / "run"
SALES = """
SELECT CAST(orders.placed_at AS DATE) AS day, country, currency, count(*) AS orders, sum(total) AS total
FROM '{shop}/order_details/*.parquet' orders JOIN '{shop}/addresses/*.parquet' addresses
    ON addresses.id = address_id
WHERE status <> 'cancelled' GROUP BY ALL ORDER BY ALL
"""


def run(*folders: Path) -> subprocess.CompletedProcess[str]:
    # Another zone than that of the data, which must make no difference.
    environ = {**os.environ, "TZ": "America/New_York"}
    return subprocess.run([RUN, *folders], env=environ, capture_output=True, text=True, check=False)


@pytest.mark.timeout(900)
def test_spark_finds_what_duckdb_finds(tmp_path: Path) -> None:
    """Twice into the same folder: what was there is replaced."""
    shop, out = tmp_path / "shop", tmp_path / "sales"
    for _ in range(2):
        done = run(shop, out)
        assert done.returncode == 0, done.stderr
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        wanted = database.sql(SALES.format(shop=shop)).fetchall()
        assert len(wanted) > 1000
        columns = "day, country, currency, orders, total"
        assert database.sql(f"SELECT {columns} FROM '{out}/*.parquet' ORDER BY ALL").fetchall() == wanted
    shown = max(wanted, key=lambda row: row[4])
    assert f"|{shown[0]}|" in done.stdout
